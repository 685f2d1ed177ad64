"""Folding on a real database: nothing lost, nothing doubled, whoever writes, folds or dies beside it."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import OperationalError, ProgrammingError, connection, connections

from kernel import facts
from kernel.clock import business_day
from kernel.ids import uuid7
from kernel.models import Fact
from reporting import store
from reporting.city_recount import check_city, repair_city
from reporting.folder import fold_all, fold_county
from reporting.recount import check_county, rebuild_county
from reporting.selectors import city_report
from tenants.county import CountyRef, run_in_county

DAY = date(2026, 3, 10)


@pytest.fixture
def county(counties) -> CountyRef:
    return counties["qingliu"]


@pytest.fixture
def trade() -> str:
    """A trade of the test's own, so that it sees its own figures only."""
    return f"t-{uuid7().hex}"


def settle(trade: str, *, day: date = DAY, person: str = "", wage_fen: int = 10_000) -> None:
    """Records one settled order of one place, in the open county."""
    at, order_id = datetime.now(UTC), uuid7()
    facts.record(
        "order.settled",
        now=at,
        day=day,
        subject=order_id,
        trade=trade,
        values={"orders": 1, "places": 1, "wage_fen": wage_fen, "insured_orders": 1, "insured_places": 1},
    )
    facts.record(
        "place.paid",
        now=at,
        day=day,
        subject=order_id,
        trade=trade,
        person_key=person or uuid7().hex,
        role="worker",
        values={"wage_fen": wage_fen, "insured": 1},
    )


def figures(trade: str):
    return city_report(DAY, DAY + timedelta(days=30), trades=[trade]).total


def side_by_side(*jobs: Callable[[], object]) -> list[object]:
    """Runs each in a thread with connections of its own."""

    def run(job: Callable[[], object]) -> object:
        try:
            return job()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def test_facts_become_figures_once(county, trade):
    with run_in_county(county):
        settle(trade, wage_fen=30_000)
    assert figures(trade).orders_settled == 0
    fold_all(county)
    assert fold_county(county) == 0
    total = figures(trade)
    assert (total.orders_settled, total.wages_fen, total.workers, total.places_paid) == (1, 30_000, 1, 1)
    with run_in_county(county):
        settle(trade, wage_fen=1)
    fold_all(county)
    assert figures(trade).wages_fen == 30_001
    assert check_county(county).ok


def test_a_transaction_that_rolls_back_leaves_no_fact(county, trade):
    with suppress(ZeroDivisionError), run_in_county(county):
        settle(trade)
        raise ZeroDivisionError
    fold_all(county)
    assert figures(trade).orders_settled == 0


def test_four_writers_and_three_folders(county, trade):
    """Writers roll a fifth of their transactions back and leave others open for long; the folders race."""
    writing = threading.Event()
    writing.set()
    people = [uuid7().hex for _ in range(20)]

    def write(seed: int) -> Counter[str]:
        dice, kept = random.Random(seed), Counter[str]()
        for _ in range(60):
            fen, person, count = dice.randint(1, 50_000), dice.choice(people), dice.randint(1, 4)
            day = DAY + timedelta(days=dice.randint(0, 3))
            try:
                with run_in_county(county):
                    for _ in range(count):
                        settle(trade, day=day, person=person, wage_fen=fen)
                    if dice.random() < 0.2:
                        raise ZeroDivisionError
            except ZeroDivisionError:
                continue
            kept["orders"] += count
            kept["wages"] += count * fen
            kept[person] = 1
        return kept

    def fold(limit: int) -> int:
        folded = 0
        while writing.is_set():
            folded += fold_county(county, limit)
        return folded

    def all_writers() -> Counter[str]:
        try:
            with ThreadPoolExecutor(4) as pool:
                return sum(pool.map(_closing(write), range(4)), Counter[str]())
        finally:
            writing.clear()

    kept, *_folded = side_by_side(all_writers, lambda: fold(7), lambda: fold(50), lambda: fold(500))
    assert isinstance(kept, Counter)
    fold_all(county)
    total = figures(trade)
    assert (total.orders_settled, total.wages_fen) == (kept["orders"], kept["wages"])
    assert total.places_paid == kept["orders"]
    assert total.workers == sum(1 for person in people if kept[person])
    check = check_county(county)
    assert (check.problems, check.waiting) == ((), 0)


def _closing(write: Callable[[int], Counter[str]]) -> Callable[[int], Counter[str]]:
    def run(seed: int) -> Counter[str]:
        try:
            return write(seed)
        finally:
            connections.close_all()

    return run


def test_a_fact_with_an_older_id_that_commits_later_is_counted(county, trade):
    """The mistake of watermarks: ids are given in another order than transactions commit."""
    recorded, folded = threading.Event(), threading.Event()

    def slow() -> None:
        with run_in_county(county):
            settle(trade, wage_fen=1)
            recorded.set()
            assert folded.wait(30)

    def quick() -> None:
        assert recorded.wait(30)
        try:
            with run_in_county(county):
                settle(trade, wage_fen=10)
            fold_all(county)
            assert figures(trade).wages_fen == 10
        finally:
            folded.set()

    side_by_side(slow, quick)
    fold_all(county)
    assert figures(trade).wages_fen == 11


@pytest.mark.parametrize("death", ["error", "killed"])
def test_a_folder_that_dies_midway_has_done_nothing(county, trade, monkeypatch, death):
    with run_in_county(county):
        settle(trade)

    def die(*_args, **_kwargs) -> None:
        if death == "error":
            raise OperationalError("the folder dies")
        with connections["folder"].cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with monkeypatch.context() as patch:
        patch.setattr(store, "note_freshness", die)
        with pytest.raises(OperationalError):
            fold_county(county)
    assert figures(trade).orders_settled == 0
    fold_all(county)
    assert figures(trade).orders_settled == 1
    assert check_county(county).ok


def test_recounting_waits_for_folders_and_folders_for_it(county, trade):
    with run_in_county(county, login="folder"):
        store.own_county()
        with run_in_county(county):
            settle(trade)
        assert side_by_side(lambda: fold_county(county)) == [0]
    fold_all(county)
    assert figures(trade).orders_settled == 1


def test_a_wrong_figure_shows_and_a_rebuild_mends_it(county, trade):
    with run_in_county(county):
        settle(trade, person="a" * 32)
        settle(trade, person="b" * 32)
    fold_all(county)
    with run_in_county(county):
        settle(trade)  # waits; neither the check nor the rebuild may count it
    with run_in_county(county, login="folder"), connections["folder"].cursor() as cursor:
        cursor.execute(
            "UPDATE public.reporting_rollup SET value = value + 1 WHERE trade = %s AND metric = 'wages_fen'",
            [trade],
        )
        cursor.execute(
            "DELETE FROM public.reporting_personday WHERE trade = %s AND person_key = %s", [trade, "a" * 32]
        )
        cursor.execute(
            "INSERT INTO public.reporting_rollup (county_id, day, trade, town, station, metric, value) "
            "VALUES (%s, %s, %s, '', '', 'no_shows', 5)",
            [county.id, DAY, trade],
        )
    check = check_county(county)
    assert (check.ok, check.differing, check.waiting) == (False, 4, 2), "the person counts in two roles"
    assert f"{DAY}/{trade}///wages_fen: stored 20001, counted 20000" in check.problems
    before = check.facts
    assert rebuild_county(county) == before
    assert check_county(county).ok
    total = figures(trade)
    assert (total.wages_fen, total.no_shows, total.workers) == (20_000, 0, 2)
    fold_all(county)
    assert figures(trade).orders_settled == 3
    assert check_county(county).ok
    assert repair_city() > 0, "the city has followed by the difference to what was wrong"
    assert check_city().ok


def test_a_recount_of_insurance_holds(county, trade):
    """Facts of policies and claims with and without each value: folded, recounted and rebuilt alike."""
    for kind, values in (
        ("policy.issued", {"premium_fen": 400, "basic": 0}),
        ("policy.issued", {"premium_fen": 300, "basic": 1}),
        ("policy.refused", {}),
        ("policy.timed_out", {}),
        ("policy.cancelled", {"refund_fen": 400}),
        ("claim.reported", {}),
        ("claim.decided", {"accepted": 1, "amount_fen": 9_000}),
        ("claim.decided", {"accepted": 0, "amount_fen": 0}),
        ("claim.paid", {"amount_fen": 9_000}),
    ):
        with run_in_county(county):
            facts.record(kind, now=datetime.now(UTC), day=DAY, subject=uuid7(), trade=trade, values=values)
        fold_all(county)
    assert check_county(county).ok
    folded = figures(trade)
    assert (folded.policies_issued, folded.basic_places, folded.claims_rejected) == (2, 1, 1)
    assert (folded.fund_premiums_fen, folded.employer_premiums_fen) == (300, 400)
    rebuild_county(county)
    assert figures(trade) == folded
    assert check_county(county).ok


def test_the_shanghai_day_is_counted(county, trade):
    """16:30 UTC is half past midnight of the next day in Sanming."""
    at = datetime(2026, 3, 14, 16, 30, tzinfo=UTC)
    with run_in_county(county):
        facts.record("order.cancelled", now=at, subject=uuid7(), trade=trade, values={})
    fold_all(county)
    report = city_report(DAY, DAY + timedelta(days=30), trades=[trade], group_by=["day"])
    assert [(row.day, row.figures.orders_cancelled) for row in report.rows] == [(business_day(at), 1)]
    assert business_day(at) == date(2026, 3, 15)


def test_the_county_cannot_write_figures_nor_the_folder_facts(county):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        run_in_county(county),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT * FROM public.reporting_personday")
    for sql in (
        "DELETE FROM kernel_fact",
        "INSERT INTO kernel_factqueue (fact_id) SELECT id FROM kernel_fact",
    ):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            run_in_county(county, login="folder"),
            connections["folder"].cursor() as cursor,
        ):
            cursor.execute(sql)
    with pytest.raises(ProgrammingError, match="permission denied"), connections["city"].cursor() as cursor:
        cursor.execute("UPDATE public.reporting_rollup SET value = 0")


def test_the_recount_pages_through_all_facts(county, trade, monkeypatch):
    monkeypatch.setattr(store, "PAGE", 3)
    with run_in_county(county):
        for _ in range(5):
            settle(trade)
    fold_all(county)
    with run_in_county(county):
        recorded = Fact.objects.count()
    check = check_county(county)
    assert (check.facts + check.waiting, check.ok) == (recorded, True)
