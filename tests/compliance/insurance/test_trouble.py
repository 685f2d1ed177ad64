"""Insurers that fail, and what must never follow from it. Also: what nobody may read anywhere."""

from __future__ import annotations

import json
import logging
from datetime import timedelta

import psycopg
import pytest
from django.conf import settings
from jwcrypto.common import JWException
from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK

from compliance.insurance import answers, asking, tasks, use_cases
from compliance.insurance.models import Policy
from compliance.insurance.person import encrypted
from compliance.insurance.port import BindAnswer, Decision
from compliance.insurance.rules import BREAKER_AFTER
from compliance.insurance.states import PolicyState
from compliance.people.models import Worker
from compliance.people.selectors import for_insurer
from compliance.people.use_cases.set_insurance_consent import set_insurance_consent
from kernel.actor import SYSTEM
from kernel.clock import real_now
from kernel.ids import uuid7
from kernel.models import AuditRow
from tenants.county import run_in_county
from tests.compliance import people
from tests.compliance.insurance.world import OFFICER, today, tomorrow
from tests.compliance.people import actor_with, refused
from tests.harness.servers import superuser

P = PolicyState


# -- answers that are none ---------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [{"wrong_hash": True}, {"not_pdf": True}])
def test_a_certificate_that_is_not_what_was_announced_is_not_issued(world, dialect, fault):
    insurer = world.join(dialect)
    insurer.program.fault(**fault)
    policy_id = world.request(insurer)
    assert not asking.ask_policy(world.county, policy_id)
    policy = world.view(policy_id)
    assert (policy.state, policy.certificate_file_id, policy.covers_from) == (P.REQUESTED, None, None)
    assert "certificate refused" in world.row(policy_id).trouble
    assert world.connection(insurer).failures == 1
    if "wrong_hash" in fault:  # it told the hash wrong; its paper was right
        insurer.program.mend()
        assert world.ask(policy_id)
        assert world.state(policy_id) is P.ISSUED
        assert world.row(policy_id).trouble == ""


def test_a_wrong_certificate_at_the_door_is_refused_and_changes_nothing(world):
    insurer = world.join()
    policy_id = world.request(insurer)
    wrong = BindAnswer(
        Decision.ISSUED,
        certificate_number="X-1",
        certificate_sha256="0" * 64,
        certificate=b"%PDF-1.7",
        premium_fen=500,
    )
    with refused("file_hash"), run_in_county(world.county) as work:
        answers.record_answer(
            insurer=insurer.code, policy_id=policy_id, answer=wrong, actor=SYSTEM, now=work.now
        )
    assert world.state(policy_id) is P.REQUESTED


def test_another_policys_certificate_number_is_no_answer(world, dialect):
    insurer = world.join(dialect)
    insurer.program.fault(same_number=True)
    first, second = world.issued(insurer), world.request(insurer)
    assert not asking.ask_policy(world.county, second)
    assert world.state(second) is P.REQUESTED
    insurer.program.mend()
    assert world.ask(second)
    assert world.view(second).certificate_number != world.view(first).certificate_number


def test_a_changed_premium_is_refused_here_and_cancelled_there(world, dialect):
    insurer = world.join(dialect)
    insurer.program.fault(change_premium=1)
    policy_id = world.request(insurer)
    assert asking.ask_policy(world.county, policy_id)
    policy = world.view(policy_id)
    assert (policy.state, policy.refusal_reason, policy.in_force) == (P.REFUSED, "premium_changed", False)
    assert (policy.refund_fen, policy.certificate_number) == (500, "")
    assert world.sold(policy_id)[0]["state"] == "issued"
    assert world.tell(policy_id)
    assert world.sold(policy_id)[0]["state"] == "cancelled"
    assert world.news(policy_id)[-1] == "refused"


@pytest.mark.parametrize("fault", ["down", "unavailable", "answer_lost"])
def test_no_answer_keeps_the_place_waiting_and_buys_once(world, dialect, fault):
    insurer = world.join(dialect)
    policy_id = world.request(insurer)
    insurer.program.fault(**{fault: True})
    for _ in range(2):
        assert not world.ask(policy_id)
        assert world.state(policy_id) is P.REQUESTED
    row = world.row(policy_id)
    assert row.trouble
    assert row.failed_at is not None
    assert row.next_ask_at > real_now()
    insurer.program.mend()
    assert world.ask(policy_id)
    assert world.state(policy_id) is P.ISSUED
    assert len(world.sold(policy_id)) == 1


# -- the breaker and suspension ------------------------------------------------------------------------


def test_the_breaker_opens_keeps_calls_back_and_closes(world):
    insurer = world.join()
    waiting = [world.request(insurer) for _ in range(BREAKER_AFTER + 2)]
    insurer.program.fault(down=True)
    for number, policy_id in enumerate(waiting[:BREAKER_AFTER], start=1):
        assert world.connection(insurer).open_until is None
        assert not world.ask(policy_id)
        assert world.connection(insurer).failures == number
    opened = world.connection(insurer).open_until
    assert opened is not None
    assert opened > real_now()
    insurer.program.mend()
    assert asking.ask_policy(world.county, waiting[-1])
    assert world.row(waiting[-1]).asks == 0, "nobody called"
    insurer.program.fault(down=True)
    assert not world.ask(waiting[-1]), "one probe, which fails"
    assert world.connection(insurer).open_until - real_now() > timedelta(seconds=40)
    insurer.program.mend()
    assert world.ask(waiting[-1])
    view = world.connection(insurer)
    assert (view.failures, view.open_until, view.waiting) == (0, None, BREAKER_AFTER + 1)
    world.let_pass()
    tasks.ask_insurers(world.county)
    assert {world.state(one) for one in waiting} == {P.ISSUED}


def test_an_insurer_that_fails_holds_up_no_other(world):
    down, up = world.join("linggong"), world.join("jinxi")
    for _ in range(3):
        world.request(down)
    fine = world.request(up)
    down.program.fault(down=True)
    tasks.ask_insurers(world.county)
    assert world.state(fine) is P.ISSUED
    assert world.connection(down).failures == 1, "asked once, then left alone for the run"


def test_a_suspended_connection_is_asked_nothing_new_and_still_told(world):
    insurer = world.join()
    sold, waiting = world.issued(insurer), world.request(insurer)
    with run_in_county(world.county) as work:
        use_cases.suspend_connection(insurer=insurer.code, reason="审计", actor=OFFICER, now=work.now)
    world.ask(waiting)
    assert world.row(waiting).asks == 0
    assert world.sold(waiting) == []
    world.do(use_cases.cancel_cover, sold, reason="undone")
    assert world.tell(sold)
    assert world.sold(sold)[0]["state"] == "cancelled"
    with run_in_county(world.county) as work:
        use_cases.resume_connection(insurer=insurer.code, reason="审计完成", actor=OFFICER, now=work.now)
        with refused("stale_state"):
            use_cases.resume_connection(insurer=insurer.code, reason="again", actor=OFFICER, now=work.now)
    assert world.ask(waiting)
    assert world.state(waiting) is P.ISSUED


def test_connections_are_made_changed_and_refused(world):
    insurer = world.join()
    assert world.connection(insurer).has_public_key
    key = insurer.program.public_key
    with run_in_county(world.county) as work:

        def connect(code, **changes):
            values = {"insurer": code, "adapter": "linggong", "base_url": "https://a.cn", "public_key": key}
            return use_cases.connect_insurer(**{**values, **changes}, actor=OFFICER, now=work.now)

        with refused("connection_exists", "insurer"):
            connect(insurer.code)
        with refused("insurer_unknown"):
            connect("nobody-at-all")
        with refused("forbidden"):
            use_cases.suspend_connection(
                insurer=insurer.code, reason="x", actor=actor_with("treasurer"), now=work.now
            )
        with refused("connection_unknown", "insurer"):
            use_cases.suspend_connection(insurer="nobody", reason="x", actor=OFFICER, now=work.now)
        for field, value in (
            ("adapter", "carrier-pigeon"),
            ("base_url", "ftp://a.cn"),
            ("base_url", "https://a@b.cn"),
            ("base_url", "https://a.cn?x=1"),
            ("public_key", None),
            ("public_key", {**key, "d": "private"}),
            ("public_key", {**key, "x": "AAAA"}),
            ("fallback_after_minutes", 0),
        ):
            with refused("connection_invalid", field):
                connect("minjiang", **{field: value})
        never = use_cases.change_connection(
            insurer=insurer.code, never_fall_back=True, actor=OFFICER, now=work.now
        )
        assert never.fallback_after_minutes is None
        assert never.base_url == insurer.program.base_url(world.county.slug)
    asking.ping(world.county, insurer.code)


# -- timers -------------------------------------------------------------------------------------------


def test_one_bad_row_holds_up_no_other(world):
    """A worker who is not there, as after a fault of ours: his row waits, the others' are answered."""
    insurer = world.join()
    bad, good = world.request(insurer), [world.request(insurer) for _ in range(3)]
    with run_in_county(world.county):
        Policy.objects.filter(id=bad).update(worker_id=uuid7(), next_ask_at=real_now() - timedelta(hours=1))
    for _ in range(2):
        tasks.ask_insurers(world.county)
    assert {world.state(one) for one in good} == {P.ISSUED}
    row = world.row(bad)
    assert (row.state, row.trouble, row.asks) == ("requested", "DomainError", 1)
    assert row.next_ask_at > real_now()
    assert world.connection(insurer).failures == 0, "the insurer is not to blame"


def test_a_bad_row_does_not_stop_closing(world):
    """More days than an event may tell: closing that row fails, and only that row."""
    insurer = world.join()
    bad, good = world.request(insurer), world.request(insurer)
    past = real_now() - timedelta(days=3)
    with run_in_county(world.county):
        Policy.objects.filter(id__in=[bad, good]).update(covers_until=past)
        Policy.objects.filter(id=bad).update(days=400, covers_until=past - timedelta(1))
    tasks.close_covers(world.county)
    assert (world.state(bad), world.state(good)) == (P.REQUESTED, P.TIMED_OUT)


# -- consent and secrecy ------------------------------------------------------------------------------


def test_without_consent_nothing_goes_out(world, dialect):
    insurer = world.join(dialect)
    with run_in_county(world.county) as work:
        actor, worker = people.a_worker(work, insurance_consent=True)
        policy_id = world.request_in(work, insurer, worker_id=worker.id)
        set_insurance_consent(actor=actor, worker_id=None, given=False, now=work.now)
    for _ in range(BREAKER_AFTER + 1):
        world.ask(policy_id)
    row = world.row(policy_id)
    assert (row.state, row.trouble, row.failed_at) == ("requested", "no consent to name the person", None)
    assert world.sold(policy_id) == []
    assert world.connection(insurer).failures == 0
    with run_in_county(world.county) as work:
        set_insurance_consent(actor=actor, worker_id=None, given=True, now=work.now)
    assert world.ask(policy_id)
    assert world.state(policy_id) is P.ISSUED
    with run_in_county(world.county):
        sent = AuditRow.objects.filter(act="worker.sent_to_insurer", subject=worker.id)
        assert [row.detail for row in sent] == [{"insurer": insurer.code}]


def test_the_person_reaches_the_insurer_encrypted_and_nobody_else(world, dialect, caplog):
    """The insurer reads age and identity out of the JWE. A dump of all the county's tables (the outbox,
    the partner's stream and deliveries among them) and our logs hold neither name nor ID number."""
    caplog.set_level(logging.DEBUG)
    name, number = "欧阳紫霄", people.id_number(today().replace(year=today().year - 40, day=1))
    phone = people.phone()
    insurer = world.join(dialect)
    with run_in_county(world.county) as work:
        _, same = people.a_worker(work, name=name, id_number=number, phone=phone, insurance_consent=True)
    policies = [world.issued(insurer, worker_id=same.id, on=day) for day in (today(), tomorrow())]
    bands = [{"from_age": 16, "to_age": 90, "factor_permille": 1000}]
    eager = world.join(dialect, age_bands=bands)
    old = world.worker(id_number=people.id_number(today().replace(year=today().year - 70, day=1)))
    too_old = world.request(eager, worker_id=old)
    assert asking.ask_policy(world.county, too_old)
    assert world.view(too_old).refusal_reason == "age_not_insurable", "it read his date of birth"

    insurer.program.fault(down=True)  # the ways of failure, too
    world.ask(world.request(insurer, worker_id=same.id, on=tomorrow() + timedelta(days=1)))
    dumped = _dump(world.county.schema_name)
    assert str(policies[0]) in dumped["webhooks_partnerevent"]
    assert str(policies[0]) in dumped["kernel_outboxmessage"]
    everything = "\n".join([*dumped.values(), caplog.text, *map(str, (r.__dict__ for r in caplog.records))])
    for secret in (name, number, phone.removeprefix("+86"), json.dumps(name).strip('"')):
        assert secret not in everything
    with run_in_county(world.county):
        assert Worker.objects.filter(id=same.id).exists(), "it is his county that was dumped"


def test_only_the_insurers_key_opens_the_person(world):
    key, other, policy_id = (
        JWK.generate(kty="EC", crv="P-256"),
        JWK.generate(kty="EC", crv="P-256"),
        uuid7(),
    )
    with run_in_county(world.county) as work:
        _, worker = people.a_worker(work, name="欧阳紫霄", insurance_consent=True)
        person = for_insurer(worker.id, insurer="minjiang", now=work.now)
    assert person is not None
    token = encrypted(person, policy_id=policy_id, key=key.export_public(as_dict=True))
    sealed = JWE()
    sealed.deserialize(token, key=key)
    assert json.loads(sealed.payload) == {
        "policy_id": str(policy_id),
        "name": "欧阳紫霄",
        "id_number": person.id_number,
        "phone": person.phone,
    }
    assert sealed.jose_header["kid"] == key.thumbprint()
    with pytest.raises(JWException):
        JWE().deserialize(token, key=other)


def _dump(schema: str) -> dict[str, str]:
    found = {}
    with psycopg.connect(**superuser(), dbname=settings.DATABASES["default"]["NAME"]) as database:
        tables = database.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = %s", [schema]
        ).fetchall()
        for (table,) in tables:
            lines = database.execute(f'SELECT row_to_json(t)::text FROM "{schema}"."{table}" t').fetchall()
            found[table] = "\n".join(line for (line,) in lines)
    return found
