"""What of orders must have ended before a county closes. Counts in the open county."""

from __future__ import annotations

from orders.models import Order
from orders.states import ENDED
from tenants.operations.obligations import Obligation


def _open_orders() -> tuple[int, None]:
    return Order.objects.exclude(state__in=[state.value for state in ENDED]).count(), None


OBLIGATIONS = (Obligation("open_orders", "未结束的订单", "Orders that have not ended", _open_orders),)
