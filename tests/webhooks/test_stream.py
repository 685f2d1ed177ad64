"""The stream: nothing is skipped, nothing personal fits in, and rows are a partner's own."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections

from kernel.actor import SYSTEM
from kernel.clock import real_now
from kernel.errors import DomainError
from kernel.ids import uuid7
from tenants.contracts import CountyRef
from tenants.county import run_in_county
from tests.webhooks.partner import ENDED, STARTED, as_partner, endpoint, new_partner, say
from webhooks import catalogue, selectors
from webhooks.catalogue import EventMisfit, EventType, event_types, register
from webhooks.models import Attempt, InboundMessage
from webhooks.stream import tell
from webhooks.tasks import KEPT, forget_old
from webhooks.use_cases.change_endpoint import change_endpoint
from webhooks.use_cases.disable_endpoint import disable_endpoint
from webhooks.use_cases.register_endpoint import MOST_ENDPOINTS, register_endpoint
from webhooks.use_cases.retry_delivery import retry_delivery

pytestmark = pytest.mark.usefixtures("counties")


@pytest.fixture(scope="module")
def county(counties: dict[str, CountyRef]) -> CountyRef:
    return counties["shaxian"]


def read(county: CountyRef, partner: str, after: int | None = None, limit: int = 100):
    with run_in_county(county):
        return selectors.events_after(partner, after, limit)


def test_pages_follow_each_other_without_gap_or_repeat(county: CountyRef) -> None:
    partner = new_partner()
    assert read(county, partner).events == ()
    ids = [say(county, partner) for _ in range(7)]
    found, after = [], None
    for more in (True, True, True, False):
        page = read(county, partner, after, 2)
        found += page.events
        after = page.position
        assert page.more is more
    assert [event.id for event in found] == ids
    assert [event.position for event in found] == list(range(1, 8))
    assert read(county, partner, after).events == ()
    assert read(county, partner, after).position == 7


def test_an_event_that_commits_late_is_not_skipped(county: CountyRef) -> None:
    """Its id is older than one that a reader has seen already. A watermark over ids would lose it."""
    partner = new_partner()
    began, go_on = threading.Event(), threading.Event()

    def late() -> uuid.UUID:
        try:
            with run_in_county(county) as work:
                subject = uuid7()
                event_id = tell(
                    partner=partner,
                    type=STARTED.type,
                    subject=subject,
                    data={"policy_id": str(subject)},
                    now=work.now,
                )
                began.set()
                assert go_on.wait(60)
                return event_id
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        older = pool.submit(late)
        assert began.wait(60)
        newer = say(county, partner)
        first = read(county, partner)
        assert [event.id for event in first.events] == [newer]
        go_on.set()
        late_id = older.result()
    assert late_id < newer
    assert [event.id for event in read(county, partner, first.position).events] == [late_id]


def test_readers_and_writers_at_once_lose_and_repeat_nothing(county: CountyRef) -> None:
    partner = new_partner()
    done = threading.Event()

    def write(_: int) -> list[uuid.UUID]:
        try:
            return [say(county, partner) for _ in range(25)]
        finally:
            connections.close_all()

    def poll() -> list[uuid.UUID]:
        seen: list[uuid.UUID] = []
        after = 0
        try:
            while True:
                last_round = done.is_set()
                page = read(county, partner, after, 7)
                seen += [event.id for event in page.events]
                after = page.position
                if last_round and not page.events:
                    return seen
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        readers = [pool.submit(poll) for _ in range(2)]
        written = [event_id for ids in pool.map(write, range(4)) for event_id in ids]
        done.set()
        for reader in readers:
            assert sorted(reader.result()) == sorted(written)


def test_sequences_count_each_subject_of_each_partner(county: CountyRef) -> None:
    one, two, subject, other = new_partner(), new_partner(), uuid7(), uuid7()
    for partner, about in ((one, subject), (one, other), (one, subject), (two, subject)):
        say(county, partner, subject=about)
    assert [(e.subject, e.sequence) for e in read(county, one).events] == [
        (subject, 1),
        (other, 1),
        (subject, 2),
    ]
    assert [e.sequence for e in read(county, two).events] == [1]
    with run_in_county(county), pytest.raises(DomainError, match="event_not_found"):
        selectors.event_by_id(two, read_id(one))


def read_id(partner: str) -> uuid.UUID:
    return selectors.events_after(partner, None).events[0].id


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"policy_id": "not a uuid"},
        {"policy_id": str(uuid.uuid4()), "name": "张三"},
        {"policy_id": str(uuid.uuid4()), "premium_fen": -1},
        {"policy_id": str(uuid.uuid4()), "premium_fen": "300"},
    ],
)
def test_data_that_does_not_fit_is_not_told(county: CountyRef, data: dict) -> None:
    partner = new_partner()
    with run_in_county(county) as work, pytest.raises(EventMisfit) as misfit:
        tell(partner=partner, type=STARTED.type, subject=uuid7(), data=data, now=work.now)
    assert "张三" not in str(misfit.value)
    assert read(county, partner).events == ()


def test_an_unknown_type_is_not_told(county: CountyRef) -> None:
    with run_in_county(county) as work, pytest.raises(EventMisfit, match="is not registered"):
        tell(partner="p", type="cn.linggong.trial.unknown.v1", subject=uuid7(), data={}, now=work.now)


CLOSED = {"type": "object", "additionalProperties": False, "properties": {}}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"type": "policy.issued"}, "is not a name"),
        ({"example": {"more": 1}}, "additionalProperties"),
        ({"schema": {"type": "object"}}, "additionalProperties false"),
        ({"schema": {**CLOSED, "properties": {"a": {"type": "nonsense"}}}}, "nonsense"),
        ({"schema": {**CLOSED, "properties": {"note": {"type": "string"}}}}, "data.note is free text"),
        (
            {
                "schema": {
                    **CLOSED,
                    "properties": {"l": {"type": "array", "items": {"type": ["string", "null"]}}},
                }
            },
            "data.l.items is free text",
        ),
    ],
)
def test_a_type_that_breaks_its_promise_cannot_be_made(changes: dict, told: str) -> None:
    good = {
        "type": "cn.linggong.trial.made.v1",
        "zh": "测试",
        "en": "A trial",
        "schema": CLOSED,
        "example": {},
    }
    EventType(**good)
    with pytest.raises(EventMisfit, match=told):
        EventType(**{**good, **changes})


def test_a_name_is_registered_once() -> None:
    register(STARTED)
    with pytest.raises(EventMisfit, match="registered twice"):
        register(EventType(STARTED.type, "另", "Another", STARTED.schema, STARTED.example))
    assert list(event_types()) == sorted(event_types())
    assert catalogue.TEST.type in event_types()


def test_every_type_the_product_registers_has_texts_and_a_fitting_example() -> None:
    for event_type in event_types().values():
        assert event_type.zh
        assert event_type.en
        event_type.check(event_type.example)


def test_endpoints_are_a_partners_own(county: CountyRef) -> None:
    partner, other = new_partner(), new_partner()
    endpoint_id, _ = endpoint(county, partner, "https://hooks.example.com/linggong")
    say(county, partner)
    with run_in_county(county) as work:
        (delivery,) = selectors.deliveries(partner)
        for verb, extra in (
            (change_endpoint, {"endpoint_id": endpoint_id, "types": []}),
            (disable_endpoint, {"endpoint_id": endpoint_id}),
        ):
            with pytest.raises(DomainError, match="endpoint_not_found"):
                verb(partner=other, actor=as_partner(other), now=work.now, **extra)
            with pytest.raises(DomainError, match="forbidden"):
                verb(partner=partner, actor=as_partner(other), now=work.now, **extra)
        with pytest.raises(DomainError, match="delivery_not_found"):
            retry_delivery(partner=other, delivery_id=delivery.id, actor=as_partner(other), now=work.now)
        with pytest.raises(DomainError, match="delivery_not_dead"):
            retry_delivery(partner=partner, delivery_id=delivery.id, actor=SYSTEM, now=work.now)
        with pytest.raises(DomainError, match="endpoint_not_found"):
            selectors.endpoint_by_id(other, endpoint_id)
        with pytest.raises(DomainError, match="delivery_not_found"):
            selectors.delivery_by_id(other, delivery.id)
        changed = change_endpoint(
            partner=partner,
            endpoint_id=endpoint_id,
            types=[ENDED.type, ENDED.type],
            actor=as_partner(partner),
            now=work.now,
        )
    assert changed.types == (ENDED.type,)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "https://10.0.0.7/",
        "https://localhost/",
        "https://user:pass@hooks.example.com/",
        "https://hooks.example.com:8443/",
        "ftp://hooks.example.com/",
        "",
        7,
    ],
)
def test_an_address_that_is_never_called_cannot_be_registered(county: CountyRef, url: object) -> None:
    with run_in_county(county) as work, pytest.raises(DomainError, match="endpoint_url"):
        register_endpoint(partner=new_partner(), url=url, actor=SYSTEM, now=work.now)


def test_endpoints_are_bounded_and_each_address_once(county: CountyRef) -> None:
    partner = new_partner()
    with run_in_county(county) as work:
        with pytest.raises(DomainError, match="event_type_unknown"):
            register_endpoint(
                partner=partner, url="https://a.example.com/", types=["nope"], actor=SYSTEM, now=work.now
            )
        for number in range(MOST_ENDPOINTS - 1):
            register_endpoint(
                partner=partner, url=f"https://a.example.com/{number}", actor=SYSTEM, now=work.now
            )
        with pytest.raises(DomainError, match="endpoint_exists"):
            register_endpoint(partner=partner, url="https://a.example.com/0", actor=SYSTEM, now=work.now)
        register_endpoint(partner=partner, url="https://a.example.com/last", actor=SYSTEM, now=work.now)
        with pytest.raises(DomainError, match="endpoint_limit"):
            register_endpoint(partner=partner, url="https://a.example.com/more", actor=SYSTEM, now=work.now)


def test_counts_by_partner(county: CountyRef) -> None:
    partner = new_partner()
    endpoint(county, partner, "https://b.example.com/")
    for _ in range(3):
        say(county, partner)
    with run_in_county(county):
        (counts,) = [count for count in selectors.delivery_counts() if count.partner == partner]
    assert (counts.pending, counts.delivered, counts.dead) == (3, 0, 0)


def test_old_attempts_and_messages_are_forgotten_and_recent_ones_kept(county: CountyRef) -> None:
    partner = new_partner()
    endpoint(county, partner, "https://c.example.com/")
    say(county, partner)
    real = real_now()
    with run_in_county(county):
        (delivery,) = selectors.deliveries(partner)
        for at in (real - KEPT - timedelta(hours=1), real - KEPT + timedelta(hours=1), real):
            Attempt.objects.create(delivery_id=delivery.id, at=at, status=200, milliseconds=3)
            InboundMessage.objects.create(
                partner=partner, message_id=at.isoformat(), body_hash="0" * 64, at=at
            )
    assert forget_old(county) == 2
    with run_in_county(county):
        assert len(selectors.attempts(delivery.id)) == 2
        assert InboundMessage.objects.filter(partner=partner).count() == 2
        assert len(selectors.events_after(partner, None).events) == 1
