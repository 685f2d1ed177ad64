from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.fund import slices
from compliance.fund.contracts import ProgramView
from compliance.fund.errors import PROGRAM_NOT_FOUND
from compliance.fund.models import Program
from compliance.fund.selectors import program_view
from compliance.fund.slices import ALONE
from compliance.fund.states import PROGRAM, ProgramState
from kernel import audit
from kernel.actor import Actor
from kernel.identifiers import clean_text
from kernel.states import transition


def close_program(*, program_id: UUID, reason: str, actor: Actor, now: datetime) -> ProgramView:
    """Ends a program: nothing more is drawn from it, what lies in its slices goes back to the fund, and
    later refunds go there too. Cover already paid for stays.

    Raises `forbidden`, `program_not_found`, `stale_state` when closed already.
    """
    actor.require("fund:write")
    why = clean_text(reason, "reason", 200)
    if not Program.objects.filter(id=program_id).exists():
        raise PROGRAM_NOT_FOUND.error(field="program_id")
    slices.lock_program(program_id, ALONE)
    row = Program.objects.get(id=program_id)
    transition(row, ProgramState.CLOSED, machine=PROGRAM, actor=actor, now=now, reason=why)
    returned_fen = slices.take_back(program_id, slices.all_slices(program_id), most_fen=None, now=now)
    slices.raise_granted(program_id, -returned_fen)
    Program.objects.filter(id=program_id).update(closed_at=now)
    detail = {"returned_fen": returned_fen}
    audit.record(actor, "fund.program_closed", subject=program_id, purpose=why, now=now, detail=detail)
    return program_view(program_id)
