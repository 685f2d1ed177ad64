"""Whatever becomes of a place, its insurers' months agree three ways: policies, ledger, and the fund."""

from __future__ import annotations

from datetime import timedelta

import pytest

from compliance.bordereau import rules, selectors
from compliance.fund import selectors as fund_selectors
from compliance.fund import use_cases as fund
from compliance.fund.contracts import Target
from compliance.fund.verify import verify_fund
from compliance.insurance.selectors_lists import lines_between
from compliance.rates.contracts import Layer
from kernel.actor import Actor, Channel
from kernel.clock import business_day
from kernel.ids import uuid7
from ledger.verify import verify_county
from linggong.wiring import relay_news
from orders.contracts import CancelOrder, MarkNoShow, UndoGrab
from orders.use_cases.cancel_order import cancel_order
from orders.use_cases.mark_no_show import mark_no_show
from orders.use_cases.undo_grab import undo_grab
from tenants.clock import market_now
from tenants.county import run_in_county
from tests.compliance.insurance.world import World
from tests.orders import play

TREASURER = Actor(uuid7(), frozenset({"fund:write"}), frozenset({"treasurer"}), Channel.API)
HOUR = timedelta(hours=1)


@pytest.fixture
def county(counties):
    return counties["taining"]


@pytest.fixture
def insurers(county):
    """A top-up and a basic product of two insurers that answer at once, and a program that pays basic."""
    world = World(county, {})
    top_up = world.join("sandbox", premium_fen=400)
    basic = world.join("sandbox", premium_fen=300, layer=Layer.BASIC)
    world.rank(top_up)
    world.rank(basic, layer=Layer.BASIC)
    with run_in_county(county) as work:
        today = business_day(work.now)
        program = fund.start_program(
            name="零工基本保障",
            from_day=today,
            to_day=today + timedelta(days=30),
            budget_fen=300 * 5,
            slice_fen=400,
            actor=TREASURER,
            now=work.now,
        )
        money = {"target": Target.FUND, "amount_fen": 300 * 5, "reference": str(uuid7())}
        fund.deposit(actor=TREASURER, now=work.now, **money)
    yield top_up.code, basic.code, program.id
    with run_in_county(county) as work:
        fund.close_program(program_id=program.id, reason="test over", actor=TREASURER, now=work.now)


def test_every_ending_of_a_place_leaves_books_that_agree(county, insurers):
    top_up, basic, program_id = insurers
    starts = market_now() + 26 * HOUR
    hours = {"starts_at": starts, "ends_at": starts + 8 * HOUR}
    with run_in_county(county) as work:
        now = work.now
        boss = play.employer()
        made = play.publish(boss, now=now, insured=True, headcount=4, **hours)
        later = play.publish(boss, now=now, insured=True, headcount=2, **hours)
        crew = [play.worker(at=now) for _ in range(7)]
        places = [play.grab(who, made.order_id, now=now) for who in crew[:4]]
        undone_before_issue = undo_grab(
            command=UndoGrab(places[3].assignment_id), actor=crew[3].actor, now=now
        )
        assert undone_before_issue.state == "withdrawn"
    relay_news(county)
    with run_in_county(county):
        states = {line.state for line in lines_between(top_up, business_day(starts), business_day(starts))}
        assert states == {"issued", "cancelled"}
        undo_grab(command=UndoGrab(places[2].assignment_id), actor=crew[2].actor, now=now)
        for who in crew[4:6]:
            play.grab(who, later.order_id, now=now)
    relay_news(county)
    with run_in_county(county):
        again = play.grab(crew[6], made.order_id, now=now)  # a place that was given back
        assert again.basic_cover_id is not None
    relay_news(county)
    with run_in_county(county):
        cancel_order(command=CancelOrder(later.order_id, "weather"), actor=boss.actor, now=now)
    relay_news(county)
    with run_in_county(county):
        play.start(boss, crew[0], places[0], now=starts)
        missing = MarkNoShow(places[1].assignment_id)
        mark_no_show(command=missing, actor=boss.actor, now=starts + 3 * HOUR)
        play.leave(crew[0], places[0], now=starts + 8 * HOUR)
    relay_news(county)

    month = rules.month_of(business_day(starts))
    with run_in_county(county):
        for insurer in (top_up, basic):
            found = selectors.reconcile(insurer, month)
            assert found.differences == (), insurer
            assert found.ours_fen == found.ledger_fen == selectors.due_fen(insurer, month)
        worked = {line.state for line in lines_between(basic, month, rules.last_of(month))}
        assert "ended" in worked
        assert fund_selectors.program_view(program_id).spent_fen == selectors.due_fen(basic, month) > 0
        assert verify_fund() == []
        assert verify_county().problems == []
