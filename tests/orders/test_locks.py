"""Orders that share their workers are paid, cancelled, closed and undone at the same time. A cycle of
locks would be a deadlock, which PostgreSQL answers with an error, which would be a 5xx."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from uuid import UUID

from django.db import connections

from kernel.errors import DomainError
from ledger.verify import verify_county
from orders.contracts import CancelOrder, UndoGrab, Won
from orders.selectors import settled_order_ids
from orders.use_cases.cancel_order import cancel_order
from orders.use_cases.close_day import close_day
from orders.use_cases.undo_grab import undo_grab
from tenants.contracts import CountyRef
from tenants.county import run_in_county
from tests.orders import play

ROUNDS = 4
Act = Callable[[], object]


def at_once(county: CountyRef, acts: Sequence[Act]) -> list[str]:
    """Each in a thread and a transaction of its own; what each was refused with, or done."""
    gate = threading.Barrier(len(acts))

    def run(act: Act) -> str:
        gate.wait(60)
        try:
            with run_in_county(county):
                act()
            return "done"
        except DomainError as refused:
            return refused.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result() for future in [pool.submit(run, act) for act in acts]]


def book(boss: play.Person, crew: Sequence[play.Person], day: int, *, late: bool = False) -> list[Won]:
    """An insured order on the day with a place to spare, taken and bound by the crew."""
    start = play.START + timedelta(days=day)
    made = play.publish(
        boss,
        headcount=len(crew) + 1,
        insured=True,
        starts_at=start,
        ends_at=start + 8 * play.HOURS,
        expires_at=start + 7 * play.HOURS if late else None,
    )
    wons = [play.grab(who, made.order_id) for who in crew]
    for won in wons:
        play.bind(won)
    return wons


def work(boss: play.Person, crew: Sequence[play.Person], wons: Sequence[Won], day: int) -> None:
    start = play.START + timedelta(days=day)
    for who, won in zip(crew, wons, strict=True):
        play.start(boss, who, won, now=start)
        play.leave(who, won, now=start + 8 * play.HOURS)


def cancel(boss: play.Person, order_id: UUID) -> object:
    return cancel_order(command=CancelOrder(order_id), actor=boss.actor, now=play.NOW)


def undo(who: play.Person, won: Won) -> object:
    return undo_grab(command=UndoGrab(won.assignment_id), actor=who.actor, now=play.NOW)


def test_orders_with_the_same_workers_never_wait_in_a_circle(counties):
    county = counties["mingxi"]
    for _ in range(ROUNDS):
        with run_in_county(county):
            boss = play.employer(fen=10_000_000_00)
            crew = [play.worker() for _ in range(5)]
            back = crew[::-1]
            first, second = book(boss, crew, 1), book(boss, back, 2)
            work(boss, crew, first, 1)
            work(boss, back, second, 2)
            called, absent, given = book(boss, back, 3), book(boss, crew, 4, late=True), book(boss, back, 5)
        later = play.START + timedelta(days=4, hours=3)
        acts = [
            partial(play.confirm, boss, first[0].order_id),
            partial(play.confirm, boss, second[0].order_id),
            partial(cancel, boss, called[0].order_id),
            partial(close_day, order_id=absent[0].order_id, now=later),
            *(partial(undo, who, won) for who, won in zip(back, given, strict=True)),
            partial(play.publish, boss),
        ]
        assert set(at_once(county, acts)) == {"done"}
        with run_in_county(county):
            assert [play.wallet(who) for who in crew] == [2 * 300_00] * 5
            assert play.escrow(called[0].order_id) == (0, 0)
    with run_in_county(county):
        assert verify_county(settled_order_ids()).problems == []


def test_a_grab_beside_a_cancellation_hears_a_refusal_and_leaves_nothing(counties):
    county = counties["mingxi"]
    for _ in range(ROUNDS):
        with run_in_county(county):
            boss, crew = play.employer(), [play.worker() for _ in range(4)]
            made = play.publish(boss, headcount=4)
        grabs = [partial(play.grab, who, made.order_id) for who in crew]
        *heard, cancelled = at_once(county, [*grabs, partial(cancel, boss, made.order_id)])
        assert cancelled == "done"
        assert set(heard) <= {"done", "order_closed", "place_busy"}
        with run_in_county(county):
            assert play.state(made.order_id) == "cancelled"
            assert play.escrow(made.order_id) == (0, 0)
            assert play.wallet(boss) == 100_000_00
