"""Policies at the partners' door: who is insured, and what an insurer answers, by message or by REST."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from uuid import uuid4

import pytest
from jwcrypto import jwe

from compliance.insurance.models import Policy
from compliance.insurance.use_cases.cancel_cover import cancel_cover
from compliance.rates.contracts import Starts
from kernel.actor import SYSTEM
from kernel.clock import day_bounds
from kernel.models import AuditRow, IdempotencyRecord
from tenants.county import run_in_county
from tests.doors.partners.machine import a_machine, new_id
from tests.doors.partners.world import (
    PREMIUM_FEN,
    a_certificate,
    a_policy,
    about,
    private_key,
    the_policy,
)
from tests.doors.rest import check_problem


@pytest.fixture
def policy(machine):
    return a_policy(machine.county, machine.insurer)


def issue(machine, policy_id, **said):
    return machine.signed(
        f"policies/{policy_id}/issue", {"type": "policy.issue", "policy_id": str(policy_id), **said}
    )


def refuse(machine, policy_id, reason="sum_exceeded"):
    return machine.signed(
        f"policies/{policy_id}/refuse",
        {"type": "policy.refuse", "policy_id": str(policy_id), "reason": reason},
    )


def decrypted(text: str):
    token = jwe.JWE()
    token.deserialize(text, key=private_key())
    return json.loads(token.payload), token.jose_header


def test_the_person_is_encrypted_to_the_insurer_and_each_look_is_recorded(machine, policy):
    (listed,) = machine.must_get("policies", state="requested")["items"]
    assert listed["id"] == str(policy)
    assert "insured" not in listed
    assert machine.must_get("policies", state="issued")["items"] == []
    shown = [machine.must_get(f"policies/{policy}")["insured"] for _ in range(2)]
    assert shown[0] != shown[1]  # made anew each time
    person, header = decrypted(shown[0])
    assert person["policy_id"] == str(policy)
    assert person["name"] == "张三丰"
    assert len(person["id_number"]) == 18
    assert (header["alg"], header["enc"]) == ("ECDH-ES+A256KW", "A256GCM")
    assert header["kid"] == private_key().thumbprint()
    view = the_policy(machine.county, policy)
    with run_in_county(machine.county):
        looks = AuditRow.objects.filter(subject=view.worker_id, act="worker.sent_to_insurer")
        assert [row.detail for row in looks] == [{"insurer": machine.insurer}] * 2


def test_without_consent_nothing_of_the_person_is_shown(machine):
    policy = a_policy(machine.county, machine.insurer, consent=False)
    shown = machine.must_get(f"policies/{policy}")
    assert shown["insured"] == ""
    assert "张三丰" not in json.dumps(shown, ensure_ascii=False)


@pytest.mark.parametrize("by", ["message", "rest"])
def test_a_policy_is_issued_with_its_certificate(machine, policy, by):
    certificate = a_certificate()
    if by == "message":
        said = machine.must("webhooks", about("policy.issued", policy, certificate.said()))
    else:
        said = issue(machine, policy, **certificate.said()).body
    assert said["state"] == "issued"
    shown = machine.must_get(f"policies/{policy}")
    assert shown["certificate_number"] == certificate.number
    assert shown["certificate_sha256"] == certificate.said()["certificate_sha256"]
    view = the_policy(machine.county, policy)
    assert view.covers_from == day_bounds(view.on)[0]  # issued before its day: at the day's first moment


def test_cover_that_begins_later_is_kept_as_such(machine, policy):
    day = the_policy(machine.county, policy).on
    noon = day_bounds(day)[0] + timedelta(hours=12)
    machine.must(
        "webhooks", about("policy.issued", policy, a_certificate().said(covers_from=noon.isoformat()))
    )
    assert the_policy(machine.county, policy).covers_from == noon
    earlier = a_policy(machine.county, machine.insurer, starts=Starts.NEXT_MIDNIGHT)
    long_ago = (noon - timedelta(days=30)).isoformat()
    machine.must("webhooks", about("policy.issued", earlier, a_certificate().said(covers_from=long_ago)))
    view = the_policy(machine.county, earlier)
    assert view.covers_from == day_bounds(view.on)[0]  # never earlier than the product says


@pytest.mark.parametrize("by", ["message", "rest"])
def test_a_policy_is_refused_with_a_code(machine, policy, by):
    if by == "message":
        machine.must("webhooks", about("policy.refused", policy, {"reason": "sum_exceeded"}))
    else:
        assert refuse(machine, policy).status == 200
    view = the_policy(machine.county, policy)
    assert (view.state, view.refusal_reason, view.refund_fen) == ("refused", "sum_exceeded", PREMIUM_FEN)


def test_answers_that_are_none_change_nothing(machine, policy):
    certificate = a_certificate()
    before = the_policy(machine.county, policy)
    for said, status, code in (
        (certificate.said(certificate_sha256="0" * 64), 422, "file_hash"),
        (certificate.said(certificate_sha256="xyz"), 422, "answer_invalid"),
        (certificate.said(certificate=base64.b64encode(b"%PDF-1.7 no").decode()), 422, None),
        (certificate.said(certificate="not base64"), 422, "base64_invalid"),
        (certificate.said(certificate_number=""), 422, "answer_invalid"),
        (certificate.said(certificate_number="张" * 3), 422, "answer_invalid"),
        (certificate.said(premium_fen="700"), 422, None),
        (certificate.said(premium_fen=0), 422, None),
        (certificate.said(name="张三丰"), 422, "unknown_field"),
    ):
        for answer in (
            machine.signed("webhooks", about("policy.issued", policy, said)),
            issue(machine, policy, **said),
        ):
            assert answer.status in (status, 415), (said, answer.body)
            assert code is None or answer.code == code, (said, answer.body)
    check_problem(refuse(machine, policy, "Not a code!"), 422, "answer_invalid", "reason")
    assert the_policy(machine.county, policy) == before


def test_another_premium_is_not_taken(machine, policy):
    machine.must(
        "webhooks", about("policy.issued", policy, a_certificate().said(premium_fen=PREMIUM_FEN + 1))
    )
    view = the_policy(machine.county, policy)
    assert (view.state, view.refusal_reason) == ("refused", "premium_changed")
    with run_in_county(machine.county):
        assert Policy.objects.get(id=policy).next_tell_at is not None  # cancelled there


def test_an_answer_without_its_certificate_is_fetched_later(machine, policy):
    said = a_certificate().said()
    del said["certificate"]
    machine.must("webhooks", about("policy.issued", policy, said))
    assert the_policy(machine.county, policy).state == "pending"
    with run_in_county(machine.county):
        assert Policy.objects.get(id=policy).next_ask_at is not None


def test_a_number_names_one_policy(machine, policy):
    certificate = a_certificate()
    machine.must("webhooks", about("policy.issued", policy, certificate.said()))
    other = a_policy(machine.county, machine.insurer)
    answer = machine.signed("webhooks", about("policy.issued", other, certificate.said()))
    assert 400 <= answer.status < 500, answer.body
    assert the_policy(machine.county, other).state == "requested"


def test_what_is_answered_twice_late_or_against_itself_changes_nothing_wrong(machine, policy):
    first, second = a_certificate(), a_certificate()
    machine.must("webhooks", about("policy.issued", policy, first.said()))
    before = the_policy(machine.county, policy)
    for message in (
        about("policy.issued", policy, first.said()),
        about("policy.issued", policy, second.said()),
        about("policy.refused", policy, {"reason": "sum_exceeded"}),
    ):
        machine.signed("webhooks", message)
        assert the_policy(machine.county, policy) == before


def test_a_late_answer_for_a_cancelled_policy_is_cancelled_there(machine, policy):
    with run_in_county(machine.county) as work:
        cancel_cover(policy_id=policy, reason="order_cancelled", actor=SYSTEM, now=work.now)
        Policy.objects.filter(id=policy).update(next_tell_at=None)  # told, acknowledged
    machine.must("webhooks", about("policy.issued", policy, a_certificate().said()))
    assert the_policy(machine.county, policy).state == "cancelled"
    with run_in_county(machine.county):
        assert Policy.objects.get(id=policy).next_tell_at is not None
    machine.must("webhooks", about("policy.cancelled", policy, {"refund_fen": PREMIUM_FEN}))
    with run_in_county(machine.county):
        assert Policy.objects.get(id=policy).next_tell_at is None  # that is the acknowledgement


def test_another_insurers_policies_are_not_there(machine, policy, counties, other_insurer):
    stranger = a_machine(counties["jiangle"], other_insurer)
    elsewhere = a_machine(counties["youxi"], machine.insurer)
    before = the_policy(machine.county, policy)
    for foreign in (stranger, elsewhere):
        assert foreign.must_get("policies")["items"] == []
        check_problem(foreign.get(f"policies/{policy}"), 404, "not_found")
        check_problem(issue(foreign, policy, **a_certificate().said()), 404, "not_found")
        check_problem(refuse(foreign, policy), 404, "not_found")
        for message in (
            about("policy.issued", policy, a_certificate().said()),
            about("policy.refused", policy, {"reason": "x"}),
            about("policy.cancelled", policy, {"refund_fen": 0}),
        ):
            check_problem(foreign.signed("webhooks", message), 404, "not_found")
    check_problem(machine.get(f"policies/{uuid4()}"), 404, "not_found")
    assert the_policy(machine.county, policy) == before


def test_a_message_of_one_policy_moves_no_other(machine, policy):
    other = a_policy(machine.county, machine.insurer)
    body = {"type": "policy.refuse", "policy_id": str(policy), "reason": "sum_exceeded"}
    check_problem(machine.signed(f"policies/{other}/refuse", body), 422, "message_other", "policy_id")
    assert the_policy(machine.county, other).state == "requested"


def test_what_is_kept_of_a_message_holds_no_certificate_and_nobody(machine, policy):
    message_id = new_id()
    certificate = a_certificate()
    machine.must("webhooks", about("policy.issued", policy, certificate.said()), message_id=message_id)
    with run_in_county(machine.county):
        kept = IdempotencyRecord.objects.get(actor=f"client:partner:{machine.insurer}", key=message_id)
    assert set(kept.body) == {"type", "subject", "state"}


def test_policies_come_in_pages_newest_first(machine):
    ids = [str(a_policy(machine.county, machine.insurer)) for _ in range(5)]
    seen, cursor = [], None
    while True:
        page = machine.must_get("policies", limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [row["id"] for row in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == ids[::-1]
