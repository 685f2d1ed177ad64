"""When a delivery is tried again, and when an endpoint is left alone. Pure functions; all is real time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

# Waits after each failed attempt; the tenth is the last, about 75 hours after the first (the schedule
# that Standard Webhooks suggests). With jitter, so that what failed together does not return together.
SCHEDULE: Final[tuple[timedelta, ...]] = tuple(
    timedelta(seconds=seconds) for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
JITTER: Final = 0.1
MOST_RETRY_AFTER: Final = timedelta(hours=24)
BREAKS_AFTER: Final = 5  # failures in a row
_FIRST_PAUSE: Final = timedelta(seconds=30)
_LONGEST_PAUSE: Final = timedelta(minutes=15)


def wait_after(attempts: int, *, dice: float) -> timedelta | None:
    """How long to wait after the failed attempt number `attempts` (from 1); None when it was the last.
    `dice` from 0 to 1 spreads it by ±10 %."""
    if attempts > len(SCHEDULE):
        return None
    return SCHEDULE[attempts - 1] * (1 - JITTER + 2 * JITTER * dice)


def pause_after(failures: int, *, dice: float) -> timedelta | None:
    """How long an endpoint is left alone after so many failures in a row; None while it is not. Then one
    delivery probes it."""
    if failures < BREAKS_AFTER:
        return None
    doubled = _FIRST_PAUSE * (1 << min(failures - BREAKS_AFTER, 10))
    return min(doubled, _LONGEST_PAUSE) * (1 - JITTER + 2 * JITTER * dice)


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """The wait a `Retry-After` header asks for (RFC 9110, section 10.2.3: seconds or a date), 24 hours at
    most; None without a usable one."""
    if not value:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        # More digits than a day has: no need to count them.
        return min(timedelta(seconds=int(text[:6])), MOST_RETRY_AFTER) if len(text) <= 6 else MOST_RETRY_AFTER
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(timedelta(0), min(moment - now, MOST_RETRY_AFTER))
