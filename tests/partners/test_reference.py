"""The reference insurer by itself: what it sells survives a restart, and events end as in order."""

from __future__ import annotations

import ast
import json
import random
import socket
import sys
from collections.abc import Callable, Iterator
from datetime import date

import pytest

from linggong.commands.partner.peer import NoAnswer, Peer
from tests.harness.insurer import ReferenceInsurer
from tests.harness.servers import CHECKOUT
from tests.partners.setting import CALL, COUNTY, EVENTS, INBOUND, options

Start = Callable[..., ReferenceInsurer]


@pytest.fixture
def peer(insurer: ReferenceInsurer) -> Iterator[Peer]:
    peer = Peer(options(insurer))
    yield peer
    peer.close()


def test_it_imports_nothing_of_the_platform() -> None:
    """An insurer builds on the document alone; so must the program that shows how."""
    folder = CHECKOUT / "examples"
    allowed = {"examples", "aiohttp", "jwcrypto", "fpdf", "defusedxml", *sys.stdlib_module_names}
    found = set()
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            found |= {name.partition(".")[0] for name in names}
    assert found - allowed == set()
    assert {"aiohttp", "jwcrypto"} <= found


def sold(insurer: ReferenceInsurer, policy_id: str) -> dict[str, object]:
    (found,) = (policy for policy in insurer.ledger(COUNTY) if policy["policy_id"] == policy_id)
    return found


def test_an_answer_lost_on_the_way_is_not_sold_twice(insurer: ReferenceInsurer, peer: Peer) -> None:
    body = peer.bind()
    insurer.fault(answer_lost=True)
    with pytest.raises(NoAnswer):
        peer.post("/policies", body)
    insurer.mend()
    answer = peer.post("/policies", {**body, "insured": peer.insured(body["policy_id"])})
    assert answer.members["state"] == "issued"
    policy = sold(insurer, body["policy_id"])
    assert (policy["number"], policy["asked"]) == (answer.members["certificate_number"], 2)


def test_a_body_that_comes_slowly_holds_up_nobody(insurer: ReferenceInsurer) -> None:
    """Ours once waited for a body inside its transaction; whoever came meanwhile was answered with 500."""
    host, _, port = insurer.address.removeprefix("http://").rpartition(":")
    body = json.dumps({"county": "slow"}).encode()
    head = f"POST /_connect HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
    with socket.create_connection((host, int(port)), timeout=30) as slow:
        slow.sendall(f"{head}Connection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body[:5])
        for n in range(20):
            insurer.connect(f"quick{n}")
        slow.sendall(body[5:])
        assert slow.recv(100).startswith(b"HTTP/1.1 200 ")


def test_a_killed_insurer_forgets_nothing(reference_insurer: Start) -> None:
    insurer = reference_insurer()
    insurer.connect(COUNTY, call_keys=[CALL])
    peer = Peer(options(insurer, old_secret="", events_url="", events_secret=""))
    body, other = peer.bind(), peer.bind()
    first = peer.post("/policies", body).members
    peer.post("/policies", other)
    insurer.fault(pending=True, hold=True)
    waiting = peer.bind()
    assert peer.post("/policies", waiting).members["state"] == "pending"
    key, ledger = insurer.public_key, insurer.ledger()
    insurer.stop(kill=True)
    with pytest.raises(NoAnswer):
        peer.get("/ping")
    insurer.start()
    assert insurer.public_key == key
    assert [policy["policy_id"] for policy in insurer.ledger()] == [policy["policy_id"] for policy in ledger]
    assert peer.post("/policies", body).members == first
    peer.close()


def test_age_is_read_from_the_encrypted_number(insurer: ReferenceInsurer, peer: Peer) -> None:
    too_old = peer.bind(on=date(2060, 1, 1).isoformat())
    answer = peer.post("/policies", too_old)
    assert (answer.status, answer.members["state"]) == (200, "refused")
    assert answer.members["reason"] == "age_not_insurable"


def test_shuffled_and_tripled_events_end_as_in_order(insurer: ReferenceInsurer, peer: Peer) -> None:
    policies = [peer.bind()["policy_id"] for _ in range(20)]
    events = [
        peer.told(policy_id, kind, at)
        for policy_id in policies
        for at, kind in enumerate(("requested", "issued", "started", "ended"), start=1)
    ]
    thrice = events * 3
    random.Random(7).shuffle(thrice)
    for event in thrice:
        assert peer.event(event).status == 204
    heard = [row for row in insurer.heard() if row["subject"] in policies]
    assert sorted(row["id"] for row in heard) == sorted(event["id"] for event in events)
    assert all(row["applied"] for row in heard)


def test_a_county_knows_nothing_of_another(insurer: ReferenceInsurer, peer: Peer) -> None:
    body = peer.bind()
    assert peer.post("/policies", body).members["state"] == "issued"
    insurer.connect("youxi", call_keys=[CALL])  # even with the same key
    elsewhere = Peer(options(insurer, url=insurer.base_url("youxi"), county="youxi"))
    assert elsewhere.get(f"/policies/{body['policy_id']}").code == "policy_unknown"
    elsewhere.close()
    nowhere = Peer(options(insurer, url=insurer.base_url("nowhere"), county="nowhere"))
    assert nowhere.get("/ping").code == "route_unknown"
    nowhere.close()


def test_its_own_events_can_be_polled(insurer: ReferenceInsurer, peer: Peer) -> None:
    insurer.fault(pending=True, hold=True)
    bodies = [peer.bind() for _ in range(3)]
    for body in bodies:
        assert peer.post("/policies", body).status == 202
    before = peer.get("/events?after=0&limit=500").members["next"]
    assert insurer.settle() == 3
    page = peer.get(f"/events?after={before}&limit=2").members
    rest = peer.get(f"/events?after={page['next']}&limit=2").members
    told = page["items"] + rest["items"]
    assert [event["subject"] for event in told] == [body["policy_id"] for body in bodies]
    assert {event["type"] for event in told} == {"policy.issued"}
    number = peer.get(f"/policies/{bodies[0]['policy_id']}").members["certificate_number"]
    assert told[0]["data"]["certificate_number"] == number
    assert peer.get("/events?limit=0").code == "field_invalid"


def test_the_statement_lists_what_was_sold_in_a_month(insurer: ReferenceInsurer, peer: Peer) -> None:
    body = peer.bind(on="2031-05-06")
    number = peer.post("/policies", body).members["certificate_number"]
    peer.post(f"/policies/{body['policy_id']}/cancel", peer.cancel(body["policy_id"]))
    lines = peer.get("/statement?month=2031-05").body.decode().splitlines()
    assert lines[1:] == [f"{body['policy_id']},{number},700,700,2031-05-06,cancelled"]


def test_the_counter_is_for_this_machine_only(insurer: ReferenceInsurer) -> None:
    import httpx

    forwarded = {"X-Forwarded-For": "203.0.113.7"}
    assert httpx.get(f"{insurer.address}/_ledger", headers=forwarded).status_code == 404
    assert httpx.post(f"{insurer.address}/_faults", json={"no_such": True}).status_code == 422
    assert httpx.post(f"{insurer.address}/_faults", json={"slow_ms": True}).status_code == 422
    assert (
        httpx.post(f"{insurer.address}/_connect", json={"county": "x", "call_keys": ["no"]}).status_code
        == 422
    )


def test_no_person_is_kept_in_the_database(reference_insurer: Start) -> None:
    from linggong.commands.partner.peer import invented_id

    insurer = reference_insurer()
    insurer.connect(COUNTY, call_keys=[CALL], endpoint_keys=[EVENTS], inbound_keys=[INBOUND])
    peer = Peer(options(insurer))
    body = peer.bind()
    assert peer.post("/policies", body).members["state"] == "issued"
    insurer.stop()
    peer.close()
    stored = b"".join(file.read_bytes() for file in insurer._folder.iterdir())
    assert body["policy_id"].encode() in stored
    for secret in (invented_id(1), "测试甲", body["insured"]):
        assert secret.encode() not in stored
