"""The employer's side shows the code that the worker on site types in."""

from __future__ import annotations

from datetime import datetime

from compliance.people.selectors import employer_for
from kernel.actor import Actor
from kernel.errors import STALE_STATE
from orders.contracts import ShownCode, ShowStartCode
from orders.models import StartCode
from orders.start_codes import MAX_TRIES, code_of
from orders.states import AssignmentState
from orders.use_cases._cover import check_covered
from orders.use_cases._rows import locked_assignment


def show_start_code(*, command: ShowStartCode, actor: Actor, now: datetime) -> ShownCode:
    """The same code until it is renewed. Raises `cover_pending` while a policy that was asked for is not
    in force, `cover_starts_later` before its cover begins, `stale_state` unless the worker is booked and
    has not started."""
    actor.require("orders:confirm")
    order, assignment = locked_assignment(command.assignment_id)
    employer_for(actor, order.employer_id, need="confirm")
    if assignment.state != AssignmentState.WON:
        raise STALE_STATE.error(
            is_=assignment.state, wants=str(AssignmentState.CHECKED_IN), machine="assignment"
        )
    check_covered(order, assignment, now=now)
    shown, made = StartCode.objects.get_or_create(
        assignment=assignment, defaults={"issued_at": now, "issued_by": actor.key}
    )
    if command.renew and not made:
        shown.version, shown.tries = shown.version + 1, 0
        shown.issued_at, shown.issued_by = now, actor.key
        shown.save(update_fields=["version", "tries", "issued_at", "issued_by"])
    return ShownCode(assignment.id, code_of(assignment.id, shown.version), MAX_TRIES - shown.tries)
