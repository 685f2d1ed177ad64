"""After the working time: who never came is absent, who never checked out has finished."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from kernel.actor import SYSTEM
from orders.models import Assignment, Order
from orders.states import AssignmentState
from orders.use_cases import _money
from orders.use_cases._cover import was_free_to_start
from orders.use_cases._finish import finish
from orders.use_cases._progress import advance
from orders.use_cases._release import release, reopen_place
from orders.use_cases._rows import free_order
from orders.use_cases.mark_no_show import absent_from

# A worker who forgot to check out can still do so for this long; then the planned end stands in.
GRACE = timedelta(hours=4)


def close_day(*, order_id: UUID, now: datetime) -> int:
    """How many assignments of the order it moved. A worker whose cover is still waited for could
    not start and is withdrawn, not absent."""
    order = free_order(order_id)
    if order is None:
        return 0
    moved = _absent(order, now=now) + _forgotten(order, now=now)
    if moved:
        advance(order, actor=SYSTEM, now=now)
    return moved


def _absent(order: Order, *, now: datetime) -> int:
    if now < absent_from(order, now=now):
        return 0
    booked = list(Assignment.objects.filter(order=order, state=AssignmentState.WON).order_by("id"))
    _money.lock_wallets(order=order, worker_ids=[one.worker_id for one in booked], now=now)
    for assignment in booked:
        to, reason = AssignmentState.NO_SHOW, "absent"
        if not was_free_to_start(order, assignment, now=now):
            to, reason = AssignmentState.WITHDRAWN, "cover_not_bound"
        release(order, assignment, to=to, reason=reason, actor=SYSTEM, now=now)
    for assignment in booked:  # after all money has moved: the feed's lock is the last one
        reopen_place(order, assignment, now=now)
    return len(booked)


def _forgotten(order: Order, *, now: datetime) -> int:
    if now < order.ends_at + GRACE:
        return 0
    there = list(Assignment.objects.filter(order=order, state=AssignmentState.CHECKED_IN).order_by("id"))
    for assignment in there:
        finish(order, assignment, left_at=order.ends_at, pieces=None, assumed=True, actor=SYSTEM, now=now)
    return len(there)
