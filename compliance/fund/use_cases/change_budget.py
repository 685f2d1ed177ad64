from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.fund import slices
from compliance.fund.contracts import ProgramView
from compliance.fund.errors import BUDGET_SPENT, PROGRAM_NOT_FOUND
from compliance.fund.models import BudgetChange, Program
from compliance.fund.selectors import program_view
from compliance.fund.slices import ALONE
from compliance.fund.states import ProgramState
from kernel import audit
from kernel.actor import Actor
from kernel.errors import STALE_STATE
from kernel.identifiers import clean_text
from kernel.money import check_fen, yuan


def change_budget(
    *, program_id: UUID, budget_fen: int, reason: str, actor: Actor, now: datetime
) -> ProgramView:
    """Sets an open program's budget. A lower one takes money back out of slices; it cannot go below
    what has been spent.

    Raises `forbidden`, `program_not_found`, `budget_spent`, `stale_state` once closed, `amount_invalid`.
    """
    actor.require("fund:write")
    check_fen(budget_fen, field="budget_fen")
    why = clean_text(reason, "reason", 200)
    if not Program.objects.filter(id=program_id).exists():
        raise PROGRAM_NOT_FOUND.error(field="program_id")
    program = slices.lock_program(program_id, ALONE)
    if program.state is not ProgramState.OPEN:
        raise STALE_STATE.error(is_=str(program.state), wants=str(ProgramState.OPEN), machine="cover_program")
    pieces = slices.all_slices(program_id)
    spent_fen = program.granted_fen - sum(piece.left_fen for piece in pieces)
    if budget_fen < spent_fen:
        raise BUDGET_SPENT.error(field="budget_fen", spent_fen=spent_fen, spent_yuan=yuan(spent_fen))
    if program.granted_fen > budget_fen:
        surplus_fen = program.granted_fen - budget_fen
        slices.take_back(program_id, pieces, most_fen=surplus_fen, now=now)
        slices.raise_granted(program_id, -surplus_fen)
    Program.objects.filter(id=program_id).update(budget_fen=budget_fen)
    BudgetChange.objects.create(
        program_id=program_id,
        before_fen=program.budget_fen,
        after_fen=budget_fen,
        reason=why,
        by=actor.key,
        at=now,
    )
    detail = {"before_fen": program.budget_fen, "after_fen": budget_fen}
    audit.record(actor, "fund.budget_changed", subject=program_id, purpose=why, now=now, detail=detail)
    return program_view(program_id)
