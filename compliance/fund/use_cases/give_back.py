from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.fund import slices
from compliance.fund.models import Draw
from compliance.fund.slices import FILLING, SHARED
from compliance.fund.states import ProgramState
from kernel.money import check_fen
from ledger.contracts import AccountKind, Line, partner_account_id
from ledger.use_cases.open_account import open_account
from ledger.use_cases.transfer import transfer

PURPOSE = "basic_premium_refund"


def give_back(*, policy_id: UUID, amount_fen: int, now: datetime) -> int:
    """Takes a refunded premium of basic cover back from the insurer's account, where it may be drawn
    again: into a slice of its program, or into the fund once that is closed.

    Returns the fen that came back: at most what was drawn for the policy and not given back yet, so that
    a repeated refund moves nothing. Raises `amount_invalid`; `insufficient_funds` when the insurer's
    account does not hold it any more (it was settled).
    """
    check_fen(amount_fen, field="amount_fen")
    returned_fen = 0
    for row in Draw.objects.select_for_update().filter(policy_id=policy_id).order_by("-drawn_at", "-id"):
        fen = min(amount_fen - returned_fen, row.amount_fen - row.returned_fen)
        if fen > 0:
            _return(row, fen, now)
            returned_fen += fen
    return returned_fen


def _return(row: Draw, fen: int, now: datetime) -> None:
    payer = open_account(kind=AccountKind.PREMIUM_PAYABLE, owner_id=partner_account_id(row.insurer), now=now)
    if slices.lock_program(row.program_id, SHARED).state is ProgramState.OPEN:
        piece = slices.free_slice(row.program_id) or slices.new_slice(row.program_id, now=now)
        transfer(lines=[Line(payer, piece.account_id, fen, PURPOSE, row.policy_id)], now=now)
        slices.change(piece, fen)
    else:
        slices.lock_program(row.program_id, FILLING)
        fund = open_account(kind=AccountKind.COVER_FUND, now=now)
        transfer(lines=[Line(payer, fund, fen, PURPOSE, row.policy_id)], now=now)
        slices.raise_granted(row.program_id, -fen)
    row.returned_fen += fen
    row.save(update_fields=["returned_fen"])
