"""Ending a worker's attendance, whoever reports it."""

from __future__ import annotations

from datetime import datetime, timedelta

from kernel import outbox
from kernel.actor import Actor
from kernel.clock import business_day
from kernel.states import transition
from orders import rules
from orders.contracts import PayBasis
from orders.models import Assignment, Attendance, Order
from orders.states import ASSIGNMENT, AssignmentState
from orders.use_cases._booking_facts import record_finished
from orders.use_cases._cover import end_covers
from tenants.policy.selectors import policy_on

FINISHED = "cn.linggong.assignment.finished.v1"


def finish(
    order: Order,
    assignment: Assignment,
    *,
    left_at: datetime,
    pieces: int | None,
    assumed: bool,
    actor: Actor,
    now: datetime,
) -> None:
    """CHECKED_IN -> FINISHED with the quantity that attendance makes, and the moment from which the
    employer's silence confirms it. Ends the cover. The caller holds the order's row."""
    transition(assignment, AssignmentState.FINISHED, machine=ASSIGNMENT, actor=actor, now=now)
    attendance = Attendance.objects.get(assignment=assignment)
    attendance.checked_out_at, attendance.checked_out_by = left_at, actor.key
    attendance.checked_out_channel, attendance.assumed = actor.channel, assumed
    attendance.pieces = pieces
    attendance.save()
    assignment.quantity = rules.attended(
        basis=PayBasis(order.basis),
        checked_in_at=attendance.checked_in_at,
        checked_out_at=left_at,
        starts_at=order.starts_at,
        break_minutes=order.break_minutes,
        expected=order.quantity_expected,
        most=order.quantity_max,
        pieces=pieces,
    )
    assignment.finished_at = now
    assignment.silence_at = now + timedelta(days=policy_on(business_day(now)).silence_days)
    assignment.save(update_fields=["quantity", "finished_at", "silence_at"])
    end_covers(assignment, actor=actor, now=now)
    record_finished(order, assignment, now=now)
    data = {"order_id": str(order.id), "assignment_id": str(assignment.id), "assumed": assumed}
    outbox.emit(FINISHED, subject=order.id, data=data, now=now)
