"""The day and the endings: start codes, confirming, cancelling, staying away; what each refuses and costs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction

from kernel.errors import DomainError
from kernel.ids import uuid7
from kernel.models import Fact
from ledger.verify import verify_county
from orders.contracts import (
    CancelOrder,
    CheckIn,
    MarkNoShow,
    ShowStartCode,
)
from orders.models import Order
from orders.selectors import settled_order_ids
from orders.use_cases.cancel_order import cancel_order
from orders.use_cases.check_in import check_in
from orders.use_cases.mark_no_show import mark_no_show
from orders.use_cases.show_start_code import show_start_code
from tenants.county import run_in_county
from tests.orders import play


@pytest.fixture
def county(counties):
    with run_in_county(counties["jiangle"]):
        yield


def code(call, *args, **kwargs):
    """The refusal's code; what the call did is undone, as the county's transaction would."""
    with pytest.raises(DomainError) as refused, transaction.atomic():
        call(*args, **kwargs)
    return refused.value.code


# -- the start code --------------------------------------------------------------------------------


def test_wrong_codes_are_counted_and_lock_until_renewed(counties):
    ref = counties["jiangle"]
    with run_in_county(ref):
        boss, who = play.employer(), play.worker()
        won = play.grab(who, play.publish(boss).order_id)
        ask = ShowStartCode(won.assignment_id)
        wrong = CheckIn(won.assignment_id, "x")
        assert code(check_in, command=wrong, actor=who.actor, now=play.START) == "start_code_not_issued"
    with run_in_county(ref):
        shown = show_start_code(command=ask, actor=boss.actor, now=play.START)
        assert len(shown.code) == 6
        assert show_start_code(command=ask, actor=boss.actor, now=play.START).code == shown.code
        assert shown.code not in repr(shown)
    for left in (4, 3, 2, 1, 0):
        with run_in_county(ref):
            result = check_in(command=wrong, actor=who.actor, now=play.START)
        assert result.refused is not None
        assert (result.refused.code, result.refused.params["tries_left"]) == ("start_code_wrong", left)
    right = CheckIn(won.assignment_id, shown.code)
    with run_in_county(ref):
        assert code(check_in, command=right, actor=who.actor, now=play.START) == "start_code_locked"
        renewed = show_start_code(command=replace(ask, renew=True), actor=boss.actor, now=play.START)
        assert renewed.code != shown.code
        result = check_in(command=right, actor=who.actor, now=play.START)
        assert result.refused is not None
        play.start(boss, who, won)


def test_check_in_within_the_hours_only(county):
    boss, who = play.employer(), play.worker()
    won = play.grab(who, play.publish(boss).order_id)
    shown = show_start_code(command=ShowStartCode(won.assignment_id), actor=boss.actor, now=play.NOW)
    command = CheckIn(won.assignment_id, shown.code)
    early = play.START - timedelta(minutes=61)
    assert code(check_in, command=command, actor=who.actor, now=early) == "outside_hours"
    end = play.START + 8 * play.HOURS
    assert code(check_in, command=command, actor=who.actor, now=end) == "outside_hours"
    assert check_in(command=command, actor=who.actor, now=early + timedelta(minutes=1)).state == "checked_in"
    assert code(check_in, command=command, actor=who.actor, now=play.START) == "stale_state"


# -- confirm, cancel, no-show ----------------------------------------------------------------------


def test_confirm_twice_pays_once(county):
    boss, who = play.employer(), play.worker()
    made = play.publish(boss)
    won = play.grab(who, made.order_id)
    assert code(play.confirm, boss, made.order_id) == "nothing_to_confirm"
    play.start(boss, who, won)
    assert code(play.leave, who, won, pieces=3) == "correction_invalid"
    play.leave(who, won)
    assert code(play.leave, who, won) == "stale_state"
    assert code(play.confirm, boss, made.order_id, corrections=[(uuid7(), 1)]) == "correction_invalid"
    assert (
        code(play.confirm, boss, made.order_id, corrections=[(won.assignment_id, 1)]) == "correction_invalid"
    )
    assert code(play.confirm, play.employer(), made.order_id) == "employer_not_found"
    play.confirm(boss, made.order_id)
    assert code(play.confirm, boss, made.order_id) == "nothing_to_confirm"
    assert play.wallet(who) == 300_00


def cancel(boss, order_id, now=play.NOW):
    return cancel_order(command=CancelOrder(order_id, "no_show"), actor=boss.actor, now=now)


def test_cancelling_early_costs_nothing_and_late_pays_each_booked_worker(county):
    boss, one, two = play.employer(), play.worker(), play.worker()
    early, late = play.publish(boss, headcount=2, insured=True), play.publish(boss, headcount=3, insured=True)
    play.bind(play.grab(one, early.order_id))
    assert cancel(boss, early.order_id).refund_fen == early.escrow_fen
    wons = [play.grab(one, late.order_id), play.grab(two, late.order_id)]
    play.bind(wons[0])
    done = cancel(boss, late.order_id, play.START - 1 * play.HOURS)
    assert (done.state, done.compensation_fen) == ("cancelled", 2 * 60_00)
    assert (play.wallet(one), play.wallet(two)) == (60_00, 60_00)
    assert done.refund_fen == late.escrow_fen - done.compensation_fen
    assert play.wallet(boss) == 100_000_00 - 120_00
    for order_id in (early.order_id, late.order_id):
        assert play.escrow(order_id) == (0, 0)
        assert code(cancel, boss, order_id) == "stale_state"
    assert Order.objects.get(id=late.order_id).end_reason == "by_employer"  # whatever was given as reason
    assert code(play.grab, one, late.order_id) == "order_closed"
    assert verify_county(settled_order_ids()).problems == []


def test_a_started_order_cannot_be_cancelled(county):
    boss, who = play.employer(), play.worker()
    made = play.publish(boss)
    won = play.grab(who, made.order_id)
    play.start(boss, who, won)
    assert code(cancel, boss, made.order_id, play.START) == "cannot_cancel_started"
    play.leave(who, won)
    play.confirm(boss, made.order_id)
    assert code(cancel, boss, made.order_id, play.START) == "cannot_cancel_started"


def absent(boss, won, now):
    return mark_no_show(command=MarkNoShow(won.assignment_id), actor=boss.actor, now=now)


def test_an_order_whose_only_worker_did_not_come_never_settles(county):
    boss, who = play.employer(), play.worker()
    made = play.publish(boss, insured=True)
    won = play.grab(who, made.order_id)
    late = play.START + 2 * play.HOURS
    assert code(absent, boss, won, late) == "cover_pending"
    play.bind(won)
    assert code(absent, boss, won, late - timedelta(seconds=1)) == "too_early_for_no_show"
    assert absent(boss, won, late).state == "no_show"
    row = Order.objects.get(id=made.order_id)
    assert (row.state, row.end_reason) == ("cancelled", "no_show")
    assert play.wallet(boss) == 100_000_00
    assert play.escrow(made.order_id) == (0, 0)
    kinds = set(Fact.objects.filter(subject=made.order_id).values_list("kind", flat=True))
    assert kinds == {"order.published", "order.no_show"}
    assert code(absent, boss, won, late) == "stale_state"


def test_two_no_shows_bar_for_the_countys_days(county):
    boss, who = play.employer(), play.worker()
    for day in (0, 1):
        start = play.START + timedelta(days=day)
        made = play.publish(boss, starts_at=start, ends_at=start + 8 * play.HOURS)
        absent(boss, play.grab(who, made.order_id), start + 2 * play.HOURS)
    last = play.START + timedelta(days=1)
    soon = last + timedelta(days=3)
    made = play.publish(boss, now=soon, starts_at=soon + play.HOURS, ends_at=soon + 9 * play.HOURS)
    assert code(play.grab, who, made.order_id, now=soon) == "barred_by_no_show"


def test_after_the_barred_days_a_worker_may_take_work_again(county):
    boss, who = play.employer(), play.worker()
    for day in (0, 1):
        start = play.START + timedelta(days=day)
        made = play.publish(boss, starts_at=start, ends_at=start + 8 * play.HOURS)
        absent(boss, play.grab(who, made.order_id), start + 2 * play.HOURS)
    later = play.START + timedelta(days=8)
    made = play.publish(boss, now=later, starts_at=later + play.HOURS, ends_at=later + 9 * play.HOURS)
    assert play.grab(who, made.order_id, now=later).filled


def test_a_no_show_beside_others_reopens_while_there_is_time(county):
    boss, one, two = play.employer(), play.worker(), play.worker()
    made = play.publish(boss, headcount=2, expires_at=play.START + 6 * play.HOURS)
    wons = [play.grab(one, made.order_id), play.grab(two, made.order_id)]
    play.start(boss, one, wons[0])
    absent(boss, wons[1], play.START + 2 * play.HOURS)
    three = play.worker()
    again = play.grab(three, made.order_id, now=play.START + 3 * play.HOURS)
    assert again.place_no == 2
    play.start(boss, three, again, now=play.START + 3 * play.HOURS)
    for who, won in ((one, wons[0]), (three, again)):
        play.leave(who, won)
    done = play.confirm(boss, made.order_id)
    assert (done.state, len(done.paid)) == ("settled", 2)
    assert play.escrow(made.order_id) == (0, 0)
