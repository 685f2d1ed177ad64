from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.bordereau import selectors
from compliance.bordereau.access import SETTLE
from compliance.bordereau.contracts import SettlementView
from compliance.bordereau.errors import SETTLEMENT_MOVED
from compliance.bordereau.events import SETTLEMENT_PAID
from compliance.bordereau.states import SETTLEMENT, SettlementState
from compliance.bordereau.use_cases._locked import locked
from kernel import audit
from kernel.actor import Actor
from kernel.identifiers import clean_text
from kernel.money import yuan
from kernel.states import transition
from ledger.contracts import AccountKind, Line, partner_account_id
from ledger.use_cases.open_account import open_account
from ledger.use_cases.transfer import transfer
from webhooks.stream import tell


def pay_settlement(*, settlement_id: UUID, reference: str, actor: Actor, now: datetime) -> SettlementView:
    """Records that the county's bank has paid the insurer (or, of an amount below zero, was paid by it);
    `reference` is the bank's. The ledger's transfer has the settlement as its subject.

    Raises `forbidden`, `settlement_not_found`, `stale_state`, `settlement_moved` when the month's money
    has changed since it was reconciled.
    """
    actor.require(SETTLE)
    row = locked(settlement_id)
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
