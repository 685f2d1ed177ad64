"""Certificates from submission to the gate, on a real database."""

from __future__ import annotations

import itertools
import random
from datetime import timedelta

import pytest

from compliance.certificates.selectors import (
    certificate_for,
    certificates_of,
    held_kinds,
    kinds,
    missing_days,
    submitted_certificates,
)
from compliance.certificates.use_cases.approve_certificate import approve_certificate
from compliance.certificates.use_cases.reject_certificate import reject_certificate
from compliance.certificates.use_cases.revoke_certificate import revoke_certificate
from compliance.certificates.use_cases.submit_certificate import submit_certificate
from kernel.clock import business_day
from kernel.ids import uuid7
from kernel.models import TransitionLog
from tenants.county import run_in_county
from tests.compliance.people import a_worker, actor_with, hall, refused

KIND = "special_operation:electrical"
_serial = itertools.count(random.randrange(10**9))


def officer():
    return actor_with("certificate_officer")


def submitted(work, actor, **changes):
    today = business_day(work.now)
    values = {
        "actor": actor,
        "worker_id": None,
        "kind": KIND,
        "number": f"T{next(_serial):012d}",
        "issued_on": today - timedelta(days=30),
        "expires_on": today + timedelta(days=30),
        "now": work.now,
    }
    return submit_certificate(**{**values, **changes})


def test_a_certificate_counts_once_an_officer_approved_it(counties):
    decider = officer()
    with run_in_county(counties["jiangle"]) as work:
        today = business_day(work.now)
        actor, worker = a_worker(work)
        view = submitted(work, actor)
        assert (view.state, view.number_masked[:2]) == ("submitted", "T0")
        assert missing_days(worker.id, KIND, today, today)
        assert view in submitted_certificates(decider, limit=500)
        approved = approve_certificate(actor=decider, certificate_id=view.id, now=work.now)
        assert (approved.state, approved.decided_by, approved.decided_at) == (
            "approved",
            decider.key,
            work.now,
        )
        assert not missing_days(worker.id, KIND, today, today + timedelta(days=30))
        assert missing_days(worker.id, KIND, today, today + timedelta(days=31))
        assert missing_days(worker.id, "driving_licence", today, today)
        assert held_kinds(worker.id, today, today) == {KIND}
        assert certificates_of(actor, None) == [approved] == certificates_of(decider, worker.id)
        moves = TransitionLog.objects.filter(subject=view.id).order_by("id").values_list("frm", "to", "actor")
        assert list(moves) == [("", "submitted", actor.key), ("submitted", "approved", decider.key)]


def test_nobody_decides_on_their_own_certificate(counties):
    both = actor_with("worker", "certificate_officer")
    with run_in_county(counties["jiangle"]) as work:
        a_worker(work, actor=both)
        view = submitted(work, both)
    with refused("certificate_own"), run_in_county(counties["jiangle"]) as work:
        approve_certificate(actor=both, certificate_id=view.id, now=work.now)
    with refused("forbidden"), run_in_county(counties["jiangle"]) as work:
        approve_certificate(actor=hall(), certificate_id=view.id, now=work.now)
    with refused("certificate_not_found"), run_in_county(counties["jiangle"]) as work:
        approve_certificate(actor=officer(), certificate_id=uuid7(), now=work.now)


def test_a_decision_is_made_once(counties):
    with run_in_county(counties["jiangle"]) as work:
        actor, _ = a_worker(work)
        view = submitted(work, actor)
        reject_certificate(actor=officer(), certificate_id=view.id, reason="照片不清", now=work.now)
    for verb in (approve_certificate, reject_certificate, revoke_certificate):
        extra = {} if verb is approve_certificate else {"reason": "x"}
        with refused("stale_state"), run_in_county(counties["jiangle"]) as work:
            verb(actor=officer(), certificate_id=view.id, now=work.now, **extra)
    with refused("certificate_reason"), run_in_county(counties["jiangle"]) as work:
        reject_certificate(actor=officer(), certificate_id=view.id, reason=" ", now=work.now)


def test_a_number_is_taken_while_it_lives(counties):
    number = f"T{next(_serial):012d}"
    with run_in_county(counties["jiangle"]) as work:
        one, _ = a_worker(work)
        two, _ = a_worker(work)
        first = submitted(work, one, number=number)
        submitted(work, two, number=number, kind="driving_licence")  # another kind has its own numbers
    with refused("certificate_number_taken", "number"), run_in_county(counties["jiangle"]) as work:
        submitted(work, two, number=number.lower())
    with run_in_county(counties["jiangle"]) as work:
        reject_certificate(actor=officer(), certificate_id=first.id, reason="typo", now=work.now)
        submitted(work, two, number=number)


def test_a_revoked_certificate_no_longer_opens_the_gate(counties):
    with run_in_county(counties["jiangle"]) as work:
        today = business_day(work.now)
        actor, worker = a_worker(work)
        view = submitted(work, actor)
        approve_certificate(actor=officer(), certificate_id=view.id, now=work.now)
        revoke_certificate(actor=officer(), certificate_id=view.id, reason="withdrawn", now=work.now)
        assert missing_days(worker.id, KIND, today, today)


def test_two_certificates_without_a_gap_count_together(counties):
    with run_in_county(counties["jiangle"]) as work:
        today = business_day(work.now)
        actor, worker = a_worker(work)
        for start, end in ((-30, 5), (-3, 20)):
            view = submitted(
                work, actor, issued_on=today + timedelta(days=start), expires_on=today + timedelta(days=end)
            )
            approve_certificate(actor=officer(), certificate_id=view.id, now=work.now)
        assert not missing_days(worker.id, KIND, today, today + timedelta(days=20))


@pytest.mark.parametrize(
    ("days", "code", "field"),
    [
        ((-60, -1), "certificate_expired", "expires_on"),
        ((1, 30), "certificate_dates", "issued_on"),
        ((-1, -2), "certificate_dates", "expires_on"),
        ((-1, 30_000), "certificate_dates", "expires_on"),
    ],
)
def test_dates_that_cannot_be_are_refused(counties, days, code, field):
    with refused(code, field), run_in_county(counties["jiangle"]) as work:
        today = business_day(work.now)
        actor, _ = a_worker(work)
        submitted(
            work,
            actor,
            issued_on=today + timedelta(days=days[0]),
            expires_on=today + timedelta(days=days[1]),
        )


def test_an_unknown_kind_and_somebody_elses_worker_are_refused(counties):
    with run_in_county(counties["jiangle"]) as work:
        actor, worker = a_worker(work)
        other, _ = a_worker(work)
        view = submitted(work, hall(), worker_id=worker.id)
        assert certificate_for(actor, view.id) == view
    with refused("certificate_kind_unknown", "kind"), run_in_county(counties["jiangle"]) as work:
        submitted(work, actor, kind="swimming")
    with refused("worker_not_found"), run_in_county(counties["jiangle"]) as work:
        submitted(work, other, worker_id=worker.id)
    with refused("worker_not_found"), run_in_county(counties["jiangle"]):
        certificate_for(other, view.id)
    with refused("worker_not_found"), run_in_county(counties["jiangle"]):
        certificates_of(other, worker.id)
    assert KIND in kinds()
