"""The employer cancels before work starts; booked workers are compensated when it is late."""

from __future__ import annotations

from datetime import datetime

from compliance.people.selectors import employer_for
from kernel.actor import Actor
from kernel.clock import business_day
from kernel.errors import STALE_STATE
from orders import rules
from orders.contracts import Cancelled, CancelOrder
from orders.errors import CANNOT_CANCEL_STARTED
from orders.models import Assignment, Order
from orders.states import AssignmentState, OrderState
from orders.use_cases import _money
from orders.use_cases._progress import move
from orders.use_cases._release import release
from orders.use_cases._rows import locked_order
from tenants.policy.selectors import policy_on

STARTED = frozenset({OrderState.IN_PROGRESS, OrderState.COMPLETED, OrderState.SETTLED})


def cancel_order(*, command: CancelOrder, actor: Actor, now: datetime) -> Cancelled:
    """Escrow pays the compensations (a share of each booked wage, nothing while `cancel_free_hours`
    are left) and the rest goes back, premiums included. Raises `cannot_cancel_started`,
    `stale_state` when it has ended otherwise, `not_found`."""
    actor.require("orders:cancel")
    note = rules.check_text(command.reason, field="reason", minimum=0, maximum=200)
    order = locked_order(command.order_id)
    employer_for(actor, order.employer_id, need="publish")
    if order.state in STARTED:
        raise CANNOT_CANCEL_STARTED.error()
    if order.state != OrderState.OPEN:
        raise STALE_STATE.error(is_=order.state, wants=str(OrderState.CANCELLED), machine="order")
    compensation_fen = _release_all(order, actor=actor, now=now)
    cancelled, reason = OrderState.CANCELLED, "by_employer"
    refund_fen = move(order, cancelled, reason=reason, note=note, actor=actor, now=now)
    return Cancelled(order.id, order.state, compensation_fen, refund_fen)


def _release_all(order: Order, *, actor: Actor, now: datetime) -> int:
    policy = policy_on(business_day(now))
    each = rules.compensation_fen(
        wage_max_fen=order.wage_max_fen,
        starts_at=order.starts_at,
        now=now,
        free_hours=policy.cancel_free_hours,
        penalty_bp=policy.cancel_penalty_bp,
    )
    booked = list(Assignment.objects.filter(order=order, state=AssignmentState.WON).order_by("worker_id"))
    _money.lock_wallets(order=order, worker_ids=[one.worker_id for one in booked], now=now)
    total_fen = 0
    for assignment in booked:
        release(
            order,
            assignment,
            to=AssignmentState.WITHDRAWN,
            reason="employer_cancelled",
            actor=actor,
            now=now,
            compensation_fen=each,
        )
        total_fen += each
    return total_fen
