"""Days and hours of the market. Moments are aware UTC; a business day is a day in Asia/Shanghai."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def real_now() -> datetime:
    """Real time, for what must not follow the market clock: signatures, tokens, leases, throttles."""
    return datetime.now(UTC)


def business_day(moment: datetime) -> date:
    """The Shanghai calendar day that the moment belongs to."""
    return moment.astimezone(SHANGHAI).date()


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """First moment of the Shanghai day and of the next one, in UTC."""
    start = datetime.combine(day, time.min, tzinfo=SHANGHAI)
    return start.astimezone(UTC), (start + timedelta(days=1)).astimezone(UTC)
