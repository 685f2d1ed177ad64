"""fold-lag: seconds from a fact's commit until the city's readers see it, at 500 orders a second.

pgbench writes what 500 orders a second leave behind, spread over the site's counties, each as its county's
role with fsync on: three transactions an order (published; a place taken; settled and paid), four facts with
the people in them. The site's own worker and beat fold them. A reader with the city's login looks every 20 ms
at each county's figure; the n-th order that was settled in a county is seen once the figure reaches n. The
moment of commit comes from pgbench's log. In the end the city's total must be every order, exactly.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from uuid import UUID

import psycopg

from benchmarks.fact_tax import folding
from benchmarks.figure import Figure, p95, rounded
from benchmarks.ground import site, use
from linggong.embedded.programs import installed

RATE, SECONDS, CLIENTS = 500, 20, 24
LOOK_EVERY, PATIENCE = 0.02, 120
_LATE = re.compile(r"^number of failed transactions: ([0-9]+) ", re.MULTILINE)
Seen = list[tuple[float, dict[UUID, int]]]


@dataclass(frozen=True, slots=True)
class County:
    id: UUID
    schema: str
    role: str


def run() -> list[Figure]:
    with site() as env, tempfile.TemporaryDirectory(prefix="lgb-") as folder, ExitStack() as stack:
        use(env, "site")
        from tenants import directory

        counties = [County(ref.id, ref.schema_name, ref.role_name) for ref in directory.all_counties()]
        stack.enter_context(folding(env))
        _write(env, counties, Path(folder) / "warm", seconds=3)  # not counted: the worker has started
        _wait_for(env, sum(map(len, _commits(Path(folder) / "warm", counties).values())))
        before = _figures(env)
        stop = Event()
        with ThreadPoolExecutor(1) as pool:
            looking = pool.submit(_look, env, stop)
            rate = _write(env, counties, Path(folder) / "run", seconds=SECONDS)
            commits = _commits(Path(folder) / "run", counties)
            _wait_for(env, sum(before.values()) + sum(map(len, commits.values())))
            stop.set()
            seen = looking.result()
        _prove(sum(before.values()) + sum(map(len, commits.values())))
    lags = [
        lag
        for county in counties
        for lag in _lags(commits[county.id], before.get(county.id, 0), seen, county.id)
    ]
    short = "" if rate >= 0.98 * RATE else f"; only {rate:.0f} of {RATE} orders a second could be written"
    return [
        Figure(
            "fold-lag",
            rounded(p95(lags)),
            2,
            "lower",
            "the bar itself, in seconds",
            rounded(rate),
            "orders/s",
            len(lags),
            f"worst {max(lags):.2f} s{short}",
        )
    ]


def _write(env: Mapping[str, str], counties: Sequence[County], log: Path, *, seconds: int) -> float:
    """Orders a second that pgbench wrote; the moments of their commits are in files beginning with `log`."""
    scripts = []
    for number, county in enumerate(counties):
        file = log.with_name(f"{number}.sql")
        file.write_text(_LIFE.format(schema=county.schema, role=county.role), encoding="utf-8")
        scripts += ["-f", str(file)]
    argv = [str(installed().initdb.with_name("pgbench")), "-n", "-c", str(CLIENTS), "-j", "2", *scripts]
    argv += ["-R", str(RATE), "-T", str(seconds), "-l", "--log-prefix", str(log), env["LINGGONG_DB_NAME"]]
    reached = {"PGHOST": env["LINGGONG_DB_HOST"], "PGPORT": env["LINGGONG_DB_PORT"], "PGUSER": "lg_county"}
    done = subprocess.run(argv, env={**os.environ, **reached}, check=False, capture_output=True, text=True)
    failed = _LATE.search(done.stdout)
    if done.returncode or (failed and failed[1] != "0"):
        raise RuntimeError(f"pgbench ended with {done.returncode}: {done.stderr or done.stdout}")
    written = sum(map(len, _commits(log, counties).values()))
    return written / seconds


def _commits(log: Path, counties: Sequence[County]) -> dict[UUID, list[float]]:
    """When each county's orders were settled, in order, as seconds since 1970."""
    found: dict[UUID, list[float]] = {county.id: [] for county in counties}
    for file in log.parent.glob(f"{log.name}.*"):
        for line in file.read_text(encoding="utf-8").splitlines():
            _client, _number, _took, script, seconds, micros, *_ = line.split()
            found[counties[int(script)].id].append(int(seconds) + int(micros) / 1e6)
    return {county: sorted(moments) for county, moments in found.items()}


def _figures(env: Mapping[str, str]) -> dict[UUID, int]:
    with _city(env) as reader:
        return _ask(reader)


def _ask(reader: psycopg.Connection) -> dict[UUID, int]:
    return dict(reader.execute(_SETTLED).fetchall())


def _look(env: Mapping[str, str], stop: Event) -> Seen:
    """What the figures were, and when that had been read."""
    seen: Seen = []
    with _city(env) as reader:
        while not stop.is_set():
            figures = _ask(reader)
            seen.append((time.time(), figures))
            time.sleep(LOOK_EVERY)
    return seen


def _wait_for(env: Mapping[str, str], orders: int) -> None:
    deadline = time.time() + PATIENCE
    while (counted := sum(_figures(env).values())) != orders:
        if time.time() > deadline or counted > orders:
            raise RuntimeError(f"{counted} of {orders} orders counted")
        time.sleep(0.1)


def _lags(commits: Sequence[float], before: int, seen: Seen, county: UUID) -> list[float]:
    lags, looks = [], iter(seen)
    at, figures = next(looks)
    for number, committed in enumerate(commits, before + 1):
        while figures.get(county, 0) < number:
            at, figures = next(looks)
        lags.append(at - committed)
    return lags


def _prove(orders: int) -> None:
    """The city's total is every order, and its own sums are those of the counties."""
    from datetime import date

    from reporting.city_recount import check_city
    from reporting.contracts import FigureQuery
    from reporting.figures import figures

    total = figures(FigureQuery(date(2026, 1, 1), date(2026, 12, 31), ("orders_settled",))).total
    if total.values[0].value != orders or not check_city().ok:
        raise RuntimeError(f"the city's total is {total.values[0].value}, not {orders}")


def _city(env: Mapping[str, str]) -> psycopg.Connection:
    return psycopg.connect(
        host=env["LINGGONG_DB_HOST"],
        port=env["LINGGONG_DB_PORT"],
        user="lg_city",
        dbname=env["LINGGONG_DB_NAME"],
        autocommit=True,
    )


_SETTLED = """
SELECT county_id, sum(value)::bigint FROM reporting_rollup WHERE metric = 'orders_settled' GROUP BY 1
"""
_BEGIN = 'BEGIN; SET LOCAL ROLE "{role}"; SET LOCAL search_path = "{schema}", public, pg_temp;'
# As `kernel.facts.record` writes them.
_FACT = """
WITH f AS (
    INSERT INTO kernel_fact
        (id, kind, day, recorded_at, subject, trade, town, station, person_key, role, "values")
    VALUES (uuidv7(), '<kind>', '2026-11-<day>', '2026-11-<day> 01:00Z', uuidv7(), '<trade>', '', '', '<key>',
            '<role>', '<values>')
    RETURNING id
) INSERT INTO kernel_factqueue (fact_id) SELECT id FROM f;
"""


def _fact(kind: str, values: str, *, key: str = "", role: str = "") -> str:
    fact = _FACT
    for name, value in {
        "kind": kind,
        "values": values.replace("{", "{{").replace("}", "}}"),
        "key": key,
        "role": role,
        "day": "1:day",
        "trade": "t:trade",
    }.items():
        fact = fact.replace(f"<{name}>", value)
    return fact


_LIFE = "\n".join(
    (
        r"\set day random(0, 9)",
        r"\set trade random(1, 8)",
        r"\set worker random(10000, 59999)",
        r"\set boss random(1000, 2999)",
        r"\set seconds random(5, 4000)",
        _BEGIN,
        _fact(
            "order.published",
            '{"orders": 1, "places": 1, "total_fen": 20800, "wage_max_fen": 20000}',
            key="b:boss",
            role="employer",
        ),
        "COMMIT;",
        _BEGIN,
        _fact(
            "place.filled",
            '{"places": 1, "fill_seconds": :seconds, "orders_filled": 1, "headcount": 1, '
            '"starts_s": 1795000000, "ends_s": 1795028800}',
            key="w:worker",
            role="worker",
        ),
        "COMMIT;",
        _BEGIN,
        _fact(
            "order.settled",
            '{"orders": 1, "places": 1, "insured_orders": 1, "insured_places": 1, "wage_fen": 20000, '
            '"fee_fen": 100, "premium_fen": 700}',
            key="b:boss",
            role="employer",
        ),
        _fact("place.paid", '{"places": 1, "wage_fen": 20000, "insured": 1}', key="w:worker", role="worker"),
        "COMMIT;",
    )
)
