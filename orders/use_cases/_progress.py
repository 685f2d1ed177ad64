"""Moving an order along as far as its assignments allow, and what each ending brings with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Count, Q, Sum

from compliance.people.selectors import employer_view
from kernel import facts, outbox
from kernel.actor import Actor
from kernel.states import transition
from orders import rules
from orders.models import Assignment, Order, Place
from orders.states import ENDED, ORDER, TAKING, AssignmentState, OrderState
from orders.use_cases import _money

EVENTS: Mapping[OrderState, str] = {
    OrderState.IN_PROGRESS: "cn.linggong.order.started.v1",
    OrderState.COMPLETED: "cn.linggong.order.completed.v1",
    OrderState.SETTLED: "cn.linggong.order.settled.v1",
    OrderState.CANCELLED: "cn.linggong.order.cancelled.v1",
    OrderState.EXPIRED: "cn.linggong.order.expired.v1",
}


def advance(order: Order, *, actor: Actor, now: datetime) -> int:
    """Takes every step that is due; the caller holds the order's row. Returns what was refunded."""
    refund_fen = 0
    while OrderState(order.state) not in ENDED:
        step = rules.next_step(OrderState(order.state), _counts(order), still_open=_still_open(order, now))
        if step is None:
            break
        refund_fen += move(order, step.to, reason=step.reason, actor=actor, now=now)
    return refund_fen


def move(order: Order, to: OrderState, *, reason: str, actor: Actor, now: datetime, note: str = "") -> int:
    """One step with its news, facts and, where the order ends, the refund. Returns the refund in fen.
    `reason` is a short code of ours, `note` a person's words for the log."""
    transition(order, to, machine=ORDER, actor=actor, now=now, reason=note or reason)
    refund_fen = 0
    if to is OrderState.IN_PROGRESS:
        order.started_at = now
        order.save(update_fields=["started_at"])
    elif to is OrderState.COMPLETED:
        _record(order, "order.completed", {"orders": 1, "places": order.headcount}, now=now)
    elif to in ENDED:
        order.ended_at, order.end_reason = now, reason
        order.save(update_fields=["ended_at", "end_reason"])
        refund_fen = _money.refund_rest(order=order, now=now)
        _record_end(order, to, reason=reason, refund_fen=refund_fen, now=now)
    data = {"order_id": str(order.id), "trade": order.trade, "reason": reason}
    outbox.emit(EVENTS[to], subject=order.id, data=data, now=now)
    return refund_fen


def _counts(order: Order) -> dict[str, int]:
    rows = Assignment.objects.filter(order=order).values_list("state").annotate(n=Count("id")).order_by()
    return dict(rows)


def _still_open(order: Order, now: datetime) -> bool:
    if order.filled_at is not None or order.expires_at <= now or order.state not in TAKING:
        return False
    return bool(Place.objects.filter(order=order, taken_by=None).exists())


def _record_end(order: Order, to: OrderState, *, reason: str, refund_fen: int, now: datetime) -> None:
    """One fact of how it ended and what of its escrow went back. A settled order also counts its
    employer, once in the whole city."""
    values = {"orders": 1, "places": order.headcount, "refund_fen": refund_fen}
    if to is OrderState.SETTLED:
        facts.record(
            "order.settled",
            now=now,
            subject=order.id,
            trade=order.trade,
            town=rules.town_of(order.address),
            values={**_settled_values(order), "refund_fen": refund_fen},
            person_key=employer_view(order.employer_id).person_key,
            role="employer",
        )
        return
    if reason == rules.NO_SHOW:
        kind = "order.no_show"
    elif to is OrderState.EXPIRED:
        kind = "order.expired"
    else:
        kind = "order.cancelled"
        paid = Assignment.objects.filter(order=order).aggregate(fen=Sum("compensation_fen"))["fen"]
        values["compensation_fen"] = int(paid or 0)
    _record(order, kind, values, now=now)


def _record(order: Order, kind: str, values: Mapping[str, int], *, now: datetime) -> None:
    town = rules.town_of(order.address)
    facts.record(kind, now=now, subject=order.id, trade=order.trade, town=town, values=values)


def _settled_values(order: Order) -> dict[str, int]:
    """What the settled order counts for: paid places only, and of those the ones with bound cover."""
    sums = Assignment.objects.filter(order=order, state=AssignmentState.PAID).aggregate(
        places=Count("id"),
        insured_places=Count("id", filter=Q(cover_bound_at__isnull=False)),
        wage_fen=Sum("wage_fen"),
        fee_fen=Sum("fee_fen"),
        premium_fen=Sum("premium_paid_fen"),
    )
    values = {name: int(value or 0) for name, value in sums.items()}
    return {"orders": 1, "insured_orders": int(order.insured), **values}
