"""How often one person may ask: a fixed window a minute in Valkey, real time, shared by all processes.

Where there is no Valkey, or it does not answer, nobody is refused: a limit protects the service and
must not be what takes it down.
"""

from __future__ import annotations

import logging
import time
from functools import cache
from typing import Final, cast

import redis
from django.conf import settings

from cityql.errors import TOO_MANY_REQUESTS
from kernel.actor import Actor

logger = logging.getLogger("linggong.cityql")

WINDOW_SECONDS: Final = 60
LIMIT: Final = 600


def check(actor: Actor) -> None:
    """Counts one request of the actor; raises `graphql_too_many_requests` above the limit."""
    if not settings.LINGGONG_THROTTLE or not settings.LINGGONG_CACHE_URL:
        return
    window, passed = divmod(int(time.time()), WINDOW_SECONDS)
    if _count(f"lg:throttle:city:{actor.key}:{window}") > LIMIT:
        raise TOO_MANY_REQUESTS.error(retry_after_seconds=WINDOW_SECONDS - passed)


@cache
def _valkey(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=1.0, socket_connect_timeout=1.0)


def _count(key: str) -> int:
    try:
        pipeline = _valkey(settings.LINGGONG_CACHE_URL).pipeline(transaction=False)
        pipeline.incr(key)
        pipeline.expire(key, WINDOW_SECONDS * 2)
        return cast(int, pipeline.execute()[0])
    except redis.RedisError:
        logger.warning("throttle store unavailable; letting the request pass", exc_info=True)
        return 0
