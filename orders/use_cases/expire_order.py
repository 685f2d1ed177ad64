"""An order whose free places have closed: without workers it expires, with them it goes on."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.actor import SYSTEM
from orders.states import TAKING
from orders.use_cases._progress import advance
from orders.use_cases._rows import free_order


def expire_order(*, order_id: UUID, now: datetime) -> bool:
    """Tells whether the order moved. The escrow of one that nobody took goes back in full."""
    order = free_order(order_id)
    if order is None or order.state not in TAKING or order.expires_at > now:
        return False
    before = order.state
    advance(order, actor=SYSTEM, now=now)
    return order.state != before
