from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError

from compliance.fund.contracts import DepositView, Target
from compliance.fund.errors import DEPOSIT_REFERENCE_USED, RESERVE_NOT_DECLARED
from compliance.fund.models import Deposit, Reserve
from compliance.fund.selectors import deposit_view
from compliance.fund.states import ReserveState
from kernel import audit
from kernel.actor import Actor
from kernel.identifiers import clean_text
from kernel.ids import uuid7
from kernel.money import check_fen
from ledger.contracts import AccountKind, Line
from ledger.use_cases.open_account import open_account
from ledger.use_cases.transfer import transfer
from tenants import gate


def move_public_money(
    target: Target, amount_fen: int, sign: int, reference: str, actor: Actor, now: datetime
) -> DepositView:
    """In with a `sign` of 1, out with -1; see `deposit`."""
    actor.require("fund:write")
    if sign > 0:
        gate.may_begin()
    check_fen(amount_fen, field="amount_fen")
    written = clean_text(reference, "reference", 80)
    account, clearing = _account(target, now), open_account(kind=AccountKind.CHANNEL_CLEARING, now=now)
    if Deposit.objects.filter(reference=written).exists():
        raise DEPOSIT_REFERENCE_USED.error(field="reference", reference=written)
    deposit_id = uuid7()
    payer, payee = (clearing, account) if sign > 0 else (account, clearing)
    purpose = f"{target}_{'deposit' if sign > 0 else 'return'}"
    line = Line(payer, payee, amount_fen, purpose, deposit_id)
    (transfer_id,) = transfer(lines=[line], now=now, field="amount_fen")
    row = Deposit(
        id=deposit_id,
        target=target,
        amount_fen=sign * amount_fen,
        reference=written,
        transfer_id=transfer_id,
        by=actor.key,
        at=now,
    )
    try:
        row.save(force_insert=True)
    except IntegrityError as fault:  # a second one at the same moment
        if "reference" in str(fault):
            raise DEPOSIT_REFERENCE_USED.error(field="reference", reference=written) from None
        raise
    detail = {"target": str(target), "amount_fen": sign * amount_fen}
    audit.record(actor, "fund.deposited", subject=deposit_id, purpose=written, now=now, detail=detail)
    return deposit_view(row)


def _account(target: Target, now: datetime) -> UUID:
    if target is Target.FUND:
        return open_account(kind=AccountKind.COVER_FUND, now=now)
    declared = Reserve.objects.filter(state=ReserveState.DECLARED).first()
    if declared is None:
        raise RESERVE_NOT_DECLARED.error(field="target")
    account_id: UUID = declared.account_id
    return account_id
