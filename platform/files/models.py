"""One table a county: what is kept where. Rows are never changed; the bytes lie in the storage."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from files.contracts import FileKind
from kernel.db import CountyModel

SHA256_HEX = 64


class StoredFile(CountyModel):
    """A file on record. The name is sealed, for people name files after people. `at` is market time."""

    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in FileKind])
    name_sealed = models.TextField()
    media_type = models.CharField(max_length=80)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=SHA256_HEX)
    pages = models.PositiveIntegerField(null=True)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    key = models.CharField(max_length=200, unique=True)
    stored_by = models.CharField(max_length=80)
    channel = models.CharField(max_length=10)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="file_not_empty"),
            models.CheckConstraint(
                condition=Q(width=None, height=None) | Q(width__gt=0, height__gt=0, pages=None),
                name="file_picture_or_pages",
            ),
        ]
        indexes = [models.Index(fields=["stored_by", "at"], name="file_by_whom")]
