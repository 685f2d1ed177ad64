"""Who gets in at the partners' door, what a signature opens, and what a message does when it comes again."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from kernel.clock import real_now
from kernel.models import IdempotencyRecord
from tenants.county import run_in_county
from tests.doors.partners.machine import a_machine, long_ago, new_id
from tests.doors.rest import Caller, a_worker, check_problem, staff_member
from tests.doors.rest import machine as county_machine
from webhooks.catalogue import TEST, event_types
from webhooks.keys import live_secrets
from webhooks.models import InboundMessage
from webhooks.signing import sign
from webhooks.states import Direction
from webhooks.stream import tell

ROTATE = {"type": "key.rotate"}


def test_a_machine_learns_who_it_is(machine, counties):
    me = machine.must_get("me")
    assert (me["insurer"], me["county"], me["active"]) == (machine.insurer, "jiangle", True)
    assert me["scopes"] == ["partner:read", "partner:write"]
    assert [key["direction"] for key in me["keys"]] == ["in"]
    assert "secret" not in json.dumps(me)


def test_nobody_else_gets_in(machine, counties):
    jiangle = counties["jiangle"]
    check_problem(replace(machine, bearer=None).get("me"), 401, "unauthenticated")
    check_problem(replace(machine, bearer="nothing").get("me"), 401, "unauthenticated")
    check_problem(machine.elsewhere(counties["youxi"]).get("me"), 403, "token_other_county")
    admin = staff_member(jiangle, "county_admin")
    of_county = county_machine(admin, ["orders:read"])
    check_problem(replace(machine, bearer=of_county.bearer).get("me"), 403, "token_not_partner")
    person = a_worker(jiangle).caller
    check_problem(person.get(f"/partners/v1/{jiangle.slug}/me"), 403, "token_not_partner")


def test_an_insurers_token_opens_nothing_at_the_countys_door(machine):
    intruder = Caller(machine.county, bearer=machine.bearer)
    for path in ("me", "orders", "county-orders", "policy"):
        check_problem(intruder.get(path), 403, "token_of_partner")
    check_problem(intruder.post("workers/find", {"phone": "13800138000"}), 403, "token_of_partner")


def test_scopes_are_held_to(counties, insurer):
    reader = a_machine(counties["jiangle"], insurer, scopes=["partner:read"])
    assert reader.get("me").status == 200
    check_problem(reader.signed("keys/rotate", ROTATE), 403, "forbidden")
    writer = replace(a_machine(counties["jiangle"], insurer, scopes=["partner:write"]))
    check_problem(writer.get("me"), 403, "forbidden")


def test_reading_takes_a_token_alone_and_writing_a_signature_too(machine):
    raw = json.dumps(ROTATE).encode()
    check_problem(machine.send("POST", "keys/rotate", raw=raw), 401, "signature_missing")
    good = sign(machine.secrets, new_id(), real_now(), raw)
    check_problem(
        replace(machine, bearer=None).send("POST", "keys/rotate", raw=raw, headers=good),
        401,
        "unauthenticated",
    )
    for missing in good:
        headers = {name: value for name, value in good.items() if name != missing}
        check_problem(machine.send("POST", "keys/rotate", raw=raw, headers=headers), 401, "signature_missing")
    assert machine.send("POST", "keys/rotate", raw=raw, headers=good).status == 200


def test_old_new_and_altered_messages_are_refused(machine):
    raw = json.dumps(ROTATE).encode()
    for moment in (long_ago(), real_now() + timedelta(minutes=6)):
        headers = sign(machine.secrets, new_id(), moment, raw)
        check_problem(machine.send("POST", "keys/rotate", raw=raw, headers=headers), 401, "message_expired")
    headers = sign(machine.secrets, new_id(), real_now(), raw)
    altered = raw.replace(b"}", b', "keep_hours": 0}')
    check_problem(machine.send("POST", "keys/rotate", raw=altered, headers=headers), 401, "signature_invalid")
    check_problem(
        machine.send("POST", "keys/rotate", raw=raw, headers={**headers, "webhook-id": new_id()}),
        401,
        "signature_invalid",
    )


def test_a_key_of_another_county_or_insurer_signs_nothing_here(machine, counties, other_insurer):
    for stranger in (
        a_machine(counties["youxi"], machine.insurer),
        a_machine(counties["jiangle"], other_insurer),
    ):
        lent = replace(machine, secrets=stranger.secrets)
        check_problem(lent.signed("keys/rotate", ROTATE), 401, "signature_invalid")


def test_a_refused_message_is_not_kept_and_may_come_again(machine):
    message_id = new_id()
    bad = machine.signed("keys/rotate", {"type": "key.rotate", "keep_hours": 1000}, message_id=message_id)
    check_problem(bad, 422, "number_range", "keep_hours")
    assert machine.signed("keys/rotate", ROTATE, message_id=message_id).status == 200


def test_a_signed_body_opens_only_the_address_it_names(machine):
    check_problem(machine.signed("keys/rotate", {"type": "key.rotated"}), 422, "choice_unknown", "type")
    check_problem(machine.signed("keys/rotate", {}), 422, "field_missing", "type")
    check_problem(
        machine.signed("keys/rotate", {**ROTATE, "direction": "out"}), 422, "unknown_field", "direction"
    )


def test_malformed_bodies_and_methods_are_problems(machine):
    for raw, status, code in (
        (b"[]", 400, "body_not_object"),
        (b"{", 400, "json_invalid"),
        (b'{"type":"key.rotate","type":"key.rotate"}', 400, "json_duplicate_key"),
        (b"\xff\xfe", 401, "signature_invalid"),
    ):
        headers = sign(machine.secrets, new_id(), real_now(), raw if code != "signature_invalid" else b"x")
        check_problem(machine.send("POST", "keys/rotate", raw=raw, headers=headers), status, code)
    raw = b"x" * 1_048_577
    headers = sign(machine.secrets, new_id(), real_now(), raw)
    check_problem(machine.send("POST", "keys/rotate", raw=raw, headers=headers), 413, "body_too_large")
    check_problem(machine.send("DELETE", "keys/rotate"), 405, "method_not_allowed")
    check_problem(machine.get("nothing"), 404, "not_found")
    check_problem(machine.get("/partners/v1/atlantis/me"), 404, "county_unknown")
    check_problem(machine.get("events", after="-1"), 422, "number_range", "after")
    check_problem(machine.get("events", before="1"), 422, "unknown_field", "before")


def test_rotating_shows_the_secret_once_and_keeps_the_old_one_for_a_while(machine):
    message_id = new_id()
    first = machine.signed("keys/rotate", ROTATE, message_id=message_id)
    secret = first.body["secret"]
    assert secret.startswith("whsec_")
    assert secret not in machine.secrets
    check_problem(
        machine.signed("keys/rotate", ROTATE, message_id=message_id), 409, "message_repeated", "webhook-id"
    )
    with run_in_county(machine.county):
        assert live_secrets(machine.insurer, Direction.IN) == [secret, *machine.secrets]
        kept = IdempotencyRecord.objects.filter(actor=f"client:partner:{machine.insurer}")
        assert not kept.exists()  # an answer with a secret is kept nowhere
        assert InboundMessage.objects.filter(partner=machine.insurer, message_id=message_id).count() == 1
    new = replace(machine, secrets=[secret])
    assert new.signed("keys/rotate", {**ROTATE, "keep_hours": 0}).status == 200
    check_problem(new.signed("keys/rotate", ROTATE), 401, "signature_invalid")
    check_problem(machine.signed("keys/rotate", ROTATE), 401, "signature_invalid")


def told(machine, count, subject=None) -> list[str]:
    with run_in_county(machine.county) as work:
        return [
            str(
                tell(
                    partner=machine.insurer,
                    type=TEST.type,
                    subject=subject or uuid4(),
                    data={"endpoint_id": str(uuid4())},
                    now=work.now,
                )
            )
            for _ in range(count)
        ]


def test_every_event_can_be_polled_in_order_and_nobody_elses(machine, counties, other_insurer):
    ids = told(machine, 5)
    told(a_machine(counties["jiangle"], other_insurer), 2)
    told(a_machine(counties["youxi"], machine.insurer), 2)
    seen, after = [], 0
    while True:
        page = machine.must_get("events", after=after, limit=2)
        seen += page["items"]
        after = page["next"]
        if not page["more"]:
            break
    assert [event["id"] for event in seen] == ids
    assert [event["position"] for event in seen] == [1, 2, 3, 4, 5]
    assert {event["source"] for event in seen} == {"/jiangle"}
    assert machine.must_get("events", after=after) == {"items": [], "next": after, "more": False}
    late = told(machine, 1)
    assert [event["id"] for event in machine.must_get("events", after=after)["items"]] == late
    assert machine.must_get(f"events/{ids[0]}")["sequence"] == 1


def test_an_event_of_somebody_else_is_not_there(machine, counties, other_insurer):
    (theirs,) = told(a_machine(counties["jiangle"], other_insurer), 1)
    (elsewhere,) = told(a_machine(counties["youxi"], machine.insurer), 1)
    for event_id in (theirs, elsewhere, uuid4()):
        check_problem(machine.get(f"events/{event_id}"), 404, "event_not_found")
    check_problem(machine.get("events/7"), 422, "id_malformed", "event_id")


def test_the_catalogue_of_events_is_open(machine):
    shown = replace(machine, bearer=None).must_get("event-types")["items"]
    assert [one["type"] for one in shown] == list(event_types())
    assert all(one["zh"] and one["en"] and one["schema"] and one["example"] for one in shown)
