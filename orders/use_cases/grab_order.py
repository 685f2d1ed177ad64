"""Grab: the first eligible worker wins, one a place, however many race."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from compliance.people.selectors import worker_for
from kernel import facts, outbox
from kernel.actor import Actor
from kernel.errors import NOT_FOUND, DomainError
from kernel.ids import uuid7
from kernel.states import begin
from orders import rules
from orders.contracts import GrabOrder, Won
from orders.errors import ALREADY_TAKEN, BUSY_THEN, ORDER_CLOSED, ORDER_FULL, PLACE_BUSY
from orders.models import Assignment, Order
from orders.states import ASSIGNMENT, HOLDING
from orders.use_cases import _money
from orders.use_cases._booking_facts import times
from orders.use_cases._cover import ask_for_cover
from orders.use_cases._eligible import check_eligible

FILLED_PLACE = "cn.linggong.place.filled.v1"
FILLED_ORDER = "cn.linggong.order.filled.v1"


def grab_order(*, command: GrabOrder, actor: Actor, now: datetime) -> Won:
    """The race comes first and is one call of `orders_grab()`: a loser is told `order_full` after one
    look, or `place_busy` while a winner may still roll back. Everything else is checked on the place
    already taken; a refusal rolls back and frees it.

    Raises also `order_closed`, `already_in_order`, `worker_busy_then`, `not_found` and what
    `check_eligible` refuses. Emits `place.filled`, and `order.filled` with the last place.
    """
    actor.require("orders:grab")
    worker = worker_for(actor, command.worker_id)
    assignment_id = uuid7()
    outcome = take_place(
        order_id=command.order_id, worker_id=worker.id, assignment_id=assignment_id, actor=actor, now=now
    )
    if outcome != "won":
        raise _refusal(outcome, command.order_id, worker.id)
    assignment = Assignment.objects.select_related("order").get(id=assignment_id)
    order = assignment.order
    check_eligible(order, worker, now=now)
    begin(assignment, machine=ASSIGNMENT, actor=actor, now=now)
    assignment.hold_id = _money.hold_wage(
        order=order, assignment_id=assignment_id, worker_id=worker.id, now=now
    )
    ask_for_cover(order, assignment, actor=actor, now=now)
    assignment.save(update_fields=["hold_id", "cover_id", "basic_cover_id"])
    _tell(order, assignment, person_key=worker.person_key, actor=actor, now=now)
    return Won(
        assignment_id=assignment_id,
        order_id=order.id,
        number=order.number,
        place_no=assignment.place_no,
        state=assignment.state,
        wage_max_fen=order.wage_max_fen,
        cover_id=assignment.cover_id,
        basic_cover_id=assignment.basic_cover_id,
        undo_until=assignment.undo_until,
        filled=order.filled_at is not None,
    )


def take_place(*, order_id: UUID, worker_id: UUID, assignment_id: UUID, actor: Actor, now: datetime) -> str:
    """The race alone: won, full, busy, closed, already, overlap or missing. See the migration."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT orders_grab(%s, %s, %s, %s, %s)", [order_id, worker_id, assignment_id, now, actor.channel]
        )
        return str(cursor.fetchone()[0])


def _refusal(outcome: str, order_id: UUID, worker_id: UUID) -> DomainError:
    if outcome == "full":
        return ORDER_FULL.error()
    if outcome == "busy":
        return PLACE_BUSY.error()
    if outcome == "already":
        return ALREADY_TAKEN.error()
    order = Order.objects.filter(id=order_id).first()
    if order is None:
        return NOT_FOUND.error(field="order_id")
    if outcome == "closed":
        return ORDER_CLOSED.error(state=order.state)
    other = Assignment.objects.filter(
        worker_id=worker_id, state__in=HOLDING, starts_at__lt=order.ends_at, ends_at__gt=order.starts_at
    ).first()
    starts_at, ends_at = (other.starts_at, other.ends_at) if other else (order.starts_at, order.ends_at)
    return BUSY_THEN.error(starts_at=starts_at.isoformat(), ends_at=ends_at.isoformat())


def _tell(order: Order, assignment: Assignment, *, person_key: str, actor: Actor, now: datetime) -> None:
    assert order.published_at is not None
    seconds = (now - order.published_at) // timedelta(seconds=1)
    facts.record(
        "place.filled",
        now=now,
        subject=assignment.id,
        trade=order.trade,
        town=rules.town_of(order.address),
        station=facts.service_point(actor),
        person_key=person_key,
        role="worker",
        values={
            "places": 1,
            "fill_seconds": max(0, seconds),
            "orders_filled": int(order.filled_at is not None),
            "headcount": order.headcount,
            **times(order),
        },
    )
    data = {"order_id": str(order.id), "assignment_id": str(assignment.id), "place_no": assignment.place_no}
    outbox.emit(FILLED_PLACE, subject=order.id, data=data, now=now)
    if order.filled_at is not None:
        outbox.emit(FILLED_ORDER, subject=order.id, data={"order_id": str(order.id)}, now=now)
