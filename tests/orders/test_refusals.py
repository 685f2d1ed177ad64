"""What is refused, with which code, and that a refusal leaves nothing half done."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import transaction

from compliance.certificates.models import Certificate
from compliance.certificates.states import CertificateState
from compliance.people.models import Worker
from kernel.errors import DomainError
from kernel.ids import uuid7
from kernel.models import OutboxMessage
from ledger.contracts import AccountKind
from orders import selectors
from orders.contracts import (
    CheckIn,
    Datum,
    Pay,
    PayBasis,
    Point,
    QuoteOrder,
    ShowStartCode,
    UndoGrab,
)
from orders.models import Assignment, Order, Place
from orders.use_cases.check_in import check_in
from orders.use_cases.quote_order import quote_order
from orders.use_cases.show_start_code import show_start_code
from orders.use_cases.undo_grab import undo_grab
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


def counts():
    return Order.objects.count(), Assignment.objects.count(), Place.objects.filter(taken_by=None).count()


# -- publishing ------------------------------------------------------------------------------------


def test_publishing_without_funds_names_the_shortfall(counties):
    with run_in_county(counties["jiangle"]):
        boss = play.employer(fen=300_00)
    with pytest.raises(DomainError) as refused, run_in_county(counties["jiangle"]):
        play.publish(boss, insured=True)
    assert refused.value.code == "insufficient_funds"
    assert refused.value.params["shortfall_fen"] == 7_00
    with run_in_county(counties["jiangle"]):
        assert play.wallet(boss) == 300_00
        assert not Order.objects.filter(employer_id=boss.id).exists()


@pytest.mark.parametrize(
    ("pay", "floor"),
    [
        (Pay(PayBasis.HOUR, 19_99), "min_wage_hour_fen"),
        (Pay(PayBasis.LUMP, 159_99), "min_wage_hour_fen"),
        (Pay(PayBasis.DAY, 159_99), "min_wage_hour_fen"),
        (Pay(PayBasis.PIECE, 79, quantity_expected=200, quantity_max=900), "min_wage_hour_fen"),
    ],
)
def test_pay_below_the_countys_floor_is_refused_with_its_source(county, pay, floor):
    boss = play.employer()
    with pytest.raises(DomainError) as refused:
        quote_order(command=QuoteOrder(replace(play.TERMS, pay=pay)), actor=boss.actor, now=play.NOW)
    assert (refused.value.code, refused.value.field) == ("pay_below_floor", "pay.rate_fen")
    assert refused.value.params["floor"] == floor
    assert "闽人社文〔2025〕14号" in refused.value.text("zh")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"trade": "astronaut"}, "trade_unknown"),
        ({"title": "x\x00y"}, "order_text_invalid"),
        ({"title": " "}, "order_text_invalid"),
        ({"headcount": 0}, "headcount_invalid"),
        ({"headcount": 501}, "headcount_invalid"),
        ({"headcount": True}, "headcount_invalid"),
        ({"starts_at": play.NOW}, "order_times_invalid"),
        ({"ends_at": play.START}, "order_times_invalid"),
        ({"ends_at": play.START + timedelta(hours=16)}, "order_times_invalid"),  # past midnight
        ({"starts_at": play.NOW + timedelta(days=91)}, "order_times_invalid"),
        ({"break_minutes": 470}, "order_times_invalid"),
        ({"expires_at": play.NOW}, "order_times_invalid"),
        ({"pay": Pay(PayBasis.LUMP, 0)}, "pay_invalid"),
        ({"pay": Pay(PayBasis.LUMP, 10**12)}, "pay_invalid"),
        ({"pay": Pay(PayBasis.LUMP, 300_00, quantity_max=2)}, "pay_invalid"),
        ({"pay": Pay(PayBasis.PIECE, 100)}, "pay_invalid"),
        ({"pay": Pay(PayBasis.PIECE, 100, 500, 400)}, "pay_invalid"),
        ({"point": Point(117_470_000, 26_720_000)}, "point_invalid"),  # swapped
    ],
)
def test_terms_that_make_no_order(county, changes, expected):
    boss = play.employer()
    terms = replace(play.TERMS, **changes)
    assert code(quote_order, command=QuoteOrder(terms), actor=boss.actor, now=play.NOW) == expected


def test_a_quote_has_no_effect_and_equals_what_publishing_takes(county):
    boss = play.employer()
    before = counts()
    terms = replace(play.TERMS, insured=True, headcount=3, point=Point(26_728_000, 117_473_000, Datum.BD09))
    quote = quote_order(command=QuoteOrder(terms), actor=boss.actor, now=play.NOW)
    assert counts() == before
    assert play.wallet(boss) == 100_000_00
    made = play.publish(boss, insured=True, headcount=3)
    assert made.escrow_fen == quote.total_fen == 3 * (300_00 + 400 + 300)


# -- grabbing --------------------------------------------------------------------------------------


def test_a_full_order_says_so_and_a_second_place_is_refused(county):
    boss, one, two = play.employer(), play.worker(), play.worker()
    made = play.publish(boss, headcount=2)
    play.grab(one, made.order_id)
    assert code(play.grab, one, made.order_id) == "already_in_order"
    play.grab(two, made.order_id)
    assert code(play.grab, play.worker(), made.order_id) == "order_full"
    assert code(play.grab, one, uuid7()) == "not_found"


def test_a_worker_is_not_in_two_places_at_once(county):
    boss, who = play.employer(), play.worker()
    play.grab(who, play.publish(boss).order_id)
    clash = play.publish(boss, starts_at=play.START + 7 * play.HOURS, ends_at=play.START + 10 * play.HOURS)
    assert code(play.grab, who, clash.order_id) == "worker_busy_then"
    after = play.publish(boss, starts_at=play.START + 8 * play.HOURS, ends_at=play.START + 10 * play.HOURS)
    assert play.grab(who, after.order_id).place_no == 1


def test_who_may_not_have_the_place_gives_it_back(counties):
    ref = counties["jiangle"]
    with run_in_county(ref):
        boss = play.employer()
        made = play.publish(boss)
        stranger = play.worker(trades=["moving"])
    with pytest.raises(DomainError) as refused, run_in_county(ref):
        play.grab(stranger, made.order_id)
    assert refused.value.code == "trade_not_yours"
    with run_in_county(ref):
        assert selectors.order_detail(order_id=made.order_id, actor=boss.actor).order.free_places == 1
        assert play.escrow(made.order_id) == (made.escrow_fen, 0)
        assert not Assignment.objects.filter(order_id=made.order_id).exists()


def test_sixteen_counts_on_the_day_of_the_work(county):
    """Whoever was of age when registering is so on every later day; the gate holds by itself all the same."""
    boss = play.employer()
    young = play.worker(birth="20110304", at=play.NOW + timedelta(days=10))  # the work is on 3 March 2027
    assert code(play.grab, young, play.publish(boss).order_id) == "worker_too_young"
    day_after = {"starts_at": play.START + timedelta(days=1), "ends_at": play.START + timedelta(hours=32)}
    assert play.grab(young, play.publish(boss, **day_after).order_id).filled


def test_a_restricted_trade_needs_a_certificate_on_the_day(county):
    boss = play.employer()
    welder = play.worker(trades=["welding"])
    made = play.publish(boss, trade="welding")
    assert code(play.grab, welder, made.order_id) == "certificate_needed"


def test_nobody_takes_his_own_order(county):
    boss = play.employer()
    made = play.publish(boss)
    own = play.Person(play.worker().id, boss.actor)
    Worker.objects.filter(id=own.id).update(identity_id=boss.actor.user_id)
    both = replace(boss.actor, scopes=boss.actor.scopes | play.WORKER)
    assert code(play.grab, play.Person(own.id, both), made.order_id) == "own_order"


def test_free_places_close_at_the_appointed_time(county):
    boss, who = play.employer(), play.worker()
    made = play.publish(boss)
    late = play.START + 1 * play.HOURS  # the county's expire_hours
    assert code(play.grab, who, made.order_id, now=late) == "order_closed"


# -- undo ------------------------------------------------------------------------------------------


def undo(who, won, now=play.NOW):
    return undo_grab(command=UndoGrab(won.assignment_id), actor=who.actor, now=now)


def test_undo_frees_the_place_the_hold_and_the_premium(county):
    boss, one, two = play.employer(), play.worker(), play.worker()
    made = play.publish(boss, insured=True)
    won = play.grab(one, made.order_id)
    play.bind(won)
    payable = play.fen(AccountKind.PREMIUM_PAYABLE)
    view = undo(one, won, play.NOW + timedelta(minutes=9))
    assert (view.state, view.end_reason, view.cover) == ("withdrawn", "undone", "cancelled")
    assert play.fen(AccountKind.PREMIUM_PAYABLE) == payable - 400
    assert play.escrow(made.order_id) == (made.escrow_fen, 0)
    assert OutboxMessage.objects.filter(subject=made.order_id, type="cn.linggong.order.reopened.v1").exists()
    assert code(undo, one, won) == "stale_state"
    play.bind(play.grab(two, made.order_id))
    assert play.escrow(made.order_id) == (made.escrow_fen - 400, 300_00)
    again = play.publish(boss)
    assert play.grab(one, again.order_id).filled


def test_undo_late_or_of_another_or_after_check_in(county):
    boss, who, other = play.employer(), play.worker(), play.worker()
    made = play.publish(boss)
    won = play.grab(who, made.order_id)
    assert code(undo, who, won, play.NOW + timedelta(minutes=10)) == "undo_too_late"
    assert code(undo, other, won) == "worker_not_found"
    play.start(boss, who, won)
    assert code(undo, who, won) == "stale_state"


# -- cover -----------------------------------------------------------------------------------------


def test_no_start_code_and_no_check_in_before_cover_is_bound(county):
    boss, who = play.employer(), play.worker()
    made = play.publish(boss, insured=True)
    won = play.grab(who, made.order_id)
    shows = ShowStartCode(won.assignment_id)
    assert code(show_start_code, command=shows, actor=boss.actor, now=play.NOW) == "cover_pending"
    tries = CheckIn(won.assignment_id, "000000")
    assert code(check_in, command=tries, actor=who.actor, now=play.START) == "cover_pending"
    play.bind(won)
    play.bind(won)  # news comes twice, the premium is paid once
    assert play.escrow(made.order_id)[0] == made.escrow_fen - 400
    play.start(boss, who, won)


def test_refused_cover_releases_the_worker_and_reopens_the_place(county):
    boss, one = play.employer(), play.worker()
    made = play.publish(boss, insured=True)
    won = play.grab(one, made.order_id)
    play.bind(won, bound=False)
    row = Assignment.objects.get(id=won.assignment_id)
    assert (row.state, row.end_reason) == ("withdrawn", "cover_refused")
    assert play.escrow(made.order_id) == (made.escrow_fen, 0)
    assert code(play.grab, one, made.order_id) == "cover_refused_before"


def test_refused_cover_lets_another_worker_in(county):
    boss, one, two = play.employer(), play.worker(), play.worker()
    made = play.publish(boss, insured=True)
    play.bind(play.grab(one, made.order_id), bound=False)
    assert play.grab(two, made.order_id).filled


def test_a_certificate_valid_on_the_day_opens_the_gate(county):
    boss, welder = play.employer(), play.worker(trades=["welding"])
    made = play.publish(boss, trade="welding")
    known = {field.name for field in Certificate._meta.get_fields()}
    values = {
        "id": uuid7(),
        "worker_id": welder.id,
        "kind": "special_operation:welding",
        "issued_on": date(2025, 1, 1),
        "expires_on": date(2027, 3, 2),
        "state": CertificateState.APPROVED,
        "submitted_at": play.NOW,
        "decided_at": play.NOW,
    }
    row = Certificate.objects.create(**{name: value for name, value in values.items() if name in known})
    assert code(play.grab, welder, made.order_id) == "certificate_needed"  # expires the day before
    Certificate.objects.filter(id=row.id).update(expires_on=date(2027, 3, 3))
    assert play.grab(welder, made.order_id).filled
