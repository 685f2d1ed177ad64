"""Locking rows. Every change of an order or of its assignments holds the order's row."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from kernel.errors import NOT_FOUND
from orders.models import FEED, Assignment, Order


def locked_order(order_id: UUID, *, field: str = "order_id") -> Order:
    """The order, locked to the end of the transaction. Raises `not_found`."""
    order: Order | None = Order.objects.select_for_update(no_key=True).filter(id=order_id).first()
    if order is None:
        raise NOT_FOUND.error(field=field)
    return order


def free_order(order_id: UUID) -> Order | None:
    """The order locked, or None when another transaction has it: a timer does not wait."""
    found: Order | None = (
        Order.objects.select_for_update(no_key=True, skip_locked=True).filter(id=order_id).first()
    )
    return found


def locked_assignment(assignment_id: UUID) -> tuple[Order, Assignment]:
    """The assignment with its order locked. Read again after the lock, so what is returned is what
    is. Raises `not_found`."""
    order_id = Assignment.objects.filter(id=assignment_id).values_list("order_id", flat=True).first()
    if order_id is None:
        raise NOT_FOUND.error(field="assignment_id")
    order = locked_order(order_id)
    return order, Assignment.objects.get(id=assignment_id)


def next_feed_position() -> int:
    """A position in the county's feed. Taken last in a transaction: its lock is held until the end,
    which makes positions follow commit order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO orders_feedcounter (id, last) VALUES (%s, 1) "
            "ON CONFLICT (id) DO UPDATE SET last = orders_feedcounter.last + 1 RETURNING last",
            [FEED],
        )
        return int(cursor.fetchone()[0])
