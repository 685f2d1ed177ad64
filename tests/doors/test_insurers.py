"""A county's insurers over REST: clients, keys, endpoints, deliveries."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from tenants.county import run_in_county
from tests.doors.partners.machine import Machine, a_machine, token
from tests.doors.partners.world import private_key
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


def public_key() -> dict[str, str]:
    members: dict[str, str] = private_key().export_public(as_dict=True)
    return members


def connection(**changes):
    return {
        "adapter": "linggong",
        "base_url": "https://127.0.0.1:9/linggong/jiangle",
        "public_key": public_key(),
        **changes,
    }


def test_a_county_connects_changes_suspends_and_resumes(officer, insurer):
    (mine,) = [row for row in officer.must("GET", "insurers")["items"] if row["code"] == insurer]
    assert mine["connection"] is None
    made = officer.must("POST", f"insurers/{insurer}/connection", connection())
    assert (made["state"], made["fallback_after_minutes"], made["has_public_key"]) == ("active", 15, True)
    check_problem(officer.post(f"insurers/{insurer}/connection", connection()), 409, "connection_exists")
    changed = officer.must(
        "PUT",
        f"insurers/{insurer}/connection",
        {"base_url": "https://127.0.0.1:9/two", "never_fall_back": True},
    )
    assert (changed["base_url"], changed["fallback_after_minutes"]) == ("https://127.0.0.1:9/two", None)
    assert changed["has_public_key"]
    reason = {"reason": "年度评估"}
    path = f"insurers/{insurer}/connection"
    assert officer.must("POST", f"{path}/suspend", reason)["state"] == "suspended"
    check_problem(officer.post(f"{path}/suspend", reason), 409, "stale_state")
    assert officer.must("POST", f"{path}/resume", reason)["state"] == "active"
    assert officer.must("GET", f"insurers/{insurer}")["connection"]["state"] == "active"
    assert "kty" not in str(officer.must("GET", f"insurers/{insurer}"))


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"adapter": "fax"}, "choice_unknown", "adapter"),
        ({"base_url": "ftp://cover.example.cn"}, "connection_invalid", "base_url"),
        ({"base_url": "https://user@cover.example.cn"}, "connection_invalid", "base_url"),
        ({"base_url": ""}, "connection_invalid", "base_url"),
        (
            {"public_key": {"kty": "EC", "crv": "P-256", "x": "a", "y": "b"}},
            "connection_invalid",
            "public_key",
        ),
        ({"public_key": {**public_key(), "d": "secret"}}, "unknown_field", "public_key.d"),
        ({"fallback_after_minutes": 0}, "number_range", "fallback_after_minutes"),
    ],
)
def test_a_connection_that_cannot_be_is_refused_by_member(officer, insurer, changes, code, field):
    answer = officer.post(f"insurers/{insurer}/connection", connection(**changes))
    check_problem(answer, 422, code, field)


def test_a_connection_without_a_key_is_refused(officer, insurer):
    body = connection()
    del body["public_key"]
    answer = officer.post(f"insurers/{insurer}/connection", body)
    check_problem(answer, 422, "connection_invalid", "public_key")


def test_a_connections_test_tells_when_nobody_answers(officer, insurer):
    check_problem(officer.post(f"insurers/{insurer}/connection/test"), 404, "connection_unknown")
    officer.must("POST", f"insurers/{insurer}/connection", connection())
    officer.must("POST", f"insurers/{insurer}/keys", {"direction": "out"})
    check_problem(officer.post(f"insurers/{insurer}/connection/test"), 503, "connection_test_failed")


def test_connections_are_for_those_who_keep_insurance(counties, insurer):
    clerk = staff_member(counties["jiangle"], "hall_operator")
    assert clerk.get("insurers").status == 200
    path = f"insurers/{insurer}/connection"
    for answer in (
        clerk.post(path, connection()),
        clerk.send("PUT", path, {"base_url": "https://127.0.0.1:9/two"}),
        clerk.post(f"{path}/suspend", {"reason": "x"}),
        clerk.post(f"{path}/resume", {"reason": "x"}),
        clerk.post(f"{path}/test"),
    ):
        check_problem(answer, 403, "forbidden")
