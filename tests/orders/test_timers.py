"""Timers: one effect, whether run once, twice, or by two at the same time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections

from kernel.clock import real_now
from kernel.models import Fact
from ledger.verify import verify_county
from orders import tasks
from orders.models import Assignment, Attendance, Order
from orders.selectors import assignment_detail, settled_order_ids
from orders.use_cases.expire_order import expire_order
from orders.views import AssignmentView
from tenants.clock import set_market_clock
from tenants.county import run_in_county
from tests.orders import play


@pytest.fixture
def county(counties):
    """A county that no other test uses, with the market's clock given back at the end."""
    yield counties["jianning"]
    set_market_clock(moment=real_now())


def both(timer, county):
    """The timer by two threads at once, then once more: what they did together, and what was left."""
    gate = threading.Barrier(2)

    def run() -> int:
        gate.wait()
        try:
            return timer(county)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        together = sum(future.result() for future in [pool.submit(run), pool.submit(run)])
    return together, timer(county)


def seen(county, kind, order_ids):
    with run_in_county(county):
        return Fact.objects.filter(kind=kind, subject__in=order_ids).count()


def test_orders_that_nobody_took_expire_once_and_give_everything_back(county):
    with run_in_county(county):
        boss = play.employer()
        made = [play.publish(boss, insured=True) for _ in range(6)]
    ids = [one.order_id for one in made]
    set_market_clock(moment=play.START + 1 * play.HOURS - timedelta(minutes=5), speed_permille=1)
    assert tasks.expire_orders(county) == 0
    set_market_clock(moment=play.START + 1 * play.HOURS)
    assert both(tasks.expire_orders, county) == (6, 0)
    assert seen(county, "order.expired", ids) == 6
    with run_in_county(county):
        assert {play.state(order_id) for order_id in ids} == {"expired"}
        assert {play.escrow(order_id) for order_id in ids} == {(0, 0)}
        assert play.wallet(boss) == 100_000_00
        assert verify_county(settled_order_ids()).problems == []


def test_silence_pays_once_however_many_timers_run(county):
    with run_in_county(county):
        boss, crew = play.employer(), [play.worker() for _ in range(4)]
        ids = []
        for number in range(4):
            start = play.START + timedelta(days=number)
            made = play.publish(boss, headcount=4, starts_at=start, ends_at=start + 8 * play.HOURS)
            ids.append(made.order_id)
            wons = [play.grab(who, made.order_id) for who in crew]
            for who, won in zip(crew, wons, strict=True):
                play.start(boss, who, won, now=start)
                play.leave(who, won, now=start + 8 * play.HOURS)
    set_market_clock(moment=play.START + timedelta(days=7))
    assert both(tasks.auto_confirm, county) == (16, 0)
    with run_in_county(county):
        assert {play.state(order_id) for order_id in ids} == {"settled"}
        assert [play.wallet(who) for who in crew] == [4 * 300_00] * 4
        assert {play.escrow(order_id) for order_id in ids} == {(0, 0)}
        assert verify_county(settled_order_ids()).problems == []
    assert seen(county, "order.settled", ids) == 4


def test_the_day_is_closed_for_who_never_came_and_who_never_left(county):
    with run_in_county(county):
        boss, came, absent, unbound = (play.employer(), *(play.worker() for _ in range(3)))
        made = play.publish(boss, headcount=3, insured=True)
        wons = [play.grab(who, made.order_id) for who in (came, absent, unbound)]
        play.bind(wons[0])
        play.bind(wons[1])
        play.start(boss, came, wons[0])
    set_market_clock(moment=play.START + 2 * play.HOURS)
    assert both(tasks.mark_no_shows, county) == (2, 0)
    with run_in_county(county):
        rows = dict(Assignment.objects.filter(order_id=made.order_id).values_list("worker_id", "state"))
        assert rows == {came.id: "checked_in", absent.id: "no_show", unbound.id: "withdrawn"}
    set_market_clock(moment=play.START + 12 * play.HOURS)
    assert both(tasks.mark_no_shows, county) == (1, 0)
    with run_in_county(county):
        left = Attendance.objects.get(assignment_id=wons[0].assignment_id)
        assert (left.assumed, left.checked_out_at) == (True, play.START + 8 * play.HOURS)
        assert play.state(made.order_id) == "completed"
        done = play.confirm(boss, made.order_id, now=play.START + 13 * play.HOURS)
        assert done.state == "settled"
        assert play.wallet(boss) == 100_000_00 - 300_00 - 300 - 400
        assert play.escrow(made.order_id) == (0, 0)
        assert verify_county(settled_order_ids()).problems == []


def test_an_order_of_one_who_never_came_ends_as_no_show(county):
    with run_in_county(county):
        boss, who = play.employer(), play.worker()
        made = play.publish(boss)
        play.grab(who, made.order_id)
    set_market_clock(moment=play.START + 3 * play.HOURS)
    tasks.expire_orders(county)
    tasks.mark_no_shows(county)
    tasks.expire_orders(county)
    with run_in_county(county):
        row = Order.objects.get(id=made.order_id)
        assert (row.state, row.end_reason) == ("cancelled", "no_show")
        assert play.wallet(boss) == 100_000_00
    assert seen(county, "order.no_show", [made.order_id]) == 1
    assert seen(county, "order.settled", [made.order_id]) == 0


def test_a_timer_that_fails_at_one_order_goes_on_with_the_others(county, monkeypatch):
    with run_in_county(county):
        boss = play.employer()
        ids = [play.publish(boss).order_id for _ in range(3)]
    real = expire_order

    def sometimes(*, order_id, now):
        if order_id == ids[0]:
            raise RuntimeError("killed half-way")
        return real(order_id=order_id, now=now)

    set_market_clock(moment=play.START + 3 * play.HOURS)
    monkeypatch.setattr(tasks, "expire_order", sometimes)
    assert tasks.expire_orders(county) == 2
    monkeypatch.undo()
    assert tasks.expire_orders(county) == 1


def test_views_hold_no_rows(county):
    """What leaves the block is evaluated: reading it later touches no database."""
    with run_in_county(county):
        boss, who = play.employer(), play.worker()
        won = play.grab(who, play.publish(boss).order_id)
        view = assignment_detail(assignment_id=won.assignment_id, actor=who.actor).assignment
    assert isinstance(view, AssignmentView)
    assert view.state == "won"
