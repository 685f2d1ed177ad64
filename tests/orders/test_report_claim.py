"""Reporting an accident from an order: which cover was in force, what the file says, who may report."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from compliance.claims.contracts import Reporter
from compliance.claims.models import Claim
from compliance.claims.selectors import claim_for
from compliance.claims.use_cases import withdraw_claim
from kernel.actor import Channel
from kernel.ids import uuid7
from orders.contracts import ReportClaim
from orders.use_cases.find_work import find_work
from orders.use_cases.report_claim import report_claim
from tenants.county import run_in_county
from tests.compliance.people import a_worker, actor_with, refused
from tests.orders import play
from tests.orders.play import HOURS, NOW, START

DURING = START + HOURS


def with_scope(person):
    return replace(person, actor=replace(person.actor, scopes=person.actor.scopes | {"claims:report"}))


@pytest.fixture
def county(counties):
    return counties["jiangle"]


def insured(*, started: bool = True):
    """An insured place: boss, worker and what was won, checked in unless told otherwise."""
    boss, who = with_scope(play.employer()), with_scope(play.worker())
    order = play.publish(boss, insured=True)
    won = play.grab(who, order.order_id)
    play.bind(won)
    if started:
        play.start(boss, who, won)
    return boss, who, won


def report(actor, won, *, when=DURING, now=DURING + HOURS, **changes):
    values = {
        "assignment_id": won.assignment_id,
        "happened_at": when,
        "what": "从梯子上摔下",
        "where": "果园二区",
        "injured": True,
    }
    return report_claim(command=ReportClaim(**{**values, **changes}), actor=actor, now=now)


def test_the_file_is_put_together_from_what_the_order_knows(county):
    with run_in_county(county):
        boss, who, won = insured()
        (claim,) = report(who.actor, won)
        detail = claim_for(who.actor, claim.id)
    file = detail.file
    assert (file.order_number, file.assignment_id, file.worker_id, file.employer_id) == (
        won.number,
        won.assignment_id,
        who.id,
        boss.id,
    )
    assert (file.trade, file.title, file.address, file.place_no) == ("sorting", "分拣脐橙", "将乐县古镛镇", 1)
    assert (file.starts_at, file.ends_at) == (START, START + 8 * HOURS)
    assert (file.checked_in_at, file.checked_out_at) == (START, None)
    assert file.policies == (claim.certificate_number,)
    assert claim.certificate_number
    assert (claim.reporter, claim.worker_id, claim.insurer) == (Reporter.WORKER, who.id, "sandbox")


def test_the_files_copy_does_not_follow_the_order(county):
    with run_in_county(county):
        boss, who, won = insured()
        (claim,) = report(who.actor, won)
        play.leave(who, won)
        play.confirm(boss, won.order_id)
        assert claim_for(who.actor, claim.id).file.checked_out_at is None


def test_each_side_may_report_and_strangers_find_no_place(county):
    sides = {
        Reporter.EMPLOYER: lambda boss, who: boss.actor,
        Reporter.STATION: lambda boss, who: actor_with("station_clerk", channel=Channel.STATION),
        Reporter.HALL: lambda boss, who: actor_with("hall_operator", channel=Channel.HALL),
    }
    with run_in_county(county):
        boss, who, won = insured()
        for side, actor in sides.items():
            (claim,) = report(actor(boss, who), won)
            assert claim.reporter is side
            withdraw_claim(
                claim_id=claim.id, reason="mistake", actor=actor(boss, who), now=DURING + 2 * HOURS
            )
        stranger = with_scope(play.worker())
        officer = actor_with("insurance_officer")
    with refused("not_found", "assignment_id"), run_in_county(county):
        report(stranger.actor, won)
    with refused("forbidden"), run_in_county(county):
        report(officer, won)
    with refused("not_found", "assignment_id"), run_in_county(county):
        report(who.actor, replace(won, assignment_id=uuid7()))


def test_only_cover_in_force_at_the_moment_counts(county):
    with run_in_county(county):
        _, who, won = insured()
        play.leave(who, won, now=START + 4 * HOURS)
    for when in (NOW - HOURS, START + 4 * HOURS + timedelta(seconds=1)):
        with refused("claim_no_cover", "happened_at"), run_in_county(county):
            report(who.actor, won, when=when, now=START + 9 * HOURS)
    with run_in_county(county):
        (claim,) = report(who.actor, won, when=START + 4 * HOURS, now=START + 9 * HOURS)
    assert claim.happened_at == START + 4 * HOURS


def test_who_was_hurt_before_checking_in_is_covered_too(county):
    with run_in_county(county):
        _, who, won = insured(started=False)
        (claim,) = report(who.actor, won, when=START - timedelta(minutes=5), now=START)
        assert claim_for(who.actor, claim.id).file.checked_in_at is None


def test_cover_that_was_never_issued_or_was_given_back_is_none(county):
    with run_in_county(county):
        boss, who = with_scope(play.employer()), with_scope(play.worker())
        order = play.publish(boss, insured=True)
        waiting = play.grab(who, order.order_id)
        plain = play.publish(boss, insured=False)
        other = with_scope(play.worker())
        uninsured = play.grab(other, plain.order_id)
    for actor, won in ((who.actor, waiting), (other.actor, uninsured)):
        with refused("claim_no_cover"), run_in_county(county):
            report(actor, won)


def test_the_same_accident_is_reported_once(county):
    with run_in_county(county):
        boss, who, won = insured()
        (claim,) = report(who.actor, won)
    with refused("claim_exists", "assignment_id"), run_in_county(county):
        report(boss.actor, won)
    with run_in_county(county):
        assert Claim.objects.filter(assignment_id=won.assignment_id).count() == 1
        assert claim.number


def test_work_is_found_by_phone_for_who_stands_at_a_counter(county):
    clerk = actor_with("station_clerk", channel=Channel.STATION)
    phone = play.phone()
    with run_in_county(county) as work:
        boss = with_scope(play.employer())
        actor, view = a_worker(work, phone=phone, insurance_consent=True, can_do=["sorting"], want_to_do=[])
        who = with_scope(play.Person(view.id, replace(actor, scopes=play.WORKER)))
        order = play.publish(boss, insured=True)
        won = play.grab(who, order.order_id)
        play.bind(won)
        free = play.publish(boss, insured=False, starts_at=START + 12 * HOURS, ends_at=START + 13 * HOURS)
        play.grab(who, free.order_id)
        (found,) = find_work(phone=phone, actor=clerk, now=START + 20 * HOURS)
        assert (found.assignment_id, found.order_number, found.insurers) == (
            won.assignment_id,
            won.number,
            ("sandbox",),
        )
        assert "张三丰" not in found.worker_name
    for now in (START - 24 * HOURS, START + timedelta(days=31)):
        with refused("claim_work_not_found", "phone"), run_in_county(county):
            find_work(phone=phone, actor=clerk, now=now)
    with refused("forbidden"), run_in_county(county):
        find_work(phone=phone, actor=who.actor, now=START)
