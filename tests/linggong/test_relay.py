"""News is delivered at least once, in order within a subject, whoever dies in between."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from celery.exceptions import Reject
from django.db import connections

from kernel import outbox
from kernel.clock import real_now
from kernel.events import Event
from kernel.ids import uuid7
from kernel.models import OutboxMessage
from linggong import relay
from linggong.relay import MAX_ATTEMPTS, relay_county
from tenants.county import CountyRef, run_in_county

KIND = "cn.linggong.test.happened.v1"


@pytest.fixture
def county(counties: dict[str, CountyRef]) -> CountyRef:
    """A county whose outbox is empty."""
    with run_in_county(counties["mingxi"]):
        OutboxMessage.objects.all().delete()
    return counties["mingxi"]


def _emit(county: CountyRef, subject: UUID, *numbers: int) -> None:
    with run_in_county(county) as work:
        for number in numbers:
            outbox.emit(KIND, subject=subject, data={"n": number}, now=work.now)


def _left(county: CountyRef) -> list[OutboxMessage]:
    with run_in_county(county):
        return list(OutboxMessage.objects.order_by("id"))


def _let_time_pass(county: CountyRef) -> None:
    """As if leases and pauses were over; tests do not wait."""
    with run_in_county(county):
        OutboxMessage.objects.update(lease_until=None, retry_at=None)


def test_delivers_in_order_and_leaves_nothing(county: CountyRef) -> None:
    heard: list[tuple[UUID, int]] = []
    one, two = uuid7(), uuid7()
    _emit(county, one, 1, 2, 3)
    _emit(county, two, 1, 2)
    delivered = relay_county(
        county, {KIND: (lambda _, event: heard.append((event.subject, event.data["n"])),)}
    )
    assert delivered == 5
    assert [n for subject, n in heard if subject == one] == [1, 2, 3]
    assert [n for subject, n in heard if subject == two] == [1, 2]
    assert _left(county) == []


def test_a_refused_use_case_tells_nobody(county: CountyRef) -> None:
    def act() -> None:
        with run_in_county(county) as work:
            outbox.emit(KIND, subject=uuid7(), data={}, now=work.now)
            raise RuntimeError("refused")

    with pytest.raises(RuntimeError):
        act()
    assert _left(county) == []


def test_a_stuck_subject_blocks_nobody_else_and_is_kept(county: CountyRef) -> None:
    stuck, free = uuid7(), uuid7()
    _emit(county, stuck, 1, 2)
    _emit(county, free, 1)
    heard: list[Event] = []

    def handle(_: CountyRef, event: Event) -> None:
        if event.subject == stuck:
            raise ValueError("13800000000 must not reach the row or the log")
        heard.append(event)

    assert relay_county(county, {KIND: (handle,)}) == 1
    assert [event.subject for event in heard] == [free]
    first, second = _left(county)
    assert (first.attempts, first.dead, first.last_error, second.attempts) == (1, False, "ValueError", 0)
    assert first.retry_at is not None
    assert first.retry_at > real_now()


def test_a_hopeless_row_becomes_a_dead_letter(county: CountyRef) -> None:
    _emit(county, uuid7(), 1)

    def fail(_: CountyRef, __: Event) -> None:
        raise ValueError

    for _ in range(MAX_ATTEMPTS):
        relay_county(county, {KIND: (fail,)})
        _let_time_pass(county)
    (row,) = _left(county)
    assert (row.dead, row.attempts) == (True, MAX_ATTEMPTS)
    assert relay_county(county, {KIND: (fail,)}) == 0


def test_killed_between_handler_and_deletion_is_delivered_again(
    county: CountyRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[UUID] = []
    _emit(county, uuid7(), 1)
    with monkeypatch.context() as patch:
        patch.setattr(relay, "_deliver", _die_after_handling)
        with pytest.raises(KeyboardInterrupt):
            relay_county(county, {KIND: (lambda _, event: heard.append(event.id),)})
    assert relay_county(county, {KIND: (lambda _, event: heard.append(event.id),)}) == 0, "the lease holds"
    with run_in_county(county):
        OutboxMessage.objects.update(lease_until=real_now() - timedelta(seconds=1))
    assert relay_county(county, {KIND: (lambda _, event: heard.append(event.id),)}) == 1
    assert len(heard) == 2
    assert heard[0] == heard[1], "redelivery carries the same id"


def _die_after_handling(
    county: CountyRef, item: relay._Claimed, handlers: dict[str, tuple[Callable, ...]]
) -> int:
    for handler in handlers[item.event.type]:
        handler(county, item.event)
    raise KeyboardInterrupt


def test_four_relays_deliver_each_row_once_and_in_order(county: CountyRef) -> None:
    subjects = [uuid7() for _ in range(40)]
    for subject in subjects:
        _emit(county, subject, 1, 2, 3)
    heard: list[tuple[UUID, int]] = []

    def run() -> None:
        relay_county(
            county, {KIND: (lambda _, event: heard.append((event.subject, event.data["n"])),)}, limit=5
        )
        connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    relay_county(county, {KIND: (lambda _, event: heard.append((event.subject, event.data["n"])),)})
    assert len(heard) == 120
    for subject in subjects:
        assert [n for s, n in heard if s == subject] == [1, 2, 3]
    assert _left(county) == []


def test_a_task_without_a_county_is_rejected(county: CountyRef) -> None:
    from linggong import tasks

    with pytest.raises(Reject):
        tasks.relay()
    with pytest.raises(Reject):
        tasks.relay(county="")
