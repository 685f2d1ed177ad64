"""An endpoint's life at the door, and what became of its deliveries."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from kernel.clock import real_now
from tenants.county import run_in_county
from tests.doors.partners.machine import Machine, a_machine, new_id
from tests.doors.rest import check_problem
from webhooks.catalogue import TEST
from webhooks.models import Delivery
from webhooks.stream import tell

URL = "https://127.0.0.1:9/linggong/jiangle/events"


def registered(machine: Machine, url: str = URL, types: list[str] | None = None):
    return machine.must("endpoints", {"type": "endpoint.register", "url": url, "types": types or []})


def told(machine: Machine) -> str:
    with run_in_county(machine.county) as work:
        event = tell(
            partner=machine.insurer,
            type=TEST.type,
            subject=uuid4(),
            data={"endpoint_id": str(uuid4())},
            now=work.now,
        )
    return str(event)


def act(machine: Machine, endpoint_id: str, verb: str, **more):
    return machine.signed(
        f"endpoints/{endpoint_id}/{verb}", {"type": f"endpoint.{verb}", "endpoint_id": endpoint_id, **more}
    )


def test_an_endpoint_is_registered_changed_switched_off_and_on(machine):
    made = registered(machine)
    endpoint_id = made["endpoint"]["id"]
    assert made["secret"].startswith("whsec_")
    (listed,) = machine.must_get("endpoints")["items"]
    assert listed == made["endpoint"]
    changed = machine.must(
        f"endpoints/{endpoint_id}",
        {"type": "endpoint.change", "endpoint_id": endpoint_id, "types": [TEST.type]},
        method="PUT",
    )
    assert (changed["url"], changed["types"]) == (URL, [TEST.type])
    assert act(machine, endpoint_id, "disable").body["state"] == "disabled"
    told(machine)
    assert machine.must_get("deliveries")["items"] == []
    check_problem(act(machine, endpoint_id, "test"), 409, "stale_state")
    assert act(machine, endpoint_id, "enable").body["state"] == "active"
    event_id = told(machine)
    (delivery,) = machine.must_get("deliveries", endpoint_id=endpoint_id)["items"]
    assert (delivery["event_id"], delivery["state"]) == (event_id, "pending")
    fresh = act(machine, endpoint_id, "rotate", keep_hours=1).body["secret"]
    assert fresh != made["secret"]
    assert machine.must_get(f"endpoints/{endpoint_id}")["previous_secret_until"] is not None


def test_a_test_event_and_a_replay_are_on_their_way(machine):
    endpoint_id = registered(machine)["endpoint"]["id"]
    fired = act(machine, endpoint_id, "test")
    assert fired.status == 202
    assert machine.must_get(f"events/{fired.body['event_id']}")["subject"] == endpoint_id
    with run_in_county(machine.county):
        Delivery.objects.filter(endpoint_id=endpoint_id).update(dead_at=real_now())
    (dead,) = machine.must_get("deliveries", state="dead")["items"]
    again = machine.signed(
        f"deliveries/{dead['id']}/retry", {"type": "delivery.retry", "delivery_id": dead["id"]}
    )
    assert (again.status, again.body["state"]) == (202, "pending")
    assert machine.must_get(f"deliveries/{dead['id']}/attempts")["items"] == []
    with run_in_county(machine.county):
        Delivery.objects.filter(endpoint_id=endpoint_id).update(delivered_at=real_now())
    long_before = (real_now() - timedelta(days=3650)).isoformat()
    replayed = act(machine, endpoint_id, "replay", since=long_before)
    assert (replayed.status, replayed.body["deliveries"]) == (202, 1)


def test_an_endpoint_is_named_in_the_signed_body(machine):
    one = registered(machine)["endpoint"]["id"]
    two = registered(machine, URL + "/2")["endpoint"]["id"]
    body = {"type": "endpoint.disable", "endpoint_id": one}
    check_problem(machine.signed(f"endpoints/{two}/disable", body), 422, "message_other", "endpoint_id")
    check_problem(machine.signed(f"endpoints/{one}/enable", body), 422, "choice_unknown", "type")
    check_problem(
        machine.signed(f"endpoints/{one}/disable", {"type": "endpoint.disable"}), 422, "field_missing"
    )
    assert {row["state"] for row in machine.must_get("endpoints")["items"]} == {"active"}


def test_the_secret_of_a_new_endpoint_is_given_once(machine):
    body, message_id = {"type": "endpoint.register", "url": URL, "types": []}, new_id()
    assert machine.signed("endpoints", body, message_id=message_id).status == 201
    check_problem(machine.signed("endpoints", body, message_id=message_id), 409, "message_repeated")
    check_problem(machine.signed("endpoints", body), 409, "endpoint_exists")
    assert len(machine.must_get("endpoints")["items"]) == 1


def test_the_same_message_has_one_effect_and_one_answer(machine):
    endpoint_id = registered(machine)["endpoint"]["id"]
    body, message_id = {"type": "endpoint.test", "endpoint_id": endpoint_id}, new_id()
    first, *others = [
        machine.signed(f"endpoints/{endpoint_id}/test", body, message_id=message_id) for _ in range(3)
    ]
    assert {str(other.body) for other in others} == {str(first.body)}
    assert [answer.headers.get("Idempotency-Replayed") for answer in (first, *others)] == [
        None,
        "true",
        "true",
    ]
    assert len(machine.must_get("deliveries")["items"]) == 1
    other = {**body, "type": "endpoint.disable"}
    check_problem(
        machine.signed(f"endpoints/{endpoint_id}/disable", other, message_id=message_id),
        409,
        "message_reused",
    )
    second = a_machine(machine.county, machine.insurer)  # another client of the same insurer
    again = second.signed(f"endpoints/{endpoint_id}/test", body, message_id=message_id)
    assert (again.body, again.headers.get("Idempotency-Replayed")) == (first.body, "true")


@pytest.mark.parametrize(
    "url",
    [
        "http://cover.example.cn/events",
        "https://10.0.0.1/events",
        "https://169.254.169.254/latest",
        "https://user:pw@cover.example.cn/",
        "ftp://cover.example.cn/",
        "nothing",
        "",
    ],
)
def test_only_public_https_addresses_are_sent_to(machine, url):
    answer = machine.signed("endpoints", {"type": "endpoint.register", "url": url, "types": []})
    check_problem(answer, 422, "endpoint_url")


def test_types_are_those_of_the_catalogue(machine):
    body = {"type": "endpoint.register", "url": URL, "types": ["cn.linggong.nothing.v1"]}
    check_problem(machine.signed("endpoints", body), 422, "event_type_unknown")


def test_another_insurers_endpoints_and_deliveries_are_not_there(machine, counties, other_insurer):
    stranger = a_machine(counties["jiangle"], other_insurer)
    elsewhere = a_machine(counties["youxi"], machine.insurer)
    endpoint_id = registered(machine)["endpoint"]["id"]
    told(machine)
    (delivery,) = machine.must_get("deliveries")["items"]
    for foreign in (stranger, elsewhere):
        check_problem(foreign.get(f"endpoints/{endpoint_id}"), 404, "endpoint_not_found")
        for verb in ("rotate", "enable", "disable", "test"):
            check_problem(act(foreign, endpoint_id, verb), 404, "endpoint_not_found")
        since = real_now().isoformat()
        check_problem(act(foreign, endpoint_id, "replay", since=since), 404, "endpoint_not_found")
        body = {"type": "endpoint.change", "endpoint_id": endpoint_id, "url": "https://evil.example.cn/"}
        check_problem(
            foreign.signed(f"endpoints/{endpoint_id}", body, method="PUT"), 404, "endpoint_not_found"
        )
        assert foreign.must_get("deliveries")["items"] == []
        check_problem(foreign.get(f"deliveries/{delivery['id']}/attempts"), 404, "delivery_not_found")
        retry = {"type": "delivery.retry", "delivery_id": delivery["id"]}
        check_problem(foreign.signed(f"deliveries/{delivery['id']}/retry", retry), 404, "delivery_not_found")
    assert machine.must_get(f"endpoints/{endpoint_id}")["url"] == URL


def test_deliveries_come_in_pages(machine):
    registered(machine)
    ids = [told(machine) for _ in range(5)]
    seen, cursor = [], None
    while True:
        page = machine.must_get("deliveries", limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [row["event_id"] for row in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == ids
