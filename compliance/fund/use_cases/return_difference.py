from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.fund.models import Difference
from kernel.money import check_fen
from ledger.contracts import AccountKind, Line, partner_account_id
from ledger.use_cases.open_account import open_account
from ledger.use_cases.transfer import transfer


def return_difference(*, policy_id: UUID, now: datetime, amount_fen: int | None = None) -> int:
    """Takes a paid difference back into the reserve when its policy is refunded; all of it unless
    `amount_fen` says less. Returns the fen that came back, 0 when there is nothing to return.

    Raises `insufficient_funds` when the insurer's account does not hold it any more (it was settled).
    """
    row = Difference.objects.select_for_update().filter(policy_id=policy_id).first()
    if row is None:
        return 0
    rest_fen: int = row.amount_fen - row.returned_fen
    fen = rest_fen if amount_fen is None else min(rest_fen, check_fen(amount_fen, field="amount_fen"))
    if fen == 0:
        return 0
    payer = open_account(kind=AccountKind.PREMIUM_PAYABLE, owner_id=partner_account_id(row.insurer), now=now)
    reserve = open_account(kind=AccountKind.COVER_RESERVE, now=now)
    transfer(lines=[Line(payer, reserve, fen, "premium_difference_refund", policy_id)], now=now)
    row.returned_fen += fen
    row.save(update_fields=["returned_fen"])
    return fen
