"""What is told arrives, signed, once it can; and what cannot arrive holds up nobody else."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import uuid
from datetime import timedelta

import psycopg
import pytest
from django.db import connection, connections
from standardwebhooks import Webhook

from kernel.actor import SYSTEM
from kernel.clock import real_now
from tenants.contracts import CountyRef
from tenants.county import run_in_county
from tests.harness.servers import superuser
from tests.webhooks.partner import ENDED, NOW, STARTED, endpoint, new_partner, say
from tests.webhooks.receiver import Receiver
from webhooks import selectors
from webhooks.models import Delivery, Endpoint
from webhooks.queue import claim
from webhooks.sender import Sender, deliver_once, run_forever
from webhooks.states import DeliveryState, EndpointState
from webhooks.use_cases.disable_endpoint import disable_endpoint
from webhooks.use_cases.enable_endpoint import enable_endpoint
from webhooks.use_cases.replay_from import replay_from
from webhooks.use_cases.retry_delivery import retry_delivery
from webhooks.use_cases.rotate_endpoint_secret import rotate_endpoint_secret
from webhooks.use_cases.test_fire import test_fire as fire

pytestmark = pytest.mark.usefixtures("counties")


@pytest.fixture(scope="module")
def county(counties: dict[str, CountyRef]) -> CountyRef:
    return counties["taining"]


def seen(county: CountyRef, partner: str) -> list:
    with run_in_county(county):
        return selectors.deliveries(partner)


def make_due(county: CountyRef, partner: str) -> None:
    """As if the waits were over."""
    with run_in_county(county):
        Endpoint.objects.filter(partner=partner).update(open_until=None)
        Delivery.objects.filter(endpoint__partner=partner).update(next_at=real_now())


def test_an_event_arrives_signed_and_named(county: CountyRef, receiver: Receiver) -> None:
    partner = new_partner()
    _, secret = endpoint(county, partner, receiver.url("/ok"))
    subject = uuid.uuid4()
    first, second = (say(county, partner, subject=subject) for _ in range(2))

    assert deliver_once(county) >= 2

    by_id = {got.headers["webhook-id"]: got for got in receiver.at("/ok")}
    assert by_id.keys() == {str(first), str(second)}
    for event_id, sequence in ((first, 1), (second, 2)):
        got = by_id[str(event_id)]
        told = Webhook(secret).verify(got.body, got.headers)
        assert told == json.loads(got.body)
        assert told.pop("time").endswith("Z")
        assert told == {
            "id": str(event_id),
            "type": STARTED.type,
            "source": "/taining",
            "subject": str(subject),
            "sequence": sequence,
            "data": {"policy_id": str(subject)},
        }
    assert {d.state for d in seen(county, partner)} == {DeliveryState.DELIVERED}
    with run_in_county(county):
        (attempt,) = selectors.attempts(seen_id(county, partner, first))
    assert (attempt.status, attempt.error) == (200, "")


def seen_id(county: CountyRef, partner: str, event_id: uuid.UUID) -> uuid.UUID:
    return Delivery.objects.get(endpoint__partner=partner, event_id=event_id).id


def test_only_wanted_types_and_only_the_partners_own(county: CountyRef, receiver: Receiver) -> None:
    partner, other = new_partner(), new_partner()
    endpoint(county, partner, receiver.url("/ended"), ENDED.type)
    endpoint(county, other, receiver.url("/other"))
    say(county, partner)
    ended = say(county, partner, type=ENDED.type)
    deliver_once(county)
    assert [got.headers["webhook-id"] for got in receiver.at("/ended")] == [str(ended)]
    assert receiver.at("/other") == []


def test_a_failure_is_tried_again_with_the_same_id_and_body(county: CountyRef, receiver: Receiver) -> None:
    partner = new_partner()
    endpoint(county, partner, receiver.url("/flaky"))
    event_id = say(county, partner)
    receiver.answers["/flaky"] = (500, {})
    before = real_now()
    deliver_once(county)
    (after,) = seen(county, partner)
    assert (after.state, after.attempts, after.last_status) == (DeliveryState.PENDING, 1, 500)
    assert timedelta(seconds=4) < after.next_at - before < timedelta(seconds=60)

    assert deliver_once(county) == 0, "not due yet"
    receiver.answers.clear()
    make_due(county, partner)
    deliver_once(county)
    one, two = receiver.at("/flaky")
    assert one.body == two.body
    assert one.headers["webhook-id"] == two.headers["webhook-id"] == str(event_id)
    with run_in_county(county):
        assert [a.status for a in selectors.attempts(after.id)] == [500, 200]
        assert selectors.endpoints(partner)[0].failures == 0


def test_the_last_attempt_leaves_a_dead_letter_that_can_be_sent_again(
    county: CountyRef, receiver: Receiver
) -> None:
    partner = new_partner()
    endpoint(county, partner, receiver.url("/down"))
    say(county, partner)
    receiver.answers["/down"] = (500, {})
    for _ in range(10):
        make_due(county, partner)
        deliver_once(county)
    (dead,) = seen(county, partner)
    assert (dead.state, dead.attempts) == (DeliveryState.DEAD, 10)
    assert len(receiver.at("/down")) == 10
    with run_in_county(county):
        assert selectors.endpoints(partner)[0].last_dead_at is not None
        assert [d.id for d in selectors.deliveries(partner, state="dead")] == [dead.id]

    receiver.answers.clear()
    with run_in_county(county) as work:
        retry_delivery(partner=partner, delivery_id=dead.id, actor=SYSTEM, now=work.now)
        Endpoint.objects.filter(partner=partner).update(open_until=None)
    deliver_once(county)
    assert [d.state for d in seen(county, partner)] == [DeliveryState.DELIVERED]


def test_five_failures_open_the_breaker_and_one_probe_closes_it(
    county: CountyRef, receiver: Receiver
) -> None:
    partner, healthy = new_partner(), new_partner()
    endpoint(county, partner, receiver.url("/broken"))
    endpoint(county, healthy, receiver.url("/well"))
    receiver.answers["/broken"] = (500, {})
    for _ in range(30):
        say(county, partner)
        say(county, healthy)
    deliver_once(county)
    tried = len(receiver.at("/broken"))
    assert 5 <= tried <= 7, "two were on the wire when the fifth failed, at most"
    assert len(receiver.at("/well")) == 30
    with run_in_county(county):
        (view,) = selectors.endpoints(partner)
    assert view.failures == tried
    assert view.open_until is not None
    assert view.open_until > real_now()

    # half open: one delivery probes, and only one
    make_due(county, partner)
    deliver_once(county)
    assert len(receiver.at("/broken")) == tried + 1

    receiver.answers.clear()
    make_due(county, partner)
    deliver_once(county)
    assert {d.state for d in seen(county, partner)} == {DeliveryState.DELIVERED}
    with run_in_county(county):
        (view,) = selectors.endpoints(partner)
    assert (view.failures, view.open_until, view.failing_since) == (0, None, None)


def test_retry_after_is_heeded_and_bounded(county: CountyRef, receiver: Receiver) -> None:
    partner = new_partner()
    endpoint(county, partner, receiver.url("/busy"))
    say(county, partner)
    receiver.answers["/busy"] = (503, {"Retry-After": "3600"})
    before = real_now()
    deliver_once(county)
    (waits,) = seen(county, partner)
    assert waits.next_at - before >= timedelta(hours=1)
    with run_in_county(county):
        pause = selectors.endpoints(partner)[0].open_until
    assert pause is not None
    assert pause - before >= timedelta(hours=1)

    receiver.answers["/busy"] = (503, {"Retry-After": "99999999999999999999"})
    make_due(county, partner)
    deliver_once(county)
    (waits,) = seen(county, partner)
    assert timedelta(hours=23) < waits.next_at - before < timedelta(hours=25)


def test_410_switches_the_endpoint_off_until_it_is_enabled(county: CountyRef, receiver: Receiver) -> None:
    partner = new_partner()
    endpoint_id, _ = endpoint(county, partner, receiver.url("/gone"))
    receiver.answers["/gone"] = (410, {})
    gone = say(county, partner)
    deliver_once(county)
    with run_in_county(county):
        (view,) = selectors.endpoints(partner)
    assert (view.state, view.disabled_reason) == (EndpointState.DISABLED, "gone (410)")
    assert [d.state for d in seen(county, partner)] == [DeliveryState.DEAD]
    missed = say(county, partner)
    assert len(seen(county, partner)) == 1, "nothing is queued for a disabled endpoint"

    receiver.answers.clear()
    with run_in_county(county) as work:
        enable_endpoint(partner=partner, endpoint_id=endpoint_id, actor=SYSTEM, now=work.now)
        assert (
            replay_from(partner=partner, endpoint_id=endpoint_id, moment=NOW, actor=SYSTEM, now=work.now) == 2
        )
    deliver_once(county)
    assert {g.headers["webhook-id"] for g in receiver.at("/gone")[1:]} == {str(gone), str(missed)}


def test_a_replay_sends_everything_since_a_moment_once_more(county: CountyRef, receiver: Receiver) -> None:
    partner = new_partner()
    endpoint_id, _ = endpoint(county, partner, receiver.url("/again"))
    ids = [str(say(county, partner)) for _ in range(3)]
    deliver_once(county)
    with run_in_county(county) as work:
        now = work.now
        count = replay_from(partner=partner, endpoint_id=endpoint_id, moment=NOW, actor=SYSTEM, now=now)
        none = replay_from(
            partner=partner,
            endpoint_id=endpoint_id,
            moment=now + timedelta(days=1),
            actor=SYSTEM,
            now=now,
        )
    assert (count, none) == (3, 0)
    with run_in_county(county) as work:
        assert (
            replay_from(partner=partner, endpoint_id=endpoint_id, moment=NOW, actor=SYSTEM, now=work.now) == 0
        ), "what waits already is not queued twice"
    deliver_once(county)
    assert sorted(g.headers["webhook-id"] for g in receiver.at("/again")) == sorted(ids * 2)


def test_a_test_fire_goes_to_one_endpoint_whatever_it_wants(county: CountyRef, receiver: Receiver) -> None:
    partner = new_partner()
    one, _ = endpoint(county, partner, receiver.url("/one"), ENDED.type)
    endpoint(county, partner, receiver.url("/two"))
    with run_in_county(county) as work:
        event_id = fire(partner=partner, endpoint_id=one, actor=SYSTEM, now=work.now)
    deliver_once(county)
    (got,) = receiver.at("/one")
    assert json.loads(got.body)["id"] == str(event_id)
    assert json.loads(got.body)["type"] == "cn.linggong.webhook.test.v1"
    assert receiver.at("/two") == []


def test_while_a_secret_is_rotated_both_sign(county: CountyRef, receiver: Receiver) -> None:
    partner = new_partner()
    endpoint_id, old = endpoint(county, partner, receiver.url("/rotating"))
    say(county, partner)
    with run_in_county(county) as work:
        new = rotate_endpoint_secret(partner=partner, endpoint_id=endpoint_id, actor=SYSTEM, now=work.now)
    deliver_once(county)
    (got,) = receiver.got
    assert Webhook(old).verify(got.body, got.headers) == Webhook(new).verify(got.body, got.headers)
    assert len(got.headers["webhook-signature"].split()) == 2

    with run_in_county(county) as work:
        last = rotate_endpoint_secret(
            partner=partner, endpoint_id=endpoint_id, actor=SYSTEM, now=work.now, keep_hours=0
        )
    say(county, partner)
    deliver_once(county)
    got = receiver.got[-1]
    Webhook(last).verify(got.body, got.headers)
    assert len(got.headers["webhook-signature"].split()) == 1


def test_an_address_that_leads_inside_is_never_called(
    county: CountyRef, receiver: Receiver, settings
) -> None:
    """Registered while it was on the allow-list, or its name moved: what counts is the moment of sending."""
    partner = new_partner()
    endpoint(county, partner, receiver.url("/inside"))
    say(county, partner)
    settings.LINGGONG_EGRESS_ALLOW = ""
    deliver_once(county)
    assert receiver.at("/inside") == []
    (waits,) = seen(county, partner)
    assert waits.last_error == "refused: the address is not public"
    assert waits.state == DeliveryState.PENDING


def test_two_processes_never_hold_the_same_delivery(county: CountyRef, receiver: Receiver) -> None:
    partner = new_partner()
    endpoint(county, partner, receiver.url("/shared"))
    ids = {say(county, partner) for _ in range(12)}
    one, _ = claim(county, busy={}, fresh=8, limit=100)
    two, _ = claim(county, busy={}, fresh=8, limit=100)
    mine = [item for item in (*one, *two) if item.event.partner == partner]
    assert sorted(item.event.id for item in mine) == sorted(ids)
    nothing, _ = claim(county, busy={}, fresh=8, limit=100)
    assert [item for item in nothing if item.event.partner == partner] == []
    # a process that died: its leases run out
    with run_in_county(county):
        Delivery.objects.filter(endpoint__partner=partner).update(lease_until=real_now())
    deliver_once(county)
    assert {uuid.UUID(got.headers["webhook-id"]) for got in receiver.at("/shared")} == ids


def test_what_waits_too_long_is_dead_even_if_never_tried(county: CountyRef, receiver: Receiver) -> None:
    partner = new_partner()
    endpoint_id, _ = endpoint(county, partner, receiver.url("/old"))
    say(county, partner)
    with run_in_county(county) as work:
        disable_endpoint(partner=partner, endpoint_id=endpoint_id, actor=SYSTEM, now=work.now)
        Delivery.objects.filter(endpoint_id=endpoint_id).update(give_up_at=real_now())
    deliver_once(county)
    (dead,) = seen(county, partner)
    assert (dead.state, dead.attempts, dead.last_error) == (DeliveryState.DEAD, 0, "too old")
    assert receiver.at("/old") == []


def test_a_hanging_endpoint_does_not_hold_up_the_others(county: CountyRef) -> None:
    """The hanging one accepts and never answers; the healthy one's deliveries arrive while it hangs."""
    hanging, healthy = new_partner(), new_partner()
    with socket.create_server(("127.0.0.1", 0)) as silent, Receiver() as receiver:
        endpoint(county, hanging, f"http://127.0.0.1:{silent.getsockname()[1]}/")
        endpoint(county, healthy, receiver.url("/quick"))
        for _ in range(40):
            say(county, hanging)
            say(county, healthy)

        async def until_healthy_is_done() -> None:
            stop = asyncio.Event()
            running = asyncio.create_task(Sender(lambda: [county]).run(stop))
            while len(receiver.at("/quick")) < 40:
                assert not running.done()
                await asyncio.sleep(0.01)
            assert len(receiver.at("/quick")) == 40
            stop.set()
            silent.close()
            await running

        asyncio.run(asyncio.wait_for(until_healthy_is_done(), 60))
    states = [d.state for d in seen(county, hanging)]
    assert states == [DeliveryState.PENDING] * 40


def test_stopping_loses_nothing_and_gives_back_what_was_not_sent(
    county: CountyRef, receiver: Receiver
) -> None:
    partner = new_partner()
    endpoint(county, partner, receiver.url("/stop"))
    receiver.hold.clear()
    for _ in range(20):
        say(county, partner)
    stop = threading.Event()
    running = threading.Thread(target=run_forever, args=(stop,))
    running.start()
    receiver.wait_for("/stop", 1, while_=running.is_alive)
    stop.set()
    receiver.hold.set()
    running.join(60)
    assert not running.is_alive()
    with run_in_county(county):
        rows = Delivery.objects.filter(endpoint__partner=partner)
        assert rows.filter(lease_until__isnull=False).count() == 0
        assert rows.filter(delivered_at__isnull=False).count() == len(receiver.at("/stop"))
    deliver_once(county)
    assert {d.state for d in seen(county, partner)} == {DeliveryState.DELIVERED}
    assert len(receiver.at("/stop")) == 20, "each was sent once"


class Process:
    """`linggong deliver` as a process of its own, on this test's database."""

    def __enter__(self) -> subprocess.Popen:
        env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "linggong.settings.site",
            "LINGGONG_EGRESS_ALLOW": "127.0.0.1",
        }
        self.process = subprocess.Popen([sys.executable, "-m", "linggong.cli", "deliver"], env=env)
        return self.process

    def __exit__(self, *args: object) -> None:
        self.process.kill()
        self.process.wait(30)


def test_a_killed_sender_loses_nothing(county: CountyRef, receiver: Receiver) -> None:
    """Killed with messages on the wire, their answers unread. Another process sends them again, by the
    same ids, once the leases ran out; told to stop, it ends well."""
    partner = new_partner()
    endpoint(county, partner, receiver.url("/killed"))
    ids = {say(county, partner) for _ in range(30)}
    receiver.hold.clear()
    with Process() as process:
        receiver.wait_for("/killed", 1, while_=lambda: process.poll() is None)
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    receiver.hold.set()
    with run_in_county(county):
        mine = Delivery.objects.filter(endpoint__partner=partner)
        assert mine.filter(delivered_at__isnull=True).count() == 30
        assert mine.filter(lease_until__isnull=False).update(lease_until=real_now()) >= 1
    with Process() as process:
        receiver.wait_for("/killed", 30, while_=lambda: process.poll() is None)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert {d.state for d in seen(county, partner)} == {DeliveryState.DELIVERED}
    assert {uuid.UUID(got.headers["webhook-id"]) for got in receiver.at("/killed")} == ids


def test_a_database_that_goes_away_delays_and_loses_nothing(county: CountyRef, receiver: Receiver) -> None:
    """The sender's connections are cut while messages are on the wire."""
    partner = new_partner()
    endpoint(county, partner, receiver.url("/cut"))
    for _ in range(20):
        say(county, partner)
    receiver.hold.clear()
    stop = threading.Event()
    running = threading.Thread(target=run_forever, args=(stop,))
    running.start()
    try:
        receiver.wait_for("/cut", 1, while_=running.is_alive)
        with psycopg.connect(**superuser(), dbname="postgres", autocommit=True) as server:
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> %s",
                [connection.settings_dict["NAME"], server.info.backend_pid],
            )
        connections.close_all()  # this thread's own were cut with the others
        receiver.hold.set()
        receiver.wait_for("/cut", 20, while_=running.is_alive)
    finally:
        stop.set()
        running.join(60)
    assert not running.is_alive()
    assert {d.state for d in seen(county, partner)} == {DeliveryState.DELIVERED}
    assert len({got.headers["webhook-id"] for got in receiver.at("/cut")}) == 20
