"""How many statements a partner's request costs, pinned; lists cost the same at any length."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tenants.county import run_in_county
from tests.doors.partners.machine import Machine, a_machine, new_insurer
from tests.doors.partners.world import a_claim, a_policy, claim_messages
from tests.doors.test_rest_queries import counted
from webhooks.catalogue import TEST
from webhooks.stream import tell

TOKEN = 1


@pytest.fixture
def machine(counties) -> Machine:
    return a_machine(counties["mingxi"], new_insurer())


def an_event(machine: Machine) -> None:
    with run_in_county(machine.county) as work:
        tell(
            partner=machine.insurer,
            type=TEST.type,
            subject=uuid4(),
            data={"endpoint_id": str(uuid4())},
            now=work.now,
        )


def an_endpoint(machine: Machine) -> str:
    url = f"https://127.0.0.1:9/{uuid4()}"
    made = machine.must("endpoints", {"type": "endpoint.register", "url": url, "types": []})
    return str(made["endpoint"]["id"])


LISTS = {
    "policies": (lambda machine: a_policy(machine.county, machine.insurer), 1),
    "claims": (lambda machine: a_claim(machine.county, machine.insurer), 1),
    "deliveries": (an_event, 1),
    "endpoints": (an_endpoint, 1),
    "events?after=0": (an_event, 2),  # the rows; whether any is still without a position
}


@pytest.mark.parametrize("path", LISTS)
def test_a_list_costs_the_same_at_any_length(machine, path):
    make, cost = LISTS[path]
    an_endpoint(machine)
    make(machine)
    machine.must_get(path)  # positions are given at the first reading
    with counted() as short:
        assert len(machine.must_get(path)["items"]) >= 1
    for _ in range(4):
        make(machine)
    machine.must_get(path)
    with counted() as long:
        assert len(machine.must_get(path)["items"]) >= 5
    assert (len(short), len(long)) == (TOKEN + cost, TOKEN + cost), long.statements


def test_reading_one_thing(machine):
    claim = a_claim(machine.county, machine.insurer, pictures=1)
    machine.must_get("me")  # the insurers are read once a process
    policy = a_policy(machine.county, machine.insurer)
    # a policy: its row twice, the connection, consent, the person, and the audit row of the look
    costs = {"me": 1, f"claims/{claim}": 5, f"policies/{policy}": 6, "event-types": -TOKEN}
    for path, cost in costs.items():
        with counted() as found:
            machine.must_get(path)
        assert len(found) == TOKEN + cost, (path, found.statements)


def test_a_message_costs_its_use_case_and_six(machine):
    """Token; key; message noted; idempotency looked up under its lock and kept: the rest is the claim's."""
    claim = a_claim(machine.county, machine.insurer)
    (message, *_rest) = claim_messages(claim)
    with counted() as first:
        machine.must("webhooks", message, message_id="msg_1")
    with counted() as again:
        machine.must("webhooks", message, message_id="msg_1")
    assert len(again) == TOKEN + 5, again.statements
    with counted() as forged:
        assert (
            Machine(machine.county, machine.insurer, machine.bearer, [_other_key()])
            .signed("webhooks", message)
            .status
            == 401
        )
    assert len(forged) == TOKEN + 2, forged.statements
    assert len(first) == 6 + 5, first.statements


def _other_key() -> str:
    return "whsec_" + "bGluZ2dvbmctZXhhbXBsZS1zZWNyZXQtMzItYnl0ZXM="
