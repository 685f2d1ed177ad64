"""The market clock: one stored offset and speed, for sandboxes and demonstrations.

market time = anchor_market + (real time - anchor_real) * speed. Settings refuse it in production,
where market time is real time. Signatures, tokens, throttles and leases always use real time.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import connections

from kernel.clock import real_now

CLOCK_SQL = (
    "SELECT anchor_market + (clock_timestamp() - anchor_real) * speed_permille / 1000 "
    "FROM public.tenants_marketclock WHERE id = 1"
)


def market_now() -> datetime:
    """Market time outside a county's transaction (aware UTC)."""
    if not settings.LINGGONG_MARKET_CLOCK:
        return real_now()
    with connections["city"].cursor() as cursor:
        cursor.execute(CLOCK_SQL)
        row = cursor.fetchone()
    return row[0] if row else real_now()


def set_market_clock(*, moment: datetime, speed_permille: int = 1000) -> None:
    """Moves the market to `moment`; from there it runs at `speed_permille` / 1000 of real time.
    Raises RuntimeError where the running market clock is not enabled."""
    if not settings.LINGGONG_MARKET_CLOCK:
        raise RuntimeError("the market clock is real time here")
    with connections["city"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO public.tenants_marketclock (id, anchor_market, anchor_real, speed_permille) "
            "VALUES (1, %s, clock_timestamp(), %s) ON CONFLICT (id) DO UPDATE SET "
            "anchor_market = excluded.anchor_market, anchor_real = excluded.anchor_real, "
            "speed_permille = excluded.speed_permille",
            [moment, speed_permille],
        )
