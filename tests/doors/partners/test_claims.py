"""Claims at the partners' door: read with their whole file, moved by message or by REST."""

from __future__ import annotations

import base64
import hashlib
import json
from uuid import uuid4

import pytest

from kernel.models import AuditRow
from tenants.county import run_in_county
from tests.compliance.claims.made import WORDS
from tests.doors.partners.machine import a_machine, new_id
from tests.doors.partners.world import PAPERS, a_claim, about, claim_messages, the_claim
from tests.doors.rest import check_problem


@pytest.fixture
def claim(machine):
    return a_claim(machine.county, machine.insurer, pictures=2)


def rest(machine, claim_id, verb, **data):
    return machine.signed(
        f"claims/{claim_id}/{verb}", {"type": f"claim.{verb}", "claim_id": str(claim_id), **data}
    )


def test_a_claim_is_read_with_its_file_and_pictures(machine, claim):
    (listed,) = machine.must_get("claims", state="filed")["items"]
    assert listed["id"] == str(claim)
    assert WORDS not in json.dumps(listed, ensure_ascii=False)
    assert machine.must_get("claims", state="paid")["items"] == []
    file = machine.must_get(f"claims/{claim}")
    assert (file["what"], file["state"], len(file["files"])) == (WORDS, "filed", 2)
    assert file["work"]["address"]
    assert [move["to"] for move in file["timeline"]][-1] == "filed"
    picture = machine.must_get(f"files/{file['files'][0]['file_id']}")
    content = base64.b64decode(picture["content"])
    assert hashlib.sha256(content).hexdigest() == picture["sha256"] == file["files"][0]["sha256"]
    assert len(content) == picture["size"]
    assert picture["media_type"] == "image/jpeg"


def test_a_claim_goes_its_way_by_messages(machine, claim):
    states = [machine.must("webhooks", message)["state"] for message in claim_messages(claim)]
    assert states == ["acknowledged", "papers_wanted", "accepted", "paid"]
    file = machine.must_get(f"claims/{claim}")
    assert (file["insurer_reference"], file["accepted_fen"], file["paid_fen"]) == (
        "CL-000017",
        120_000,
        120_000,
    )
    assert [paper["code"] for paper in file["requests"][0]["papers"]] == ["invoice", "record"]
    assert file["payment_reference"] == "PAY-1"


def test_a_claim_goes_its_way_by_rest(machine, claim):
    assert rest(machine, claim, "acknowledge", reference="CL-1").body["state"] == "acknowledged"
    assert rest(machine, claim, "papers", papers=PAPERS).body["state"] == "papers_wanted"
    rejected = rest(
        machine, claim, "decide", accepted=False, reason="not_covered", reason_text="不在保障范围"
    )
    assert (rejected.body["state"], rejected.body["reason_code"]) == ("rejected", "not_covered")
    assert machine.must_get(f"claims/{claim}")["reason"] == "不在保障范围"
    check_problem(rest(machine, claim, "decide", accepted=True, amount_fen=1), 409, "claim_decided_otherwise")


def test_what_is_said_twice_or_late_changes_nothing(machine, claim):
    messages = claim_messages(claim)
    for message in messages:
        machine.must("webhooks", message)
    before = the_claim(machine.county, machine.insurer, claim)
    for message in reversed(messages):
        machine.signed("webhooks", message)  # new ids, as an insurer that starts over would send them
    assert the_claim(machine.county, machine.insurer, claim) == before


def test_messages_are_refused_by_member(machine, claim):
    for message, code, field in (
        (about("claim.decided", claim, {"accepted": True}), "claim_decision", None),
        (about("claim.decided", claim, {"accepted": "yes"}), "wrong_type", "data.accepted"),
        (
            about("claim.decided", claim, {"accepted": True, "amount_fen": 1.0}),
            "amount_invalid",
            "data.amount_fen",
        ),
        (about("claim.paid", claim, {"amount_fen": 1}), "field_missing", "data.reference"),
        (about("claim.papers_wanted", claim, {"papers": []}), "list_length", "data.papers"),
        (
            about("claim.papers_wanted", claim, {"papers": [{"note": "x"}]}),
            "field_missing",
            "data.papers.0.code",
        ),
        (about("claim.acknowledged", claim, {"ref": "x"}), "unknown_field", "data.ref"),
        (about("claim.acknowledged", claim, []), "wrong_type", "data"),
        (about("claim.acknowledged", "x", {}), "id_malformed", "subject"),
        ({**about("claim.acknowledged", claim, {}), "time": "now"}, "moment_invalid", "time"),
    ):
        check_problem(machine.signed("webhooks", message), 422, code, field)
    unknown = machine.signed("webhooks", about("claim.forgotten", claim, {}))
    check_problem(unknown, 422, "choice_unknown", "type")
    assert "claim.acknowledged" in unknown.body["params"]["choices"]  # the list of what is known
    assert the_claim(machine.county, machine.insurer, claim).claim.state == "filed"


def test_an_amount_over_the_cover_is_refused(machine, claim):
    check_problem(
        machine.signed("webhooks", about("claim.decided", claim, {"accepted": True, "amount_fen": 10**11})),
        422,
        "claim_amount_over_cover",
    )


def test_another_insurers_claims_and_files_are_not_there(machine, claim, counties, other_insurer):
    file_id = machine.must_get(f"claims/{claim}")["files"][0]["file_id"]
    for foreign in (
        a_machine(counties["jiangle"], other_insurer),
        a_machine(counties["youxi"], machine.insurer),
    ):
        assert foreign.must_get("claims")["items"] == []
        check_problem(foreign.get(f"claims/{claim}"), 404, "claim_not_found")
        check_problem(foreign.get(f"files/{file_id}"), 404, "file_not_found")
        for message in claim_messages(claim):
            check_problem(foreign.signed("webhooks", message), 404, "claim_not_found")
        check_problem(rest(foreign, claim, "acknowledge"), 404, "claim_not_found")
    check_problem(machine.get(f"claims/{uuid4()}"), 404, "claim_not_found")
    assert the_claim(machine.county, machine.insurer, claim).claim.state == "filed"


def test_a_message_of_one_claim_moves_no_other(machine, claim):
    other = a_claim(machine.county, machine.insurer)
    body = {"type": "claim.acknowledge", "claim_id": str(claim), "reference": "CL-1"}
    check_problem(machine.signed(f"claims/{other}/acknowledge", body), 422, "message_other", "claim_id")
    assert the_claim(machine.county, machine.insurer, other).claim.state == "filed"


def test_who_moved_a_claim_is_the_client(machine, claim):
    message_id = new_id()
    machine.must("webhooks", claim_messages(claim)[0], message_id=message_id)
    machine.must("webhooks", claim_messages(claim)[0], message_id=message_id)
    timeline = the_claim(machine.county, machine.insurer, claim).timeline
    assert [(move.to, move.channel) for move in timeline].count(("acknowledged", "api")) == 1
    with run_in_county(machine.county):
        assert not AuditRow.objects.filter(subject=claim, act="claim.reveal").exists()
