"""A booked worker who has not come."""

from __future__ import annotations

from datetime import datetime, timedelta

from compliance.people.selectors import employer_for
from kernel.actor import Actor
from kernel.clock import business_day
from kernel.errors import STALE_STATE
from orders import selectors
from orders.contracts import MarkNoShow
from orders.errors import COVER_PENDING, TOO_EARLY_FOR_NO_SHOW
from orders.models import Order
from orders.states import AssignmentState
from orders.use_cases._cover import was_free_to_start
from orders.use_cases._progress import advance
from orders.use_cases._release import release, reopen_place
from orders.use_cases._rows import locked_assignment
from orders.views import AssignmentView
from tenants.policy.selectors import policy_on


def mark_no_show(*, command: MarkNoShow, actor: Actor, now: datetime) -> AssignmentView:
    """The employer's side or the hall says so, from the county's hours after the planned start. The
    wage's hold is void, the premium comes back, the place is open again while there is time.

    Raises `too_early_for_no_show`, `cover_pending` (he was not allowed to start), `stale_state`.
    """
    actor.require("orders:confirm")
    order, assignment = locked_assignment(command.assignment_id)
    employer_for(actor, order.employer_id, need="confirm")
    if assignment.state != AssignmentState.WON:
        raise STALE_STATE.error(
            is_=assignment.state, wants=str(AssignmentState.NO_SHOW), machine="assignment"
        )
    if not was_free_to_start(order, assignment, now=now):
        raise COVER_PENDING.error()
    due = absent_from(order, now=now)
    if now < due:
        raise TOO_EARLY_FOR_NO_SHOW.error(at=due.isoformat())
    release(order, assignment, to=AssignmentState.NO_SHOW, reason="absent", actor=actor, now=now)
    reopen_place(order, assignment, now=now)
    advance(order, actor=actor, now=now)
    return selectors.assignment_view(assignment)


def absent_from(order: Order, *, now: datetime) -> datetime:
    """From when a worker who has not checked in counts as absent."""
    hours = policy_on(business_day(now)).no_show_hours
    return min(order.ends_at, order.starts_at + timedelta(hours=hours))
