"""A folder that is killed again and again while facts come in: rollups equal their recount, exactly."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import psycopg
from django.db import connections

from kernel import facts
from kernel.ids import uuid7
from reporting.city_folder import fold_city_all
from reporting.city_recount import check_city
from reporting.contracts import FigureQuery
from reporting.figures import figures
from reporting.folder import fold_all
from reporting.models import Rollup
from reporting.recount import check_county
from tenants.county import CountyRef, run_in_county
from tests.chaos.site import until
from tests.harness.servers import CHECKOUT, superuser

KILLS = 20
SLUGS = ("jianning", "mingxi", "youxi")
FIRST = date(2037, 1, 25)
METRICS = ("orders_settled", "wages_fen", "places_paid", "workers", "employers", "pay_p50")


@contextmanager
def folder(environment: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.chaos.folder", *SLUGS],
        cwd=CHECKOUT,
        env=dict(environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def start(process: subprocess.Popen[str]) -> int:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("go\n")
    process.stdin.flush()
    return int(process.stdout.readline())


def at_work(database: str) -> bool:
    """Whether a folder is in the middle of a transaction."""
    with psycopg.connect(**superuser(), dbname=database, autocommit=True) as server:
        row = server.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND usename LIKE '%\\_folder' AND xact_start IS NOT NULL"
        ).fetchone()
    assert row is not None
    return bool(row[0])


def settle(trade: str, day: date, person: str, boss: str, fen: int) -> None:
    at, order = datetime.now(UTC), uuid7()
    given = {"now": at, "day": day, "subject": order, "trade": trade}
    facts.record(
        "order.settled",
        person_key=boss,
        role="employer",
        values={"orders": 1, "places": 1, "wage_fen": fen},
        **given,
    )
    facts.record("place.paid", person_key=person, role="worker", values={"pay_seconds": fen}, **given)


def test_twenty_kills_lose_nothing_and_double_nothing(
    counties: dict[str, CountyRef], own_database: str, environment: dict[str, str]
) -> None:
    trade, writing = f"t-{uuid7().hex}", threading.Event()
    writing.set()
    people = [uuid7().hex for _ in range(40)]

    def write(seed: int) -> Counter[str]:
        dice, kept = random.Random(seed), Counter[str]()
        try:
            while writing.is_set():
                person, boss = dice.choice(people), dice.choice(people)
                fen, day = dice.randint(1, 50_000), FIRST + timedelta(days=dice.randint(0, 9))
                with run_in_county(counties[dice.choice(SLUGS)]):
                    settle(trade, day, person, boss, fen)
                kept["orders"] += 1
                kept["wages"] += fen
                kept[f"worker {person}"] = kept[f"employer {boss}"] = 1
        finally:
            connections.close_all()
        return kept

    def folded() -> int:
        rows = Rollup.objects.filter(trade=trade, metric="orders_settled")
        return sum(rows.values_list("value", flat=True))

    dice, seen, in_the_middle = random.Random(9), [0], 0
    with ThreadPoolExecutor(2) as pool:
        writers = [pool.submit(write, seed) for seed in range(2)]
        try:
            with folder(environment) as process:
                for _ in range(KILLS):
                    child = start(process)
                    more = seen[-1] + dice.randint(1, 25)
                    until(lambda more=more: folded() >= more, "the folder makes way")  # type: ignore[misc]  # bound at once
                    in_the_middle += at_work(own_database)
                    os.kill(child, signal.SIGKILL)
                    seen.append(folded())
        finally:
            writing.clear()
        kept = sum((writer.result() for writer in writers), Counter[str]())
    assert len(seen) == KILLS + 1
    assert in_the_middle > 0, "a transaction was open when the kill came"
    for slug in SLUGS:
        fold_all(counties[slug])
        check = check_county(counties[slug])
        assert (check.problems, check.waiting) == ((), 0)
    assert check_city().problems == ()
    fold_city_all()
    assert check_city().problems == ()
    last = FIRST + timedelta(days=9)
    total = figures(FigureQuery(FIRST, last, METRICS, trades=(trade,))).total
    found = {value.metric: value.value for value in total.values}
    workers = sum(1 for name in kept if name.startswith("worker "))
    employers = sum(1 for name in kept if name.startswith("employer "))
    assert (found["orders_settled"], found["wages_fen"]) == (kept["orders"], kept["wages"])
    assert (found["places_paid"], found["workers"]) == (kept["orders"], workers)
    assert found["employers"] == employers
    for login in ("folder", "merger"):
        connections[login].close()  # tests beside this one wait until no folder is connected
