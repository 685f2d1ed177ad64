"""Certificates of a county's workers. The number is sealed; its index keeps it unique."""

from __future__ import annotations

from django.db import models

from compliance.certificates.states import LIVE, CertificateState
from kernel.db import CountyModel


class Certificate(CountyModel):
    """One certificate of one worker. `kind` is a certificate that the city's trade catalogue names;
    valid from `issued_on` to `expires_on`, both included, once approved."""

    worker_id = models.UUIDField()
    kind = models.CharField(max_length=60)
    number_sealed = models.TextField()
    number_index = models.CharField(max_length=64)
    issued_on = models.DateField()
    expires_on = models.DateField()
    state = models.CharField(max_length=10, default=CertificateState.SUBMITTED)
    submitted_at = models.DateTimeField()
    submitted_by = models.CharField(max_length=80)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "number_index"],
                condition=models.Q(state__in=[str(state) for state in LIVE]),
                name="certificate_number_once",
            ),
            models.CheckConstraint(
                condition=models.Q(expires_on__gte=models.F("issued_on")), name="certificate_span"
            ),
        ]
        indexes = [
            models.Index(fields=["worker_id", "kind"], name="certificate_worker"),
            models.Index(fields=["state", "id"], name="certificate_queue"),
        ]
