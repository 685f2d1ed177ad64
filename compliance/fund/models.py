"""Tables of one county's money for basic cover.

Money itself is in the ledger. What is kept here says which program allowed it and for which policy;
`verify.verify_fund` holds the two against each other.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from compliance.fund.contracts import Party, Target
from compliance.fund.states import ProgramState, ReserveState
from kernel.db import CountyModel


class Program(CountyModel):
    """`granted_fen` is what was put into slices out of the budget, less what was taken back."""

    name = models.CharField(max_length=80)
    from_day = models.DateField()
    to_day = models.DateField()
    budget_fen = models.BigIntegerField()
    slice_fen = models.BigIntegerField()
    granted_fen = models.BigIntegerField(default=0)
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in ProgramState])
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=80)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(granted_fen__gte=0, granted_fen__lte=F("budget_fen")),
                name="program_within_budget",
            ),
            models.CheckConstraint(
                condition=Q(to_day__gte=F("from_day"), slice_fen__gt=0), name="program_days_and_slice"
            ),
        ]
        indexes = [models.Index(fields=["state", "from_day"], name="program_state")]


class BudgetChange(CountyModel):
    """Append-only."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="changes")
    before_fen = models.BigIntegerField()
    after_fen = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()


class Slice(CountyModel):
    """A part of a program's budget with a guarded account of its own. Drawers take any slice that
    nobody else has locked, so they do not wait for each other."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT, db_index=False, related_name="slices")
    account_id = models.UUIDField()
    left_fen = models.BigIntegerField(default=0, help_text="the account's balance")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(left_fen__gte=0), name="slice_not_overdrawn")]
        indexes = [models.Index(fields=["program", "id"], name="slice_program")]


class Draw(CountyModel):
    """A premium that a program paid for one policy."""

    policy_id = models.UUIDField()
    occasion = models.CharField(max_length=40)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    insurer = models.CharField(max_length=40)
    amount_fen = models.BigIntegerField()
    returned_fen = models.BigIntegerField(default=0)
    drawn_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["policy_id", "occasion"], name="draw_once_an_occasion"),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, returned_fen__gte=0, returned_fen__lte=F("amount_fen")),
                name="draw_returned_within_amount",
            ),
        ]


class Reserve(CountyModel):
    """The county's declaration that an account of its own pays what a dearer fallback costs more."""

    account_id = models.UUIDField()
    document = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in ReserveState])
    declared_at = models.DateTimeField()
    declared_by = models.CharField(max_length=80)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state=ReserveState.DECLARED.value), name="reserve_declared_once"
            )
        ]


class Difference(CountyModel):
    """What the reserve paid for one policy of a fallback insurer."""

    policy_id = models.UUIDField(unique=True)
    insurer = models.CharField(max_length=40)
    amount_fen = models.BigIntegerField()
    returned_fen = models.BigIntegerField(default=0)
    paid_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, returned_fen__gte=0, returned_fen__lte=F("amount_fen")),
                name="difference_returned_within_amount",
            )
        ]


class Deposit(CountyModel):
    """Public money in or (below zero) out again. Append-only."""

    target = models.CharField(max_length=10, choices=[(t.value, t.value) for t in Target])
    amount_fen = models.BigIntegerField()
    reference = models.CharField(max_length=80, unique=True)
    transfer_id = models.UUIDField()
    by = models.CharField(max_length=80)
    at = models.DateTimeField()


class Choice(CountyModel):
    """Declining basic cover, or taking that back. Append-only; the newest one of a party counts."""

    party = models.CharField(max_length=10, choices=[(p.value, p.value) for p in Party])
    party_id = models.UUIDField()
    declined = models.BooleanField()
    reason = models.CharField(max_length=200, blank=True)
    by = models.CharField(max_length=80)
    channel = models.CharField(max_length=10)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["party", "party_id", "-at", "-id"], name="choice_newest")]
