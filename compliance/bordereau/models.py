"""Tables of one county's lists, statements and settlements. Files lie with `files`, money in the ledger."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from compliance.bordereau.states import OPEN, SettlementState
from kernel.db import CountyModel

_OPEN = sorted(state.value for state in OPEN)


class IssuedList(CountyModel):
    """A list of closed days as it was given out. Append-only: what changes later is in a later one."""

    insurer = models.CharField(max_length=40)
    first = models.DateField()
    last = models.DateField()
    csv_file = models.UUIDField()
    csv_sha256 = models.CharField(max_length=64)
    xlsx_file = models.UUIDField()
    xlsx_sha256 = models.CharField(max_length=64)
    totals = models.JSONField()
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["insurer", "first", "last"], name="bordereau_list_once")
        ]


class Statement(CountyModel):
    """An insurer's own account of a month, as received. Append-only; the newest counts."""

    insurer = models.CharField(max_length=40)
    month = models.DateField()
    file_id = models.UUIDField()
    sha256 = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    by = models.CharField(max_length=80)
    received_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["insurer", "month", "-id"], name="statement_newest")]


class Settlement(CountyModel):
    """Premiums of a month paid over to an insurer. `found` holds the differences as they were accepted:
    kinds, ids and amounts."""

    insurer = models.CharField(max_length=40)
    month = models.DateField()
    state = models.CharField(max_length=12, choices=[(s.value, s.value) for s in SettlementState])
    amount_fen = models.BigIntegerField(null=True)
    statement_id = models.UUIDField(null=True)
    found = models.JSONField(null=True)
    accepted_reason = models.CharField(max_length=200, blank=True)
    drafted_by = models.CharField(max_length=80)
    drafted_at = models.DateTimeField()
    reconciled_by = models.CharField(max_length=80, blank=True)
    reconciled_at = models.DateTimeField(null=True)
    approved_by = models.CharField(max_length=80, blank=True)
    approved_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    payment_reference = models.CharField(max_length=80, blank=True)
    transfer_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["insurer", "month"], condition=Q(state__in=_OPEN), name="settlement_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"]) | Q(amount_fen__isnull=False),
                name="settlement_has_amount",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "paid"]) | ~Q(approved_by=models.F("reconciled_by")),
                name="settlement_two_people",
            ),
        ]
        indexes = [models.Index(fields=["month", "insurer"], name="settlement_month")]
