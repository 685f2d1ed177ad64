"""The race: exactly one winner a place, however many run."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import psycopg
from django.db import connection, connections

from kernel.errors import DomainError
from kernel.ids import uuid7
from ledger.verify import verify_county
from orders.contracts import CancelOrder
from orders.models import Assignment, Order, Place
from orders.selectors import settled_order_ids
from orders.use_cases.cancel_order import cancel_order
from tenants.contracts import CountyRef
from tenants.county import run_in_county
from tests.orders import play

ORDERS, RACERS = 1_000, 32


def _copies(template: Order, count: int) -> list[Order]:
    """Copies of a published order, each at an hour of its own so that one worker may win many; one in
    five has three heads."""
    made = []
    for number in range(count):
        heads = 3 if number % 5 == 0 else 1
        start = template.starts_at + number * timedelta(hours=2)
        row = Order(
            **{
                field.attname: getattr(template, field.attname)
                for field in Order._meta.concrete_fields
                if field.attname not in {"id", "number", "headcount", "starts_at", "ends_at", "total_fen"}
            },
            id=uuid7(),
            number=f"race-{number}",
            headcount=heads,
            starts_at=start,
            ends_at=start + timedelta(hours=1),
            total_fen=heads * (template.wage_max_fen + template.premium_fen + template.fee_max_fen),
        )
        made.append(row)
    return made


def _county_session(county: CountyRef) -> psycopg.Connection[tuple[str]]:
    """A plain session of the county's role: one round trip a try, so that 32 threads press hard."""
    with run_in_county(county):
        given = connection.get_connection_params()
    wanted = {name: given[name] for name in ("host", "port", "dbname", "user", "password") if given.get(name)}
    session = psycopg.connect(**wanted, autocommit=True)
    session.execute(f'SET ROLE "{county.role_name}"')
    session.execute(f'SET search_path = "{county.schema_name}"')
    return session


def _take(
    session: psycopg.Connection[tuple[str]], order_id: UUID, worker_id: UUID, *, hesitates: bool
) -> str:
    """Tries until told. Who hesitates wins, rolls back, and tries again: others must not be told that
    the order is full meanwhile."""
    answer = "busy"
    while answer == "busy":
        with session.transaction(force_rollback=True) if hesitates else nullcontext():
            tried = session.execute(
                "SELECT orders_grab(%s, %s, %s, %s, 'app')", [order_id, worker_id, uuid7(), play.NOW]
            ).fetchone()
        assert tried is not None
        answer = tried[0]
        if hesitates and answer == "won":
            hesitates, answer = False, "busy"
    return answer


def test_a_thousand_orders_of_32_racers_have_one_winner_a_place(counties):
    county = counties["taining"]
    with run_in_county(county):
        boss = play.employer()
        template = Order.objects.get(id=play.publish(boss).order_id)
        orders = _copies(template, ORDERS)
        Order.objects.bulk_create(orders)
        Place.objects.bulk_create(
            Place(order=one, no=no) for one in orders for no in range(1, one.headcount + 1)
        )
        heads = {one.id: one.headcount for one in orders}
    gate = threading.Barrier(RACERS)
    heard: list[Counter[str]] = []

    def race() -> None:
        me, answers = uuid7(), Counter[str]()
        with _county_session(county) as session:
            for number, order_id in enumerate(heads):
                if number % 25 == 0:
                    gate.wait(60)  # side by side again
                answers[_take(session, order_id, me, hesitates=number % 10 == 0)] += 1
        heard.append(answers)

    with ThreadPoolExecutor(RACERS) as pool:
        for future in [pool.submit(race) for _ in range(RACERS)]:
            future.result()
    total = sum(heard, Counter())
    assert total == {"won": sum(heads.values()), "full": ORDERS * RACERS - sum(heads.values())}
    with run_in_county(county):
        winners = list(
            Assignment.objects.filter(order_id__in=heads).values_list("order_id", "worker_id", "place_id")
        )
        assert Counter(order_id for order_id, _, _ in winners) == heads
        assert len({(order_id, worker_id) for order_id, worker_id, _ in winners}) == len(winners)
        assert len({place_id for _, _, place_id in winners}) == len(winners)
        taken = Place.objects.filter(order_id__in=heads, taken_by__isnull=False).count()
        assert taken == len(winners)
        assert Order.objects.filter(id__in=heads, filled_at=None).count() == 0


def test_whole_grabs_race_with_refusals_and_a_cancellation(counties):
    """Through the use case, with money: losers hear full or busy, those refused free the place, and a
    cancellation in the middle leaves no hold behind."""
    county = counties["taining"]
    with run_in_county(county):
        boss = play.employer(fen=10_000_000_00)
        fit = [play.worker() for _ in range(6)]
        unfit = [play.worker(trades=["moving"]) for _ in range(2)]
        open_orders = [play.publish(boss, insured=True).order_id for _ in range(8)]
        doomed = play.publish(boss, headcount=8).order_id
    gate = threading.Barrier(len(fit) + len(unfit) + 1)

    def race(who: play.Person) -> list[str]:
        heard = []
        gate.wait(60)
        for order_id in [*open_orders, doomed]:
            answer = "place_busy"
            while answer == "place_busy":
                try:
                    with run_in_county(county):
                        play.grab(who, order_id)
                    answer = "won"
                except DomainError as refused:
                    answer = refused.code
            heard.append(answer)
        connections.close_all()
        return heard

    def cancel() -> list[str]:
        gate.wait(60)
        with run_in_county(county):
            cancel_order(command=CancelOrder(doomed), actor=boss.actor, now=play.NOW)
        connections.close_all()
        return []

    with ThreadPoolExecutor(len(fit) + len(unfit) + 1) as pool:
        futures = [pool.submit(race, who) for who in (*fit, *unfit)] + [pool.submit(cancel)]
        heard = Counter(answer for future in futures for answer in future.result())
    assert heard["won"] <= len(fit)  # all orders are at the same time: one a worker
    assert set(heard) <= {
        "won",
        "order_full",
        "worker_busy_then",
        "trade_not_yours",
        "order_closed",
        "already_in_order",
    }
    with run_in_county(county):
        held = Assignment.objects.filter(order_id__in=open_orders, state="won").count()
        assert held == len(fit)
        assert play.escrow(doomed) == (0, 0)
        assert play.state(doomed) == "cancelled"
        assert verify_county(settled_order_ids()).problems == []


def test_one_worker_wins_one_of_two_orders_of_the_same_time(counties):
    county = counties["taining"]
    with run_in_county(county):
        boss, who = play.employer(fen=10_000_000_00), play.worker()
        pairs = [
            [
                play.publish(
                    boss, starts_at=at, ends_at=at + play.HOURS, pay=replace(play.LUMP, rate_fen=50_00)
                ).order_id
                for _ in range(2)
            ]
            for at in (play.START + n * 2 * play.HOURS for n in range(7))
        ]
    gate = threading.Barrier(2)

    def race(side: int) -> list[str]:
        heard = []
        for pair in pairs:
            gate.wait(60)
            try:
                with run_in_county(county):
                    play.grab(who, pair[side])
                heard.append("won")
            except DomainError as refused:
                heard.append(refused.code)
        connections.close_all()
        return heard

    with ThreadPoolExecutor(2) as pool:
        left, right = [future.result() for future in [pool.submit(race, 0), pool.submit(race, 1)]]
    assert [sorted(both) for both in zip(left, right, strict=True)] == [["won", "worker_busy_then"]] * len(
        pairs
    )
