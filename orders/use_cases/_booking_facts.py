"""What the city hears of a booked place: whose time it takes, and whether the work is over and paid.

The person is named by a key that tells nobody who it is (`kernel.crypto.person_key`), the place by its
assignment; times are seconds since 1970. `place.paid` is told where wages are paid.
"""

from __future__ import annotations

from datetime import datetime

from kernel import facts
from orders import rules
from orders.contracts import PayBasis
from orders.models import Assignment, Order


def times(order: Order) -> dict[str, int]:
    """The order's planned time, as values of a fact."""
    return {"starts_s": int(order.starts_at.timestamp()), "ends_s": int(order.ends_at.timestamp())}


def record_taken_over(order: Order, assignment: Assignment, *, person_key: str, now: datetime) -> None:
    """Another worker has the place. Not `place.filled`: the place was filled before and stays so."""
    facts.record(
        "place.taken_over",
        now=now,
        subject=assignment.id,
        trade=order.trade,
        town=rules.town_of(order.address),
        person_key=person_key,
        role="worker",
        values=times(order),
    )


def record_freed(order: Order, assignment: Assignment, *, now: datetime) -> None:
    """The worker no longer has the place: undone, withdrawn, absent or replaced."""
    town = rules.town_of(order.address)
    values = {"places": 1}
    facts.record("place.freed", now=now, subject=assignment.id, trade=order.trade, town=town, values=values)


def record_finished(order: Order, assignment: Assignment, *, now: datetime) -> None:
    """Work is done and its wage is owed: at the latest when the employer's silence confirms it (`due_s`).
    `wage_fen` is what attendance makes; the employer may still correct it."""
    assert assignment.quantity is not None
    assert assignment.silence_at is not None
    facts.record(
        "place.finished",
        now=now,
        subject=assignment.id,
        trade=order.trade,
        town=rules.town_of(order.address),
        values={
            "places": 1,
            "wage_fen": rules.wage_fen(PayBasis(order.basis), order.rate_fen, assignment.quantity),
            "due_s": int(assignment.silence_at.timestamp()),
        },
    )
