from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError

from compliance.bordereau import rules, selectors
from compliance.bordereau.access import SETTLE
from compliance.bordereau.contracts import Difference, SettlementView
from compliance.bordereau.errors import (
    MONTH_INVALID,
    SETTLEMENT_DIFFERS,
    SETTLEMENT_EXISTS,
    SETTLEMENT_MOVED,
    SETTLEMENT_NOT_FOUND,
    SETTLEMENT_OWN,
    SPAN_NOT_OVER,
)
from compliance.bordereau.events import SETTLEMENT_PAID
from compliance.bordereau.models import Settlement
from compliance.bordereau.states import OPEN, SETTLEMENT, SettlementState
from kernel import audit
from kernel.actor import Actor
from kernel.clock import business_day
from kernel.identifiers import clean_text
from kernel.money import yuan
from kernel.states import begin, transition
from ledger.contracts import AccountKind, Line, partner_account_id
from ledger.use_cases.open_account import open_account
from ledger.use_cases.transfer import transfer
from webhooks.stream import tell

MOST_KEPT = 1_000  # differences kept with a settlement; more than that nobody has looked at


def draft_settlement(*, insurer: str, month: date, actor: Actor, now: datetime) -> SettlementView:
    """Opens the settlement of a month that is over. A later one of the same month moves what changed
    since the earlier was paid.

    Raises `forbidden`, `month_invalid`, `bordereau_not_over`, `settlement_exists` while one is open.
    """
    actor.require(SETTLE)
    if month.day != 1:
        raise MONTH_INVALID.error(field="month")
    last = rules.last_of(month)
    if last >= business_day(now):
        raise SPAN_NOT_OVER.error(field="month", last=last.isoformat())
    if Settlement.objects.filter(insurer=insurer, month=month, state__in=OPEN).exists():
        raise SETTLEMENT_EXISTS.error(field="month")
    row = Settlement(
        insurer=insurer, month=month, state=SettlementState.DRAFT, drafted_by=actor.key, drafted_at=now
    )
    try:
        row.save(force_insert=True)
    except IntegrityError as fault:
        if "settlement_one_open" in str(fault):
            raise SETTLEMENT_EXISTS.error(field="month") from None
        raise
    begin(row, machine=SETTLEMENT, actor=actor, now=now)
    return selectors.settlement_view(row)


def reconcile_settlement(
    *, settlement_id: UUID, accept_reason: str = "", actor: Actor, now: datetime
) -> SettlementView:
    """Compares the month three ways and fixes the amount: what the ledger holds for the month's policies
    and no settlement has moved. Differences stop it unless they are accepted with a reason; what they
    were is kept.

    Raises `forbidden`, `settlement_not_found`, `settlement_differs` (params count), `stale_state`.
    """
    actor.require(SETTLE)
    row = _locked(settlement_id)
    found = selectors.reconcile_newest(row.insurer, row.month)
    why = clean_text(accept_reason, "accept_reason", 200, min_len=0) if accept_reason else ""
    if found.differences and not why:
        raise SETTLEMENT_DIFFERS.error(field="accept_reason", count=len(found.differences))
    row.amount_fen = found.ledger_fen - selectors.settled_fen(row.insurer, row.month)
    row.statement_id = found.statement_id
    row.found = [_kept(one) for one in found.differences[:MOST_KEPT]]
    row.accepted_reason = why if found.differences else ""
    row.reconciled_by, row.reconciled_at = actor.key, now
    row.save(
        update_fields=[
            "amount_fen",
            "statement_id",
            "found",
            "accepted_reason",
            "reconciled_by",
            "reconciled_at",
        ]
    )
    transition(row, SettlementState.RECONCILED, machine=SETTLEMENT, actor=actor, now=now, reason=why)
    return selectors.settlement_view(row)


def approve_settlement(*, settlement_id: UUID, actor: Actor, now: datetime) -> SettlementView:
    """A second person lets the amount be paid. Raises `forbidden`, `settlement_not_found`,
    `settlement_own`, `stale_state`."""
    actor.require(SETTLE)
    row = _locked(settlement_id)
    if actor.key == row.reconciled_by:
        raise SETTLEMENT_OWN.error()
    row.approved_by, row.approved_at = actor.key, now
    row.save(update_fields=["approved_by", "approved_at"])
    transition(row, SettlementState.APPROVED, machine=SETTLEMENT, actor=actor, now=now)
    return selectors.settlement_view(row)


def pay_settlement(*, settlement_id: UUID, reference: str, actor: Actor, now: datetime) -> SettlementView:
    """Records that the county's bank has paid the insurer (or, of an amount below zero, was paid by it);
    `reference` is the bank's. The ledger's transfer has the settlement as its subject.

    Raises `forbidden`, `settlement_not_found`, `stale_state`, `settlement_moved` when the month's money
    has changed since it was reconciled.
    """
    actor.require(SETTLE)
    row = _locked(settlement_id)
    written = clean_text(reference, "reference", 80)
    payable = open_account(
        kind=AccountKind.PREMIUM_PAYABLE, owner_id=partner_account_id(row.insurer), now=now
    )
    clearing = open_account(kind=AccountKind.CHANNEL_CLEARING, now=now)
    due_fen = selectors.due_fen(row.insurer, row.month)
    transition(row, SettlementState.PAID, machine=SETTLEMENT, actor=actor, now=now)
    if due_fen != row.amount_fen:
        raise SETTLEMENT_MOVED.error(due_fen=due_fen, due_yuan=yuan(due_fen))
    if due_fen:
        payer, payee = (payable, clearing) if due_fen > 0 else (clearing, payable)
        line = Line(payer, payee, abs(due_fen), selectors.SETTLED, row.id)
        (row.transfer_id,) = transfer(lines=[line], now=now)
    row.paid_at, row.payment_reference = now, written
    row.save(update_fields=["paid_at", "payment_reference", "transfer_id"])
    detail = {"insurer": row.insurer, "month": row.month.isoformat(), "amount_fen": due_fen}
    audit.record(actor, "settlement.paid", subject=row.id, purpose=written, now=now, detail=detail)
    told = {"settlement_id": str(row.id), "month": row.month.isoformat(), "amount_fen": due_fen}
    tell(partner=row.insurer, type=SETTLEMENT_PAID, subject=row.id, data=told, now=now)
    return selectors.settlement_view(row)


def withdraw_settlement(*, settlement_id: UUID, reason: str, actor: Actor, now: datetime) -> SettlementView:
    """Drops a settlement that was not paid, so that another one can be drafted. Raises `forbidden`,
    `settlement_not_found`, `stale_state`."""
    actor.require(SETTLE)
    row = _locked(settlement_id)
    why = clean_text(reason, "reason", 200)
    transition(row, SettlementState.WITHDRAWN, machine=SETTLEMENT, actor=actor, now=now, reason=why)
    return selectors.settlement_view(row)


def _locked(settlement_id: UUID) -> Settlement:
    row: Settlement | None = Settlement.objects.select_for_update().filter(id=settlement_id).first()
    if row is None:
        raise SETTLEMENT_NOT_FOUND.error(field="settlement_id")
    return row


def _kept(one: Difference) -> dict[str, object]:
    return {**asdict(one), "kind": str(one.kind), "policy_id": str(one.policy_id)}
