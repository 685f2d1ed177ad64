"""Giving a grabbed place back within the county's minutes, without consequence."""

from __future__ import annotations

from datetime import datetime

from compliance.people.selectors import worker_for
from kernel.actor import Actor
from kernel.errors import STALE_STATE
from orders import selectors
from orders.contracts import UndoGrab
from orders.errors import UNDO_TOO_LATE
from orders.states import AssignmentState
from orders.use_cases._progress import advance
from orders.use_cases._release import release, reopen_place
from orders.use_cases._rows import locked_assignment
from orders.views import AssignmentView


def undo_grab(*, command: UndoGrab, actor: Actor, now: datetime) -> AssignmentView:
    """The hold is void, the cover cancelled, the place free again. Raises `undo_too_late`,
    `stale_state` (after check-in, or undone already), `not_found`."""
    actor.require("orders:grab")
    order, assignment = locked_assignment(command.assignment_id)
    worker_for(actor, assignment.worker_id)
    if assignment.state != AssignmentState.WON:
        raise STALE_STATE.error(
            is_=assignment.state, wants=str(AssignmentState.WITHDRAWN), machine="assignment"
        )
    if now >= assignment.undo_until:
        raise UNDO_TOO_LATE.error(minutes=order.undo_minutes)
    release(order, assignment, to=AssignmentState.WITHDRAWN, reason="undone", actor=actor, now=now)
    reopen_place(order, assignment, now=now)
    advance(order, actor=actor, now=now)
    return selectors.assignment_view(assignment)
