"""Public tables of sign-off. Counts of people, never a person; who signed stands there by identity."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from kernel.ids import uuid7
from reporting.signoff.states import VersionState

SHA256_HEX = 64


class Month(models.Model):
    """A county's month that was signed at least once. Its row is locked by whoever signs or decides."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county_id = models.UUIDField()
    month = models.DateField(help_text="its first day")
    touched_at = models.DateTimeField(help_text="market time of the last change")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county_id", "month"], name="month_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="month_first_day"),
        ]
        indexes = [models.Index(fields=["month", "county_id"], name="month_by_date")]


class MonthVersion(models.Model):
    """One signature: the frozen document and what became of it. Only the decision is ever written later."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    month = models.ForeignKey(Month, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=[(state.value, state.value) for state in VersionState])
    document = models.JSONField()
    digest = models.CharField(max_length=SHA256_HEX)
    changes = models.JSONField(help_text="[metric, trade, was, now] against the version then in force")
    reason = models.CharField(max_length=300, blank=True)
    signed_by = models.CharField(max_length=80)
    signed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=80, blank=True)
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["month", "number"], name="month_version_once"),
            models.UniqueConstraint(
                fields=["month"], condition=Q(state="signed"), name="month_one_version_waits"
            ),
            models.UniqueConstraint(
                fields=["month"], condition=Q(state="accepted"), name="month_one_version_in_force"
            ),
        ]


class MonthChange(models.Model):
    """Who signed, accepted, returned, withdrew or replaced which version. Append-only by privilege."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.ForeignKey(MonthVersion, on_delete=models.PROTECT, related_name="+")
    frm = models.CharField(max_length=10, blank=True)
    to = models.CharField(max_length=10)
    actor = models.CharField(max_length=80)
    channel = models.CharField(max_length=10)
    note = models.CharField(max_length=300, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
