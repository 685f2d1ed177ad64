"""Another worker takes a booked place over, and one more day of cover: cover and money follow the insurer."""

from __future__ import annotations

import pytest

from compliance.insurance import asking
from compliance.insurance.port import BindAnswer, Decision
from compliance.insurance.selectors import amendments_of, policy_view
from compliance.insurance.states import PolicyState
from compliance.insurance.use_cases.record_amendment import record_amendment
from compliance.people.use_cases.set_insurance_consent import set_insurance_consent
from kernel.models import OutboxMessage
from orders.contracts import AddCoverDay, CancelOrder, ReplaceWorker, ShowStartCode
from orders.models import Order, Place
from orders.use_cases.add_cover_day import add_cover_day
from orders.use_cases.cancel_order import cancel_order
from orders.use_cases.record_amendments import record_amendments
from orders.use_cases.replace_worker import replace_worker
from orders.use_cases.show_start_code import show_start_code
from tenants.county import run_in_county
from tests.compliance.people import refused
from tests.orders import covered, play

P = PolicyState


@pytest.fixture(scope="module")
def ref(counties):
    return counties["sanyuan"]


@pytest.fixture(scope="module")
def insurers(ref):
    return covered.joined(ref)


@pytest.fixture
def top_up(ref, insurers):
    """The insurer of the employers' cover. What it is owed is counted from here."""
    with run_in_county(ref):
        before = covered.owed(insurers[0].code)

    class Owed:
        @property
        def fen(self) -> int:
            return covered.owed(insurers[0].code) - before

    yield Owed()
    with run_in_county(ref):
        covered.check_books()


def booked(age=30, *, issued=True, fen=100_000_00, **changes):
    """An insured place: the employer, the worker, the place won."""
    boss, who = play.employer(fen=fen), covered.aged(age)
    won = play.grab(who, play.publish(boss, insured=True, **changes).order_id)
    if issued:
        covered.issue(won.cover_id)
    return boss, who, won


def replaced(won, by, *, now=play.NOW):
    return replace_worker(command=ReplaceWorker(won.assignment_id, by.id), actor=play.HALL, now=now)


def agreed(ref, policy_id):
    """The insurer is asked for the change and takes it; the news is still on its way."""
    assert asking.ask_amendment(ref, amendment(ref, policy_id))


def amendment(ref, policy_id):
    with run_in_county(ref):
        return amendments_of(policy_id)[-1].id


def declined(policy_id):
    record_amendment(
        amendment_id=amendments_of(policy_id)[-1].id,
        answer=BindAnswer(Decision.REFUSED, reason="no"),
        deposited=None,
        now=play.NOW,
    )


def show(boss, assignment_id):
    return show_start_code(command=ShowStartCode(assignment_id), actor=boss.actor, now=play.START)


def work(boss, who, view):
    """The new worker does the job; what comes back to the employer."""
    shown = show(boss, view.id)
    checked = play.CheckIn(view.id, shown.code)
    assert play.check_in(command=checked, actor=who.actor, now=play.START).refused is None
    done = play.CheckOut(view.id, None)
    play.check_out(command=done, actor=who.actor, now=play.START + 8 * play.HOURS)
    return play.confirm(boss, view.order_id)


@pytest.mark.parametrize(("first", "second", "fen"), [(30, 60, 533), (60, 30, 400)])
def test_the_same_policy_covers_the_new_worker_at_his_price(ref, top_up, first, second, fen):
    with run_in_county(ref):
        boss, who, won = booked(first)
        other = covered.aged(second)
        paper = policy_view(won.cover_id).certificate_file_id
        view = replaced(won, other)
        gone = covered.place(won.assignment_id)
        assert (gone.state, gone.end_reason, gone.premium_paid_fen) == ("replaced", "replaced", 0)
        assert Place.objects.get(id=gone.place_id).taken_by == view.id
        assert Order.objects.get(id=won.order_id).state == "open"
        assert (policy_view(won.cover_id).worker_id, view.worker_id) == (other.id, other.id)
        with refused("cover_pending"):
            show(boss, view.id)
    agreed(ref, won.cover_id)
    with run_in_county(ref):
        with refused("cover_pending"):
            show(boss, view.id)
        assert record_amendments(policy_id=won.cover_id, now=play.NOW) == 1
        assert record_amendments(policy_id=won.cover_id, now=play.NOW) == 0
        policy = policy_view(won.cover_id)
        assert (policy.premium_fen, policy.in_force) == (fen, True)
        assert policy.certificate_file_id not in (None, paper)
        assert (covered.place(view.id).premium_paid_fen, top_up.fen) == (fen, fen)
        assert work(boss, other, view).refund_fen == 533 - fen
        assert play.wallet(other) == 300_00
        assert play.wallet(who) == 0


def test_whom_the_insurer_does_not_take_is_insured_anew(ref, top_up):
    with run_in_county(ref):
        boss, _, won = booked(30)
        other = covered.aged(60)
        view = replaced(won, other)
        declined(won.cover_id)
        assert record_amendments(policy_id=won.cover_id, now=play.NOW) == 1
        assert policy_view(won.cover_id).state is P.CANCELLED
        assert top_up.fen == 0
        fresh = covered.place(view.id).cover_id
        assert fresh not in (None, won.cover_id)
        assert policy_view(fresh).premium_fen == 533
        covered.issue(fresh)
        assert top_up.fen == 533
        assert work(boss, other, view).refund_fen == 0


def test_whom_no_insurer_takes_leaves_the_place(ref, top_up):
    with run_in_county(ref):
        _, _, won = booked(30)
        view = replaced(won, covered.aged(60))
        declined(won.cover_id)
        record_amendments(policy_id=won.cover_id, now=play.NOW)
        covered.refuse(covered.place(view.id).cover_id)
        assert covered.place(view.id).state == "withdrawn"
        assert play.grab(covered.aged(40), won.order_id).filled
        assert top_up.fen == 0


def test_cover_that_still_waits_is_asked_for_anew(ref, top_up):
    with run_in_county(ref):
        boss, _, won = booked(30, issued=False)
        other = covered.aged(60)
        view = replaced(won, other)
        assert policy_view(won.cover_id).state is P.CANCELLED
        fresh = covered.place(view.id).cover_id
        assert policy_view(fresh).worker_id == other.id
        covered.issue(fresh)
        assert top_up.fen == 533
        assert work(boss, other, view).refund_fen == 0


def test_replaced_again_before_the_insurer_has_answered_or_been_heard(ref, top_up):
    with run_in_county(ref):
        boss, _, won = booked(30)
        second = replaced(won, covered.aged(60))
        declined(won.cover_id)  # and nobody has heard
        third_worker = covered.aged(31)
        again = replace_worker(
            command=ReplaceWorker(second.id, third_worker.id), actor=play.HALL, now=play.NOW
        )
        assert policy_view(won.cover_id).state is P.CANCELLED
        record_amendments(policy_id=won.cover_id, now=play.NOW)
        assert top_up.fen == 0
        covered.issue(covered.place(again.id).cover_id)
        assert work(boss, third_worker, again).refund_fen == 133
        assert top_up.fen == 400


def test_replaced_before_the_first_premium_was_paid(ref, top_up):
    with run_in_county(ref):
        boss, _, won = booked(30, issued=False)
        covered.said(won.cover_id)  # issued, and the order has not heard
        other = covered.aged(60)
        view = replaced(won, other)
        assert not covered.heard(won.cover_id), "not his yet"
    agreed(ref, won.cover_id)
    with run_in_county(ref):
        record_amendments(policy_id=won.cover_id, now=play.NOW)
        assert not covered.heard(won.cover_id)
        assert (covered.place(view.id).premium_paid_fen, top_up.fen) == (533, 533)
        assert work(boss, other, view).refund_fen == 0


@pytest.mark.parametrize(("first", "second"), [(30, 60), (60, 30)])
def test_cancelled_between_the_answer_and_its_news_nothing_is_owed(ref, top_up, first, second):
    with run_in_county(ref):
        boss, _, won = booked(first)
        replaced(won, covered.aged(second))
    agreed(ref, won.cover_id)
    with run_in_county(ref):
        cancel_order(command=CancelOrder(won.order_id), actor=boss.actor, now=play.NOW)
        assert top_up.fen == 0
        assert record_amendments(policy_id=won.cover_id, now=play.NOW) == 1
        assert top_up.fen == 0
        assert play.escrow(won.order_id) == (0, 0)
        assert play.wallet(boss) == 100_000_00


def test_the_fund_s_cover_is_drawn_anew_for_the_new_worker(ref, top_up):
    with run_in_county(ref), covered.program(900) as program_id:
        _, _, won = booked(30)
        other = covered.aged(31)
        view = replaced(won, other)
        fresh = covered.place(view.id).basic_cover_id
        assert fresh not in (None, won.basic_cover_id)
        assert policy_view(won.basic_cover_id).state is P.CANCELLED
        assert (policy_view(fresh).worker_id, covered.spent(program_id)) == (other.id, 300)


def test_who_may_take_a_place_over(ref, top_up):
    with run_in_county(ref):
        boss, who, won = booked(30, headcount=2)
        other = covered.aged(30)
        with refused("forbidden"):
            replace_worker(command=ReplaceWorker(won.assignment_id, other.id), actor=boss.actor, now=play.NOW)
        with refused("already_in_order"):
            replaced(won, who)
        beside = covered.aged(33)
        play.grab(beside, won.order_id)
        with refused("already_in_order"):
            replaced(won, beside)
        busy = covered.aged(34)
        play.grab(busy, play.publish(boss).order_id)
        with refused("worker_busy_then"):
            replaced(won, busy)
        set_insurance_consent(actor=other.actor, worker_id=other.id, given=False, now=play.NOW)
        with refused("insurance_consent_missing"):
            replaced(won, other)
        old = covered.aged(68)
        assert covered.place(won.assignment_id).state == "won"
    with refused("age_not_insurable"), run_in_county(ref):
        replaced(won, old)
    with run_in_county(ref):
        assert covered.place(won.assignment_id).state == "won"
        assert policy_view(won.cover_id).worker_id == who.id
        play.start(boss, who, won)
        with refused("not_replaceable"):
            replaced(won, covered.aged(35), now=play.START)


# -- one more day ----------------------------------------------------------------------------------


def one_more(boss, won):
    return add_cover_day(command=AddCoverDay(won.assignment_id), actor=boss.actor, now=play.START)


def test_a_further_day_is_paid_from_the_wallet(ref, top_up):
    with run_in_county(ref):
        boss, who, won = booked(60)
        play.start(boss, who, won)
        before = play.wallet(boss)
        asked = one_more(boss, won)
        assert (asked.state, asked.days, asked.extra_fen) == ("asked", 2, 533)
        assert play.wallet(boss) == before - 533
        with refused("policy_not_amendable"):
            one_more(boss, won)
    agreed(ref, won.cover_id)
    with run_in_county(ref):
        record_amendments(policy_id=won.cover_id, now=play.START)
        policy = policy_view(won.cover_id)
        assert (policy.days, policy.premium_fen, policy.state) == (2, 1066, P.ACTIVE)
        assert top_up.fen == 1066
        assert covered.place(won.assignment_id).premium_paid_fen == 1066
        play.leave(who, won)
        assert play.confirm(boss, won.order_id).refund_fen == 0
        assert play.wallet(boss) == before - 533


def test_a_further_day_that_is_not_taken_comes_back(ref, top_up):
    with run_in_county(ref):
        boss, _, won = booked(30)
        before = play.wallet(boss)
        assert one_more(boss, won).extra_fen == 400
        declined(won.cover_id)
        record_amendments(policy_id=won.cover_id, now=play.START)
        assert (play.wallet(boss), top_up.fen) == (before, 400)
        assert (policy_view(won.cover_id).days, policy_view(won.cover_id).in_force) == (1, True)


def test_a_further_day_that_nobody_can_pay_is_not_asked_for(ref, top_up):
    with run_in_county(ref):
        dear = play.publish(play.employer(), insured=True).escrow_fen
        boss, _, won = booked(30, fen=dear + 399)
        assert play.wallet(boss) == 399
    with refused("insufficient_funds"), run_in_county(ref):
        one_more(boss, won)
    with run_in_county(ref):
        assert (play.wallet(boss), top_up.fen) == (399, 400)
        assert amendments_of(won.cover_id) == []


@pytest.mark.parametrize("heard", [True, False, None])
def test_a_further_day_comes_back_with_cancelled_cover(ref, top_up, heard):
    """Whether the order has heard that it was taken, or not, or the insurer has not answered at all."""
    with run_in_county(ref):
        boss, _, won = booked(30)
        one_more(boss, won)
    if heard is not None:
        agreed(ref, won.cover_id)
    with run_in_county(ref):
        if heard:
            record_amendments(policy_id=won.cover_id, now=play.NOW)
        cancel_order(command=CancelOrder(won.order_id), actor=boss.actor, now=play.NOW)
        record_amendments(policy_id=won.cover_id, now=play.NOW)
        assert policy_view(won.cover_id).state is P.CANCELLED
        assert (top_up.fen, play.wallet(boss)) == (0, 100_000_00)


def test_cover_of_further_days_is_not_handed_over(ref, top_up):
    with run_in_county(ref):
        boss, _, won = booked(30)
        one_more(boss, won)
    agreed(ref, won.cover_id)
    with run_in_county(ref):
        record_amendments(policy_id=won.cover_id, now=play.NOW)
        other = covered.aged(60)
        view = replaced(won, other)
        assert policy_view(won.cover_id).state is P.CANCELLED
        covered.issue(covered.place(view.id).cover_id)
        assert top_up.fen == 533
        assert work(boss, other, view).refund_fen == 400
        assert play.wallet(boss) == 100_000_00 - 300_00 - 533 - covered.place(view.id).fee_fen


def test_only_the_employer_s_side_asks_for_a_day_and_only_with_cover(ref, top_up):
    with run_in_county(ref):
        boss, who, won = booked(30)
        command = AddCoverDay(won.assignment_id)
        with refused("forbidden"):
            add_cover_day(command=command, actor=who.actor, now=play.NOW)
        stranger = play.employer(fen=0)
        with refused("employer_not_found"):
            add_cover_day(command=command, actor=stranger.actor, now=play.NOW)
        plain = play.grab(covered.aged(30), play.publish(boss).order_id)
        with refused("policy_not_amendable"):
            one_more(boss, plain)
        assert not OutboxMessage.objects.filter(
            type__startswith="cn.linggong.cover.amending", subject=won.cover_id
        ).exists()
