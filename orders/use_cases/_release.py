"""Taking a worker out of his place before work: the wage's hold, the cover, the premium, the place."""

from __future__ import annotations

from datetime import datetime

from compliance.insurance import selectors as insurance
from compliance.insurance.states import WAITING, PolicyState
from compliance.insurance.use_cases.cancel_cover import cancel_cover
from compliance.rates.contracts import Layer
from kernel import outbox
from kernel.actor import Actor
from kernel.states import transition
from ledger.use_cases.void_hold import void_hold
from orders.models import Assignment, Order, Place
from orders.states import ASSIGNMENT, TAKING, AssignmentState
from orders.use_cases import _money
from orders.use_cases._booking_facts import record_freed
from orders.use_cases._rows import next_feed_position

RELEASED = "cn.linggong.assignment.released.v1"
REOPENED = "cn.linggong.order.reopened.v1"


def release(
    order: Order,
    assignment: Assignment,
    *,
    to: AssignmentState,
    reason: str,
    actor: Actor,
    now: datetime,
    compensation_fen: int = 0,
) -> None:
    """Moves a WON assignment to WITHDRAWN or NO_SHOW and gives back what was set aside for it.

    The caller holds the order's row, decides about the place (`reopen_place`) and then advances the
    order. `reason` is a short code. Emits `assignment.released`, which the employer's side hears.
    """
    transition(assignment, to, machine=ASSIGNMENT, actor=actor, now=now, reason=reason)
    if assignment.hold_id is not None:
        # first, since wallets are locked before what the county owes its insurer
        void_hold(hold_id=assignment.hold_id, now=now)
    _cancel_covers(order, assignment, reason=reason, actor=actor, now=now)
    if compensation_fen:
        _money.compensate(order=order, assignment=assignment, amount_fen=compensation_fen, now=now)
    assignment.end_reason = reason
    assignment.save(update_fields=["end_reason", "premium_paid_fen", "compensation_fen"])
    record_freed(order, assignment, now=now)
    data = {"order_id": str(order.id), "assignment_id": str(assignment.id), "reason": reason, "to": str(to)}
    outbox.emit(RELEASED, subject=order.id, data=data, now=now)


def _cancel_covers(order: Order, assignment: Assignment, *, reason: str, actor: Actor, now: datetime) -> None:
    """Cover that has not started goes back to whoever paid for it."""
    for policy in insurance.covers_of([assignment.id]).get(assignment.id, ()):
        if policy.state not in WAITING | {PolicyState.ISSUED}:
            continue
        cancel_cover(policy_id=policy.id, actor=actor, now=now, reason=reason)
        if policy.layer is Layer.TOP_UP:
            _money.return_premium(order=order, assignment=assignment, policy=policy, now=now)


def reopen_place(order: Order, assignment: Assignment, *, now: datetime) -> bool:
    """Frees the place for others while there is time, and puts the order back into the feed."""
    if order.state not in TAKING or order.expires_at <= now:
        return False
    Place.objects.filter(id=assignment.place_id, taken_by=assignment.id).update(taken_by=None)
    order.filled_at = None
    order.feed_seq = next_feed_position()
    order.save(update_fields=["filled_at", "feed_seq"])
    data = {"order_id": str(order.id), "trade": order.trade, "place_no": assignment.place_no}
    outbox.emit(REOPENED, subject=order.id, data=data, now=now)
    return True
