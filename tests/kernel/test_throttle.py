"""Limits of requests: counted by who asks, and never in the way when their store is away."""

from __future__ import annotations

import socket

import pytest

from api.errors import TOO_MANY_REQUESTS
from kernel import throttle
from kernel.errors import DomainError
from kernel.ids import uuid7


@pytest.fixture
def limits(settings, monkeypatch, database):
    """Limits as in production, in one window that no test straddles."""
    settings.LINGGONG_THROTTLE = True
    monkeypatch.setattr(throttle, "WINDOW_SECONDS", 86_400)
    return settings


def ask(who: str, *, limit: int = 2) -> None:
    throttle.check(who, limit=limit, refusal=TOO_MANY_REQUESTS)


def test_each_has_a_limit_of_his_own(limits):
    busy, other = f"user:{uuid7()}", f"user:{uuid7()}"
    for _ in range(2):
        ask(busy)
    with pytest.raises(DomainError, match="too_many_requests") as refused:
        ask(busy)
    assert 0 < refused.value.params["retry_after_seconds"] <= 86_400
    ask(other)
    ask(busy, limit=4)


def test_a_store_that_is_away_refuses_nobody(limits, caplog):
    with socket.socket() as taken:  # bound and not listening: every connection is refused
        taken.bind(("127.0.0.1", 0))
        limits.LINGGONG_CACHE_URL = f"redis://127.0.0.1:{taken.getsockname()[1]}/0"
        for _ in range(4):
            ask("user:anybody", limit=1)
    assert "throttle store unavailable" in caplog.text


@pytest.mark.parametrize(("switch", "value"), [("LINGGONG_THROTTLE", False), ("LINGGONG_CACHE_URL", "")])
def test_without_limits_or_store_nothing_is_counted(limits, switch, value):
    who = f"user:{uuid7()}"
    setattr(limits, switch, value)
    for _ in range(4):
        ask(who, limit=1)
