"""Request limits by user and client, never by address: a whole hall shares one.

A fixed window a minute in Valkey, real time. Where there is no Valkey, or it does not answer, nobody
is refused: a limit protects the service and must not be what takes it down.
"""

from __future__ import annotations

import logging
import time
from functools import cache
from typing import cast

import redis
from django.conf import settings

from api.errors import TOO_MANY_REQUESTS
from kernel.actor import Actor

logger = logging.getLogger("linggong.api")

WINDOW_SECONDS = 60
USER_LIMIT = 3_000
CLIENT_LIMIT = 30_000


@cache
def valkey(url: str) -> redis.Redis:
    """One pool of connections a process; short patience, since a request waits for the answer."""
    return redis.Redis.from_url(url, socket_timeout=1.0, socket_connect_timeout=1.0)


def check(actor: Actor) -> None:
    """Counts one request of the actor; raises `too_many_requests` above the limit."""
    if not settings.LINGGONG_THROTTLE or not settings.LINGGONG_CACHE_URL:
        return
    limit = CLIENT_LIMIT if actor.client_id is not None else USER_LIMIT
    now = int(time.time())
    window, passed = divmod(now, WINDOW_SECONDS)
    if _count(f"lg:throttle:{actor.key}:{window}") > limit:
        raise TOO_MANY_REQUESTS.error(retry_after_seconds=WINDOW_SECONDS - passed)


def _count(key: str) -> int:
    try:
        pipeline = valkey(settings.LINGGONG_CACHE_URL).pipeline(transaction=False)
        pipeline.incr(key)
        pipeline.expire(key, WINDOW_SECONDS * 2)
        return cast(int, pipeline.execute()[0])
    except redis.RedisError:
        logger.warning("throttle store unavailable; letting the request pass", exc_info=True)
        return 0
