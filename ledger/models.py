"""Ledger tables, one set a county.

The county's role may insert transfers and never change or delete one; of an account it may change
only the two amounts and the folding time. See the grants in the first migration.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from kernel.db import CountyModel
from ledger.contracts import GUARDED, OWNED, PER_PARTNER, UNCOVERED, AccountKind, Phase

_GUARDED = sorted(kind.value for kind in GUARDED)
_PER_PARTNER = sorted(kind.value for kind in PER_PARTNER)
_COLLECTING = sorted(kind.value for kind in AccountKind if kind not in OWNED)
_UNCOVERED = sorted(kind.value for kind in UNCOVERED)
_MOVES_MONEY = [Phase.POSTED.value, Phase.POST.value]
_RESOLVES = [Phase.POST.value, Phase.VOID.value]


class Account(CountyModel):
    """Balance = what came in - what went out. A debit takes away, whatever the account's side in a
    balance sheet. The stored balance of a collecting account lags behind its queue (`CollectQueue`)."""

    kind = models.CharField(max_length=20)
    owner_id = models.UUIDField(null=True)
    guarded = models.BooleanField()
    balance_fen = models.BigIntegerField(default=0)
    held_fen = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField()
    folded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "owner_id"], nulls_distinct=False, name="account_once_an_owner"
            ),
            models.CheckConstraint(
                condition=Q(guarded=False) | Q(held_fen__gte=0, balance_fen__gte=F("held_fen")),
                name="account_guarded",
            ),
            models.CheckConstraint(
                condition=Q(guarded=True)
                | (Q(held_fen=0) & (Q(kind__in=_UNCOVERED) | Q(balance_fen__gte=0))),
                name="account_collecting_covered",
            ),
            models.CheckConstraint(
                condition=Q(guarded=True, kind__in=_GUARDED, owner_id__isnull=False)
                | Q(guarded=False, kind__in=_PER_PARTNER, owner_id__isnull=False)
                | Q(guarded=False, kind__in=_COLLECTING, owner_id__isnull=True),
                name="account_kind_owner",
            ),
        ]


class Transfer(CountyModel):
    """One movement of money, or one step of a two-phase movement. Append-only by privilege.

    `debit` and `credit` are no foreign keys: checking one locks the account's row, and every
    transfer would queue up at the county's few collecting accounts. `verify` looks for strays.
    """

    phase = models.CharField(max_length=8)
    debit = models.UUIDField()
    credit = models.UUIDField()
    amount_fen = models.BigIntegerField()
    purpose = models.CharField(max_length=40)
    subject = models.UUIDField()
    pending = models.ForeignKey("self", null=True, on_delete=models.PROTECT, db_index=False, related_name="+")
    at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pending"], condition=Q(pending__isnull=False), name="transfer_resolved_once"
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="transfer_amount"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="transfer_two_accounts"),
            models.CheckConstraint(
                condition=Q(phase__in=_RESOLVES, pending__isnull=False, expires_at__isnull=True)
                | Q(phase=Phase.POSTED.value, pending__isnull=True, expires_at__isnull=True)
                | Q(phase=Phase.PENDING.value, pending__isnull=True),
                name="transfer_phase",
            ),
        ]
        indexes = [
            models.Index(fields=["debit", "-at", "-id"], name="transfer_debit"),
            models.Index(
                fields=["credit", "-at", "-id"], condition=Q(phase__in=_MOVES_MONEY), name="transfer_credit"
            ),
            models.Index(
                fields=["debit"],
                condition=Q(phase=Phase.PENDING.value, expires_at__isnull=False),
                name="transfer_expiring",
            ),
        ]


class CollectQueue(CountyModel):
    """An amount not yet in its collecting account's balance. Folding deletes the row and adds the
    amount in one transaction: commit order is not id order, so no watermark is ever used."""

    id = models.BigAutoField(primary_key=True)  # type: ignore[assignment]  # a queue needs no uuid7
    account_id = models.UUIDField()
    transfer_id = models.UUIDField()
    amount_fen = models.BigIntegerField(help_text="signed: below zero when the account paid")

    class Meta:
        indexes = [models.Index(fields=["account_id", "id"], name="collectqueue_account")]


class _ChannelRequest(CountyModel):
    """`token_sealed` is emptied once resolved: it is personal data and no longer needed. `ask_again_at`
    is real time, since it paces calls to the outside; the other moments are market time."""

    owner_kind = models.CharField(max_length=20)
    owner_id = models.UUIDField()
    account_id = models.UUIDField()
    amount_fen = models.BigIntegerField()
    state = models.CharField(max_length=12)
    token_sealed = models.TextField(blank=True)
    reference = models.CharField(max_length=80, blank=True)
    failure = models.CharField(max_length=40, blank=True)
    requested_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    ask_again_at = models.DateTimeField()

    class Meta:
        abstract = True


class TopUp(_ChannelRequest):
    """Money asked into an employer's wallet. `transfer_id` once it arrived."""

    transfer_id = models.UUIDField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["owner_id", "-requested_at", "-id"], name="topup_owner"),
            models.Index(fields=["ask_again_at"], condition=Q(state="requested"), name="topup_open"),
        ]


class Withdrawal(_ChannelRequest):
    """Money asked out of a wallet; `hold_id` sets it aside until the channel has answered."""

    hold_id = models.UUIDField()

    class Meta:
        indexes = [
            models.Index(fields=["owner_id", "-requested_at", "-id"], name="withdrawal_owner"),
            models.Index(fields=["ask_again_at"], condition=Q(state="requested"), name="withdrawal_open"),
        ]
