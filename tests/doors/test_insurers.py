"""A county's insurers over REST: clients, keys, endpoints, deliveries."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from tenants.county import run_in_county
from tests.doors.partners.machine import Machine, a_machine, token
from tests.doors.rest import check_problem, staff_member
from webhooks.catalogue import TEST
from webhooks.stream import tell

ALL = ["partner:read", "partner:write"]


@pytest.fixture
def officer(counties):
    return staff_member(counties["jiangle"], "insurance_officer")


def test_an_insurer_is_connected_with_a_client_and_a_key(counties, officer, insurer):
    made = officer.must("POST", f"insurers/{insurer}/clients", {"name": "核心系统", "scopes": ALL})
    secret = officer.must("POST", f"insurers/{insurer}/keys", {"direction": "in"})["secret"]
    machine = Machine(counties["jiangle"], insurer, token(made["client_id"], made["secret"]), [secret])
    assert machine.must_get("me")["client_id"] == made["client_id"]
    rotated = machine.must("keys/rotate", {"type": "key.rotate"})["secret"]
    listed = officer.must("GET", f"insurers/{insurer}/keys")["items"]
    assert [key["direction"] for key in listed] == ["in", "in"]
    assert rotated not in str(listed)
    check_problem(officer.post(f"insurers/{insurer}/keys", {"direction": "in"}), 409, "partner_key_exists")
    newest = officer.must("POST", f"insurers/{insurer}/keys/rotate", {"direction": "in", "keep_hours": 0})[
        "secret"
    ]
    check_problem(machine.signed("keys/rotate", {"type": "key.rotate"}), 401, "signature_invalid")
    assert replace(machine, secrets=[newest]).signed("keys/rotate", {"type": "key.rotate"}).status == 200


def test_a_revoked_client_is_out_at_once(counties, officer, insurer):
    made = officer.must("POST", f"insurers/{insurer}/clients", {"name": "x", "scopes": ["partner:read"]})
    machine = Machine(counties["jiangle"], insurer, token(made["client_id"], made["secret"]))
    assert machine.get("me").status == 200
    (listed,) = officer.must("GET", f"insurers/{insurer}/clients")["items"]
    assert (listed["client_id"], listed["scopes"]) == (made["client_id"], ["partner:read"])
    assert "secret" not in listed
    officer.must("POST", f"insurers/{insurer}/clients/revoke", {"client_id": made["client_id"]})
    check_problem(machine.get("me"), 401, "unauthenticated")
    assert officer.must("GET", f"insurers/{insurer}/clients")["items"] == []


def test_clients_and_keys_are_for_those_who_keep_insurance(counties, insurer):
    jiangle = counties["jiangle"]
    for role in ("hall_operator", "treasurer", "certificate_officer"):
        person = staff_member(jiangle, role)
        for path, body in (
            (f"insurers/{insurer}/clients", {"name": "x", "scopes": ALL}),
            (f"insurers/{insurer}/clients/revoke", {"client_id": "x"}),
            (f"insurers/{insurer}/keys", {"direction": "in"}),
            (f"insurers/{insurer}/keys/rotate", {"direction": "in"}),
        ):
            check_problem(person.post(path, body), 403, "forbidden")
    admin = staff_member(jiangle, "county_admin")
    assert admin.post(f"insurers/{insurer}/clients", {"name": "x", "scopes": ALL}).status == 201


def test_unknown_insurers_and_foreign_scopes_are_refused(officer, insurer):
    check_problem(officer.get("insurers/nobody/keys"), 404, "insurer_unknown")
    check_problem(
        officer.post("insurers/nobody/clients", {"name": "x", "scopes": ALL}), 404, "insurer_unknown"
    )
    check_problem(
        officer.post(f"insurers/{insurer}/clients", {"name": "x", "scopes": ["insurance:write"]}),
        422,
        "choice_unknown",
        "scopes.0",
    )
    check_problem(
        officer.post(f"insurers/{insurer}/keys/rotate", {"direction": "out"}), 404, "partner_key_missing"
    )


def test_what_an_insurer_was_told_can_be_looked_up(counties, officer, insurer):
    machine = a_machine(counties["jiangle"], insurer)
    made = machine.must(
        "endpoints",
        {"type": "endpoint.register", "url": "https://127.0.0.1:9/events", "types": []},
    )
    with run_in_county(counties["jiangle"]) as work:
        for _ in range(3):
            data = {"endpoint_id": made["endpoint"]["id"]}
            tell(partner=insurer, type=TEST.type, subject=uuid4(), data=data, now=work.now)
    (endpoint,) = officer.must("GET", f"insurers/{insurer}/endpoints")["items"]
    assert (endpoint["id"], endpoint["state"]) == (made["endpoint"]["id"], "active")
    assert made["secret"] not in str(endpoint)
    first = officer.must("GET", f"insurers/{insurer}/deliveries?limit=2&state=pending")
    rest = officer.must("GET", f"insurers/{insurer}/deliveries?limit=2&state=pending&cursor={first['next']}")
    assert len({row["id"] for row in [*first["items"], *rest["items"]]}) == 3
    assert rest["next"] is None
    assert officer.must("GET", f"insurers/{insurer}/deliveries?state=dead")["items"] == []
    delivery = first["items"][0]["id"]
    assert officer.must("GET", f"insurers/{insurer}/deliveries/{delivery}/attempts")["items"] == []
    check_problem(
        officer.post(f"insurers/{insurer}/deliveries/{delivery}/retry", {}), 409, "delivery_not_dead"
    )
    check_problem(officer.get(f"insurers/minjiang/deliveries/{delivery}/attempts"), 404, "delivery_not_found")
