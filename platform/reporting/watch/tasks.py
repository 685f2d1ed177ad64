"""Timers of the watch."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import connections, router

from reporting.watch.contracts import Rule
from reporting.watch.models import PersonBooking
from reporting.watch.scan import scan
from tenants.clock import market_now

ROUNDS: Final = 20
"""How many batches of new bookings one run looks at; the rest waits for the next."""
KEPT: Final = timedelta(days=120)
"""For how long bookings are kept that are over and paid; unpaid ones as long as pay buckets."""
KEPT_LONG: Final = timedelta(days=400)

# A booking taken away at the moment it changes waits for the next sweep.
_OLD_BOOKINGS = """
DELETE FROM public.watch_personbooking WHERE booking IN (
    SELECT booking FROM public.watch_personbooking
    WHERE recorded_at < %(old)s AND (ends_at IS NULL OR ends_at < %(old)s)
        AND (freed OR due_at IS NULL OR paid_at IS NOT NULL OR recorded_at < %(oldest)s)
    ORDER BY booking LIMIT 20000 FOR UPDATE SKIP LOCKED)
"""
_OLD_DAYS = "DELETE FROM public.watch_marketday WHERE day < %(day)s"
_OLD_PAY = "DELETE FROM public.watch_paybucket WHERE day < %(day)s"


def watch_bookings() -> int:
    """Holds new bookings against the others of their people."""
    moved = 0
    for _ in range(ROUNDS):
        moved += scan(now=market_now(), rules={Rule.DOUBLE_BOOKING})
        if not PersonBooking.objects.filter(unchecked=True).exists():
            break
    return moved


def watch_figures() -> int:
    """Applies every other rule."""
    return scan(now=market_now(), rules=set(Rule) - {Rule.DOUBLE_BOOKING})


def forget_bookings() -> int:
    """Deletes what no rule looks at any more, in the market's time; returns how many rows went. Facts stay
    in their counties: a rebuild brings them back until the next sweep."""
    now = market_now()
    moments = {"old": now - KEPT, "oldest": now - KEPT_LONG, "day": (now - KEPT_LONG).date()}
    with connections[router.db_for_write(PersonBooking)].cursor() as cursor:
        cursor.execute(_OLD_BOOKINGS, moments)
        gone = int(cursor.rowcount)
        for sql in (_OLD_PAY, _OLD_DAYS):
            cursor.execute(sql, moments)
            gone += int(cursor.rowcount)
        return gone
