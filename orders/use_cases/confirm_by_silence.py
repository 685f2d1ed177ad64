"""Silence confirms: nobody waits for his wage because an employer does not answer."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.actor import SYSTEM
from orders.contracts import Confirmed
from orders.models import Assignment
from orders.states import AssignmentState
from orders.use_cases import _settle
from orders.use_cases._progress import advance
from orders.use_cases._rows import free_order
from orders.use_cases.confirm_order import confirmed


def confirm_by_silence(*, order_id: UUID, now: datetime) -> Confirmed | None:
    """Confirms what was finished the county's silence days ago, as attended. None when there is
    nothing to do any more or somebody else is at the order."""
    order = free_order(order_id)
    if order is None:
        return None
    finished = list(
        Assignment.objects.filter(order=order, state=AssignmentState.FINISHED, silence_at__lte=now).order_by(
            "worker_id"
        )
    )
    if not finished:
        return None
    paid = _settle.pay(order, finished, corrected={}, by="silence", actor=SYSTEM, now=now)
    refund_fen = advance(order, actor=SYSTEM, now=now)
    return confirmed(order, paid, refund_fen)
