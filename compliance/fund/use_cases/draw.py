from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from compliance.fund import rules, slices
from compliance.fund.contracts import Drawn
from compliance.fund.models import Draw, Program
from compliance.fund.selectors import drawn_view
from compliance.fund.slices import FILLING, SHARED, Piece
from compliance.fund.states import ProgramState
from kernel.clock import business_day
from kernel.money import check_fen
from ledger.contracts import AccountKind, partner_account_id
from ledger.use_cases.open_account import open_account


def draw(
    *,
    policy_id: UUID,
    insurer: str,
    amount_fen: int,
    now: datetime,
    on: date | None = None,
    occasion: str = "bind",
) -> Drawn | None:
    """Pays a policy's premium of basic cover from the program of the day `on` (today unless said
    otherwise) to what the county owes the insurer; the transfers' subject is the policy.

    None when no program is open on that day, its budget does not allow so much any more, or the money
    for it has not been paid in: then nothing has changed. Asked again for the same policy and occasion
    it returns what was drawn then. The caller holds the policy's row. Draw once a transaction: a second
    draw may wait for another transaction's slice while that one waits for ours. Raises `amount_invalid`.
    """
    check_fen(amount_fen, field="amount_fen")
    known = Draw.objects.filter(policy_id=policy_id, occasion=occasion).first()
    if known is not None:
        return drawn_view(known)
    day = on or business_day(now)
    program_id: UUID | None = (
        Program.objects.filter(state=ProgramState.OPEN, from_day__lte=day, to_day__gte=day)
        .values_list("id", flat=True)
        .first()
    )
    if program_id is None or slices.lock_program(program_id, SHARED).state is not ProgramState.OPEN:
        return None
    payers = _one_slice(program_id, amount_fen) or _filled_or_several(program_id, amount_fen, now)
    if payers is None:
        return None
    payee = open_account(kind=AccountKind.PREMIUM_PAYABLE, owner_id=partner_account_id(insurer), now=now)
    slices.spend(payers, payee=payee, subject=policy_id, now=now)
    row = Draw.objects.create(
        policy_id=policy_id,
        occasion=occasion,
        program_id=program_id,
        insurer=insurer,
        amount_fen=amount_fen,
        drawn_at=now,
    )
    return drawn_view(row)


def _one_slice(program_id: UUID, amount_fen: int) -> list[tuple[Piece, int]] | None:
    """Nearly always: a slice that has enough and that nobody else has locked."""
    piece = slices.free_slice(program_id, at_least=amount_fen)
    return [(piece, amount_fen)] if piece else None


def _filled_or_several(program_id: UUID, amount_fen: int, now: datetime) -> list[tuple[Piece, int]] | None:
    """More of the budget into the slices; when that is too little, what all of them have together. An
    exhausted budget is seen without a lock: everybody asks it until the program ends."""
    if slices.left_fen(program_id) < amount_fen:
        return None
    slices.lock_program(program_id, FILLING)
    filled_meanwhile = _one_slice(program_id, amount_fen)
    if filled_meanwhile:
        return filled_meanwhile
    slices.fill(program_id, at_least=amount_fen, now=now)
    filled = _one_slice(program_id, amount_fen)
    if filled:
        return filled
    chosen = _several(program_id, amount_fen)
    if chosen is None:  # the slices that others had are ours now, and may be empty while the budget is not
        slices.fill(program_id, at_least=amount_fen, now=now)
        chosen = _several(program_id, amount_fen)
    return chosen


def _several(program_id: UUID, amount_fen: int) -> list[tuple[Piece, int]] | None:
    """What all slices have together, if it is enough; waits for those who have one."""
    everyone = {one.id: one for one in slices.all_slices(program_id)}
    chosen = rules.parts(amount_fen, [(one.id, one.left_fen) for one in everyone.values()])
    return [(everyone[slice_id], fen) for slice_id, fen in chosen] if chosen else None
