"""Both layers of cover in an order's life: who pays, who is waited for, and what becomes of the place."""

from __future__ import annotations

from datetime import timedelta

import pytest

from compliance.fund import use_cases as funds
from compliance.fund.contracts import Party
from compliance.insurance import answers
from compliance.insurance.port import BindAnswer, Decision
from compliance.insurance.selectors import policy_view
from compliance.insurance.states import PolicyState
from compliance.insurance.use_cases.fall_back import fall_back
from compliance.insurance.use_cases.record_answer import record_answer
from compliance.people.use_cases.set_insurance_consent import set_insurance_consent
from kernel.actor import SYSTEM
from orders.contracts import MarkNoShow, ShowStartCode
from orders.selectors import assignment_detail
from orders.use_cases.close_day import close_day
from orders.use_cases.mark_no_show import mark_no_show
from orders.use_cases.show_start_code import show_start_code
from tenants.county import run_in_county
from tests.compliance.insurance.world import World
from tests.compliance.people import refused
from tests.orders import covered, play

P = PolicyState
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def ref(counties):
    return counties["sanyuan"]


@pytest.fixture(scope="module")
def insurers(ref):
    return covered.joined(ref)


@pytest.fixture
def county(ref, insurers):
    with run_in_county(ref):
        yield
        covered.check_books()


def show(boss, won, *, now=play.START):
    return show_start_code(command=ShowStartCode(won.assignment_id), actor=boss.actor, now=now)


def test_each_pays_his_age_s_price_and_the_rest_comes_back(county, insurers):
    boss, young, old = play.employer(), covered.aged(30), covered.aged(60)
    before, owed = play.wallet(boss), covered.owed(insurers[0].code)
    made = play.publish(boss, insured=True, headcount=2)
    assert made.quote.premium_per_head_fen == 533, "the dearest insurable age"
    won = [play.grab(who, made.order_id) for who in (young, old)]
    assert [policy_view(one.cover_id).premium_fen for one in won] == [400, 533]
    for who, one in zip((young, old), won, strict=True):
        covered.issue(one.cover_id)
        play.start(boss, who, one)
        play.leave(who, one)
    confirmed = play.confirm(boss, made.order_id)
    assert confirmed.refund_fen == 133
    assert [covered.place(one.assignment_id).premium_paid_fen for one in won] == [400, 533]
    assert play.wallet(boss) == before - confirmed.wage_fen - confirmed.fee_fen - 933
    assert covered.owed(insurers[0].code) - owed == 933
    assert play.escrow(made.order_id) == (0, 0)


def test_an_age_outside_the_bands_is_refused_and_the_place_stays_free(ref, insurers):
    with run_in_county(ref):
        boss, who, other = play.employer(), covered.aged(68), covered.aged(65)
        made = play.publish(boss, insured=True)
        plain = play.publish(boss)
    with refused("age_not_insurable"), run_in_county(ref):
        play.grab(who, made.order_id)
    with run_in_county(ref):
        assert play.escrow(made.order_id)[1] == 0, "no wage is held for him"
        assert play.grab(other, made.order_id).filled
        assert play.grab(who, plain.order_id).cover_id is None


def test_without_consent_no_insurer_is_asked(ref, insurers):
    with run_in_county(ref), covered.program(600):
        boss, who = play.employer(), play.worker()
        set_insurance_consent(actor=who.actor, worker_id=who.id, given=False, now=play.NOW)
        made = play.publish(boss, insured=True)
        plain = play.publish(boss)
    with refused("insurance_consent_missing"), run_in_county(ref):
        play.grab(who, made.order_id)
    with run_in_county(ref), covered.program(600) as program_id:
        won = play.grab(who, plain.order_id)
        assert (won.cover_id, won.basic_cover_id) == (None, None)
        assert covered.spent(program_id) == 0
        play.start(boss, who, won)


def test_the_fund_pays_basic_cover_and_work_waits_for_both(county, insurers):
    with covered.program(600) as program_id:
        boss, who = play.employer(), play.worker()
        won = play.grab(who, play.publish(boss, insured=True).order_id)
        basic = policy_view(won.basic_cover_id)
        assert (basic.insurer, basic.payer, basic.employer_premium_fen) == (insurers[1].code, "fund", 0)
        assert covered.spent(program_id) == basic.premium_fen
        covered.issue(won.cover_id)
        with refused("cover_pending"):
            show(boss, won)
        covered.issue(won.basic_cover_id)
        play.start(boss, who, won)
        both = [policy_view(one).state for one in (won.cover_id, won.basic_cover_id)]
        assert both == [P.ACTIVE, P.ACTIVE]
        play.leave(who, won)
        both = [policy_view(one).state for one in (won.cover_id, won.basic_cover_id)]
        assert both == [P.ENDED, P.ENDED]


def test_work_without_the_employer_s_cover_has_the_fund_s(county, insurers):
    with covered.program(600):
        boss, who = play.employer(), play.worker()
        won = play.grab(who, play.publish(boss).order_id)
        assert won.cover_id is None
        with refused("cover_pending"):
            show(boss, won)
        covered.issue(won.basic_cover_id)
        play.start(boss, who, won)
        view = assignment_detail(actor=who.actor, assignment_id=won.assignment_id)
        assert [(one.insurer, one.state) for one in view.assignment.covers] == [(insurers[1].code, "active")]


@pytest.mark.parametrize("by", ["worker", "employer", "order"])
def test_who_declines_basic_cover_has_none(county, insurers, by):
    with covered.program(600) as program_id:
        boss, who = play.employer(), play.worker()
        made = play.publish(boss, basic_cover=by != "order")
        if by == "worker":
            choice = {"party": Party.WORKER, "party_id": who.id, "actor": who.actor}
            funds.decline_basic_cover(**choice, now=play.NOW)
        if by == "employer":
            choice = {"party": Party.EMPLOYER, "party_id": boss.id, "actor": boss.actor}
            funds.decline_basic_cover(**choice, now=play.NOW)
        won = play.grab(who, made.order_id)
        assert won.basic_cover_id is None
        assert covered.spent(program_id) == 0
        play.start(boss, who, won)


def test_an_empty_budget_is_no_reason_to_lose_the_place(county, insurers):
    with covered.program(300) as program_id:
        boss, first, second = play.employer(), covered.aged(30), covered.aged(30)
        order_id = play.publish(boss, headcount=2).order_id
        assert play.grab(first, order_id).basic_cover_id is not None
        assert covered.spent(program_id) == 300
        won = play.grab(second, order_id)
        assert won.basic_cover_id is None
        play.start(boss, second, won)


def test_refused_basic_cover_goes_back_to_the_fund_and_work_goes_on(county, insurers):
    with covered.program(600) as program_id:
        boss, who = play.employer(), covered.aged(30)
        won = play.grab(who, play.publish(boss, insured=True).order_id)
        covered.refuse(won.basic_cover_id)
        assert covered.spent(program_id) == 0
        assert covered.place(won.assignment_id).basic_cover_id is None
        with refused("cover_pending"):
            show(boss, won)
        covered.issue(won.cover_id)
        play.start(boss, who, won)
        assert policy_view(won.cover_id).state is P.ACTIVE


def test_an_insurer_takes_cover_back_before_work(county, insurers):
    boss, who, other = play.employer(), covered.aged(30), covered.aged(60)
    owed = covered.owed(insurers[0].code)
    made = play.publish(boss, insured=True)
    won = play.grab(who, made.order_id)
    covered.issue(won.cover_id)
    assert covered.owed(insurers[0].code) == owed + 400
    escrow = play.escrow(made.order_id)[0]
    said = {"insurer": insurers[0].code, "policy_id": won.cover_id, "answer": BindAnswer(Decision.CANCELLED)}
    answers.record_answer(**said, actor=SYSTEM, now=play.NOW)
    assert covered.heard(won.cover_id)
    assert not covered.heard(won.cover_id), "told twice"
    gone = covered.place(won.assignment_id)
    assert (gone.state, gone.end_reason) == ("withdrawn", "cover_refused")
    assert (gone.premium_paid_fen, gone.cover_bound_at) == (0, None)
    assert covered.owed(insurers[0].code) == owed
    assert play.escrow(made.order_id) == (escrow + 400, 0)
    assert play.grab(other, made.order_id).cover_id is not None


def test_the_fund_s_cover_taken_back_leaves_the_place(county, insurers):
    with covered.program(600) as program_id:
        boss, who = play.employer(), covered.aged(30)
        won = play.grab(who, play.publish(boss).order_id)
        covered.issue(won.basic_cover_id)
        answer = BindAnswer(Decision.CANCELLED)
        said = {"insurer": insurers[1].code, "policy_id": won.basic_cover_id, "answer": answer}
        answers.record_answer(**said, actor=SYSTEM, now=play.NOW)
        assert covered.heard(won.basic_cover_id)
        assert covered.spent(program_id) == 0
        play.start(boss, who, won)


def waits(policy_id, *, now=play.NOW):
    """The insurer says that it will answer later, and does not."""
    record_answer(policy_id=policy_id, answer=BindAnswer(Decision.PENDING), now=now)


def test_the_place_follows_its_fallbacks_policy_however_late_the_news(ref):
    world = World(ref, {})
    chain = [world.join("sandbox", premium_fen=fen) for fen in (400, 390, 380)]
    world.rank(*chain)
    try:
        with run_in_county(ref):
            boss, who = play.employer(), covered.aged(30)
            made = play.publish(boss, insured=True)
            won = play.grab(who, made.order_id)
            waits(won.cover_id)
            second = fall_back(policy_id=won.cover_id, now=play.NOW + HOUR)
            waits(second, now=play.NOW + HOUR)
            third = fall_back(policy_id=second, now=play.NOW + 3 * HOUR)
            # the news of both changes arrives now, in order, and once more
            assert not covered.heard(second)
            assert covered.place(won.assignment_id).state == "won", "the second insurer was given up too"
            assert not covered.heard(third)
            assert not covered.heard(second)
            assert covered.place(won.assignment_id).cover_id == third
            covered.issue(third)
            assert [covered.owed(one.code) for one in chain] == [0, 0, 380]
            play.start(boss, who, won)
            play.leave(who, won)
            assert play.confirm(boss, made.order_id).refund_fen == 533 - 380
            covered.check_books()
    finally:
        world.rank(covered.joined(ref)[0])


def test_a_no_show_s_premiums_come_back(county, insurers):
    with covered.program(600) as program_id:
        boss, who = play.employer(), covered.aged(30)
        before, owed = play.wallet(boss), covered.owed(insurers[0].code)
        made = play.publish(boss, insured=True)
        won = play.grab(who, made.order_id)
        covered.issue(won.cover_id)
        command, late = MarkNoShow(won.assignment_id), play.START + 8 * HOUR
        with refused("cover_pending"):
            mark_no_show(command=command, actor=boss.actor, now=late)
        covered.issue(won.basic_cover_id)
        assert mark_no_show(command=command, actor=boss.actor, now=late).state == "no_show"
        assert {policy_view(one).state for one in (won.cover_id, won.basic_cover_id)} == {P.CANCELLED}
        assert (covered.owed(insurers[0].code), covered.spent(program_id)) == (owed, 0)
        assert play.wallet(boss) == before, "the order is over and everything has come back"


def test_who_was_kept_waiting_by_the_fund_s_insurer_is_not_absent(ref, insurers):
    with run_in_county(ref), covered.program(600):
        boss, waiting, absent = play.employer(), covered.aged(30), covered.aged(31)
        order_id = play.publish(boss, headcount=2).order_id
        kept, missing = play.grab(waiting, order_id), play.grab(absent, order_id)
        covered.issue(missing.basic_cover_id)
    with run_in_county(ref):
        assert close_day(order_id=order_id, now=play.START + 9 * HOUR) == 2
    with run_in_county(ref):
        ends = [covered.place(one.assignment_id) for one in (kept, missing)]
        assert [(one.state, one.end_reason) for one in ends] == [
            ("withdrawn", "cover_not_bound"),
            ("no_show", "absent"),
        ]
        covered.check_books()
