"""How often somebody may ask: a fixed window in Valkey, real time, shared by all processes.

Limits are by user and client, never by address: a whole hall shares one. Where there is no Valkey, or it
does not answer, nobody is refused: a limit protects the service and must not be what takes it down.
"""

from __future__ import annotations

import logging
import time
from functools import cache
from typing import cast

import redis
from django.conf import settings

from kernel.errors import Refusal

logger = logging.getLogger("linggong.throttle")

WINDOW_SECONDS = 60


@cache
def valkey(url: str) -> redis.Redis:
    """One pool of connections a process; short patience, since a request waits for the answer."""
    return redis.Redis.from_url(url, socket_timeout=1.0, socket_connect_timeout=1.0)


def check(who: str, *, limit: int, refusal: Refusal) -> None:
    """Counts one request of `who` in this window; above the limit raises `refusal`, whose text may tell
    `retry_after_seconds`."""
    if not settings.LINGGONG_THROTTLE or not settings.LINGGONG_CACHE_URL:
        return
    window, passed = divmod(int(time.time()), WINDOW_SECONDS)
    if _count(f"lg:throttle:{who}:{window}") > limit:
        raise refusal.error(retry_after_seconds=WINDOW_SECONDS - passed)


def _count(key: str) -> int:
    try:
        pipeline = valkey(settings.LINGGONG_CACHE_URL).pipeline(transaction=False)
        pipeline.incr(key)
        pipeline.expire(key, WINDOW_SECONDS * 2)
        return cast(int, pipeline.execute()[0])
    except redis.RedisError:
        logger.warning("throttle store unavailable; letting the request pass", exc_info=True)
        return 0
