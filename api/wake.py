"""Wake-up calls for workers who wait on the feed. Hints only: whoever misses one looks again by itself."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import closing

import redis
from django.conf import settings

from kernel.throttle import valkey

logger = logging.getLogger("linggong.api")

RECHECK_SECONDS = 2.0


def call(schema: str) -> None:
    """Tells everybody who waits in the county that its feed has news."""
    if not settings.LINGGONG_CACHE_URL:
        return
    try:
        valkey(settings.LINGGONG_CACHE_URL).publish(_channel(schema), b"1")
    except redis.RedisError:
        logger.warning("wake-up call not sent", exc_info=True)


def looks(schema: str, seconds: float) -> Iterator[None]:
    """Yields each time that it is worth looking: at once, at every call, at least every two seconds,
    and a last time when `seconds` are over. Listens before the first look, so no call falls between.
    Waits in real time; the caller holds no transaction while this waits."""
    until = time.monotonic() + seconds
    with closing(_Listener(schema, wanted=seconds > 0)) as listener:
        yield
        while (left := until - time.monotonic()) > 0:
            listener.wait(min(left, RECHECK_SECONDS))
            yield


class _Listener:
    def __init__(self, schema: str, *, wanted: bool) -> None:
        self._pubsub: redis.client.PubSub | None = None
        if not wanted or not settings.LINGGONG_CACHE_URL:
            return
        try:
            self._pubsub = valkey(settings.LINGGONG_CACHE_URL).pubsub(  # type: ignore[no-untyped-call]  # untyped in redis
                ignore_subscribe_messages=True
            )
            self._pubsub.subscribe(_channel(schema))
        except redis.RedisError:
            self._give_up()

    def wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self._pubsub is None:
                time.sleep(left)
                return
            try:
                if self._pubsub.get_message(timeout=min(left, 0.9)) is not None:
                    return
            except redis.RedisError:
                self._give_up()

    def close(self) -> None:
        if self._pubsub is not None:
            self._pubsub.close()
            self._pubsub = None

    def _give_up(self) -> None:
        logger.warning("no wake-up calls; looking every two seconds")
        self._pubsub = None


def _channel(schema: str) -> str:
    return f"feed:{schema}"
