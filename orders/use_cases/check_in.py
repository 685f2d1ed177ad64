"""Checking in with the start code."""

from __future__ import annotations

from datetime import datetime, timedelta

from compliance.people.selectors import worker_for
from kernel import outbox
from kernel.actor import Actor
from kernel.clock import business_day
from kernel.errors import STALE_STATE, DomainError
from kernel.states import transition
from orders.contracts import CheckedIn, CheckIn
from orders.errors import (
    OUTSIDE_HOURS,
    START_CODE_LOCKED,
    START_CODE_NOT_ISSUED,
    START_CODE_WRONG,
)
from orders.models import Assignment, Attendance, Order, StartCode
from orders.start_codes import MAX_TRIES, code_of, same
from orders.states import ASSIGNMENT, AssignmentState
from orders.use_cases._cover import check_covered, start_covers
from orders.use_cases._progress import advance
from orders.use_cases._rows import locked_assignment
from tenants.policy.selectors import policy_on

CHECKED_IN = "cn.linggong.assignment.checked_in.v1"


def check_in(*, command: CheckIn, actor: Actor, now: datetime) -> CheckedIn:
    """A wrong code comes back as `refused`, to be raised after the commit, since it has to be counted.

    Raises `cover_pending`, `cover_starts_later`, `outside_hours`, `start_code_not_issued`,
    `start_code_locked`, `stale_state`, `not_found`. The first check-in starts the order.
    """
    actor.require("orders:attend")
    order, assignment = locked_assignment(command.assignment_id)
    worker_for(actor, assignment.worker_id)
    _check_may_start(order, assignment, now=now)
    wrong = _try_code(assignment, command.code, now=now)
    if wrong is not None:
        return CheckedIn(assignment.id, assignment.state, None, wrong)
    Attendance.objects.create(
        assignment=assignment,
        checked_in_at=now,
        checked_in_by=actor.key,
        checked_in_channel=actor.channel,
    )
    transition(assignment, AssignmentState.CHECKED_IN, machine=ASSIGNMENT, actor=actor, now=now)
    start_covers(assignment, actor=actor, now=now)
    data = {"order_id": str(order.id), "assignment_id": str(assignment.id)}
    outbox.emit(CHECKED_IN, subject=order.id, data=data, now=now)
    advance(order, actor=actor, now=now)
    return CheckedIn(assignment.id, assignment.state, now)


def _check_may_start(order: Order, assignment: Assignment, *, now: datetime) -> None:
    if assignment.state != AssignmentState.WON:
        raise STALE_STATE.error(
            is_=assignment.state, wants=str(AssignmentState.CHECKED_IN), machine="assignment"
        )
    check_covered(order, assignment, now=now)
    early = timedelta(minutes=policy_on(business_day(now)).check_in_early_minutes)
    if not order.starts_at - early <= now < order.ends_at:
        raise OUTSIDE_HOURS.error(
            opens_at=(order.starts_at - early).isoformat(), closes_at=order.ends_at.isoformat()
        )


def _try_code(assignment: Assignment, given: str, *, now: datetime) -> DomainError | None:
    """Counts a wrong try and returns its refusal; None when the code is right."""
    shown = StartCode.objects.filter(assignment=assignment).first()
    if shown is None:
        raise START_CODE_NOT_ISSUED.error()
    if shown.tries >= MAX_TRIES:
        raise START_CODE_LOCKED.error()
    if same(given, code_of(assignment.id, shown.version)):
        shown.used_at = now
        shown.save(update_fields=["used_at"])
        return None
    shown.tries += 1
    shown.save(update_fields=["tries"])
    return START_CODE_WRONG.error(field="code", tries_left=MAX_TRIES - shown.tries)
