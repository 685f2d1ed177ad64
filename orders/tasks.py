"""Timers: one county, a bounded batch, one transaction an order. An order that another transaction
holds is skipped, so two runs at once share the work, and a killed run leaves nothing half done."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef

from kernel.clock import business_day
from orders.models import Assignment, Order
from orders.states import AT_WORK, TAKING, AssignmentState
from orders.use_cases.close_day import GRACE, close_day
from orders.use_cases.confirm_by_silence import confirm_by_silence
from orders.use_cases.expire_order import expire_order
from tenants.county import CountyRef, run_in_county
from tenants.policy.selectors import policy_on

log = logging.getLogger(__name__)

BATCH = 200


def expire_orders(county: CountyRef) -> int:
    """Orders whose free places have closed and where nobody is at work. Returns how many moved."""

    def due(now: datetime) -> list[UUID]:
        at_work = Assignment.objects.filter(order=OuterRef("id"), state__in=AT_WORK)
        rows = Order.objects.filter(~Exists(at_work), state__in=TAKING, expires_at__lte=now)
        return list(rows.order_by("expires_at", "id").values_list("id", flat=True)[:BATCH])

    return _each(county, due, lambda order_id, now: int(expire_order(order_id=order_id, now=now)))


def auto_confirm(county: CountyRef) -> int:
    """Work whose employer has been silent for the county's days. Returns how many were paid."""

    def due(now: datetime) -> list[UUID]:
        rows = Assignment.objects.filter(state=AssignmentState.FINISHED, silence_at__lte=now)
        return list(dict.fromkeys(rows.order_by("silence_at").values_list("order_id", flat=True)[:BATCH]))

    def confirm(order_id: UUID, now: datetime) -> int:
        done = confirm_by_silence(order_id=order_id, now=now)
        return len(done.paid) if done else 0

    return _each(county, due, confirm)


def mark_no_shows(county: CountyRef) -> int:
    """Booked workers who never came, and those who came and never checked out. Returns how many."""

    def due(now: datetime) -> list[UUID]:
        late = now - timedelta(hours=policy_on(business_day(now)).no_show_hours)
        booked = Assignment.objects.filter(state=AssignmentState.WON)
        absent = booked.filter(starts_at__lte=late) | booked.filter(ends_at__lte=now)
        there = Assignment.objects.filter(state=AssignmentState.CHECKED_IN, ends_at__lte=now - GRACE)
        rows = [
            *absent.values_list("order_id", flat=True)[:BATCH],
            *there.values_list("order_id", flat=True)[:BATCH],
        ]
        return list(dict.fromkeys(rows))

    return _each(county, due, lambda order_id, now: close_day(order_id=order_id, now=now))


def _each(
    county: CountyRef, due: Callable[[datetime], list[UUID]], act: Callable[[UUID, datetime], int]
) -> int:
    with run_in_county(county) as work:
        order_ids = due(work.now)
    done = 0
    for order_id in order_ids:
        try:
            with run_in_county(county) as work:
                done += act(order_id, work.now)
        except Exception:  # one order that cannot move must not stop the others
            log.exception("order timer failed", extra={"county": county.slug, "order_id": str(order_id)})
    return done
