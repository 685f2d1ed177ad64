from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.fund.models import Difference, Reserve
from compliance.fund.states import ReserveState
from kernel.errors import DomainError
from kernel.money import check_fen
from ledger.contracts import AccountKind, Line, partner_account_id
from ledger.errors import INSUFFICIENT_FUNDS
from ledger.use_cases.open_account import open_account
from ledger.use_cases.transfer import transfer


def pay_difference(*, policy_id: UUID, insurer: str, amount_fen: int, now: datetime) -> bool:
    """Pays what a fallback insurer's policy costs more from the reserve to what the county owes that
    insurer; the transfer's subject is the policy.

    False when the county has declared no reserve or too little lies in it: then nothing has changed and
    the place goes on waiting. True when it is paid, also if it was before. Raises `amount_invalid`.
    """
    check_fen(amount_fen, field="amount_fen")
    if Difference.objects.filter(policy_id=policy_id).exists():
        return True
    declared = Reserve.objects.filter(state=ReserveState.DECLARED).first()
    if declared is None:
        return False
    payee = open_account(kind=AccountKind.PREMIUM_PAYABLE, owner_id=partner_account_id(insurer), now=now)
    line = Line(declared.account_id, payee, amount_fen, "premium_difference", policy_id)
    try:
        transfer(lines=[line], now=now)
    except DomainError as refused:
        if refused.refusal is not INSUFFICIENT_FUNDS:
            raise
        return False
    Difference.objects.create(policy_id=policy_id, insurer=insurer, amount_fen=amount_fen, paid_at=now)
    return True
