"""report-scale: the city's total and its first page of counties, at 1,200 counties against 12.

Two databases on one server, alike but for how many counties the city has. Each county has two months of
rollups by day and trade and of people by day, generated in the real tables; the city's own sums are then made
of them by the code that mends them in operation, merged, and proved by its check. What is timed is
`reporting.figures.figures()` as the city's door calls it: one query for total, first twelve counties and
freshness, asked for in turn in one process each.
"""

from __future__ import annotations

import multiprocessing
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from multiprocessing.connection import Connection

import psycopg
from psycopg import sql

from benchmarks.figure import Figure, in_turn, rounded
from benchmarks.ground import site

FEW, MANY, PAGE, PAIRS, EACH = 12, 1_200, 12, 9, 3
FIRST, LAST = date(2026, 9, 1), date(2026, 10, 31)
TRADES = ("sorting", "fruit_picking", "moving")
PEOPLE_A_DAY, PEOPLE = 8, 120
SUMS = (
    *(
        "orders_posted",
        "places_posted",
        "places_filled",
        "orders_settled",
        "places_settled",
        "insured_orders",
    ),
    *("insured_places", "wages_fen", "fees_fen", "premiums_fen", "fill_le_60", "fill_le_300", "fill_le_600"),
    *("fill_le_1800", "pay_le_43200", "pay_le_86400", "escrow_in_fen", "escrow_paid_fen", "wages_due_fen"),
    *("wages_due_paid_fen",),
)
MONTH = ("a month", date(2026, 10, 1), LAST)
# Neither begins nor ends with a month: read from days. People of such a range are looked at one by one,
# however they are counted, and so have a line of their own.
DAYS = ("30 days across two months", date(2026, 9, 16), date(2026, 10, 15))
ASKED = (
    *("orders_posted", "orders_settled", "places_settled", "wages_fen", "fees_fen", "insured_orders_bp"),
    *("insured_places_bp", "fill_rate_bp", "fill_p50", "fill_p95", "pay_p95", "escrow_fen", "arrears_fen"),
)
WITH_PEOPLE = (*ASKED, "workers", "employers")


def run() -> list[Figure]:
    figures = []
    with site() as env:
        databases = {count: _database(env, count) for count in (FEW, MANY)}
        with _readers(env, databases) as lines:
            for name, first, last, metrics in (
                (*MONTH, WITH_PEOPLE),
                (*DAYS, ASKED),
                (DAYS[0] + ", distinct people too", *DAYS[1:], WITH_PEOPLE),
            ):
                few, many = (_asking(lines[count], first, last, metrics) for count in (FEW, MANY))
                ratio, seen, _ = in_turn(many, few, PAIRS)
                figures.append(
                    Figure(
                        "report-scale",
                        rounded(ratio),
                        1.5,
                        "lower",
                        f"the same at {FEW} counties: {name}, {len(metrics)} metrics",
                        rounded(seen),
                        f"ms at {MANY}",
                        PAIRS,
                    )
                )
    return figures


def _asking(line: Connection, first: date, last: date, metrics: tuple[str, ...]):  # type: ignore[no-untyped-def]  # a closure
    def ask() -> float:
        line.send((first, last, metrics))
        milliseconds: float = line.recv()
        return milliseconds

    return ask


@contextmanager
def _readers(env: dict[str, str], databases: dict[int, str]) -> Iterator[dict[int, Connection]]:
    """A process for each database that answers how long a question took."""
    spawn = multiprocessing.get_context("spawn")
    with ExitStack() as stack:
        lines = {}
        for count, name in databases.items():
            ours, theirs = spawn.Pipe()
            process = spawn.Process(target=_read, args=({**env, "LINGGONG_DB_NAME": name}, count, theirs))
            process.start()
            theirs.close()  # then a reader that dies is an error here, not a wait without end
            stack.callback(process.join, 30)
            stack.callback(ours.close)
            lines[count] = ours
        for line in lines.values():
            line.recv()
        yield lines


def _read(env: dict[str, str], count: int, line: Connection) -> None:
    """Makes the city's own sums, proves them, then answers until the line is closed."""
    from benchmarks.ground import use

    use(env, "site")
    from reporting.city_folder import fold_city_all
    from reporting.city_recount import check_city, repair_city
    from reporting.contracts import Dimension, FigureQuery
    from reporting.figures import figures
    from tenants import directory

    _settle(env)
    fold_city_all(), repair_city(), fold_city_all()
    if not check_city().ok:
        raise RuntimeError("the generated figures do not fit together")
    if len(directory.all_counties()) != count:
        raise RuntimeError(f"{len(directory.all_counties())} counties instead of {count}")
    _settle(env)
    line.send("ready")
    while True:
        try:
            first, last, metrics = line.recv()
        except EOFError:
            return
        query = FigureQuery(first, last, metrics, group_by=(Dimension.COUNTY,), limit=PAGE)
        seconds, answer = [], figures(query)
        for _ in range(EACH):
            began = time.perf_counter()
            answer = figures(query)
            seconds.append(time.perf_counter() - began)
        if len(answer.rows) != PAGE or not all(value.value for value in answer.total.values[:4]):
            raise RuntimeError("a page is missing")
        line.send(statistics.median(seconds) * 1000)


def _database(env: dict[str, str], count: int) -> str:
    """A copy of the site's database with so many counties and their figures."""
    name = f"scale_{count}"
    with _server(env, "postgres") as server:
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(env["LINGGONG_DB_NAME"])
            )
        )
        server.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
        for login in ("lg_county", "lg_identity", "lg_city", "lg_folder"):
            server.execute(
                sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
                    sql.Identifier(name), sql.Identifier(login)
                )
            )
    with _server(env, name) as server:
        server.execute(_COUNTIES, {"count": count})
        server.execute(_DESIGNATIONS)
        server.execute(
            _ROLLUPS, {"first": FIRST, "last": LAST, "trades": list(TRADES), "metrics": list(SUMS)}
        )
        server.execute(_MONTHS)
        server.execute(_PEOPLE, {"first": FIRST, "last": LAST, "day": PEOPLE_A_DAY, "all": PEOPLE})
        server.execute(_FRESHNESS)
    return name


def _settle(env: dict[str, str]) -> None:
    with _server(env, env["LINGGONG_DB_NAME"]) as server:
        server.execute("VACUUM (ANALYZE)")
        server.execute("CHECKPOINT")


def _server(env: dict[str, str], name: str) -> psycopg.Connection:
    return psycopg.connect(
        host=env["LINGGONG_DB_HOST"],
        port=env["LINGGONG_DB_PORT"],
        user=env["LINGGONG_BENCH_SUPERUSER"],
        dbname=name,
        autocommit=True,
    )


# Rows of the directory alone, copied from one that there is: a report opens no county. Columns that come
# later to the tables come along.
_COUNTIES = """
INSERT INTO tenants_county SELECT (jsonb_populate_record(c, jsonb_build_object(
    'id', ('0190aaaa-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid,
    'slug', 'scale' || n, 'schema_name', 'c' || (900000 + n), 'role_name', 'lg_c' || (900000 + n)
))).*
FROM tenants_county AS c,
     generate_series(1, %(count)s::int - (SELECT count(*)::int FROM tenants_county WHERE NOT sandbox)) AS n
WHERE c.slug = 'jiangle'
"""
_DESIGNATIONS = """
INSERT INTO tenants_designation (county_id, code, name, name_en, valid_from)
SELECT id, substr(schema_name, 2), slug, slug, '2025-04-01' FROM tenants_county c
WHERE NOT EXISTS (SELECT FROM tenants_designation d WHERE d.county_id = c.id)
"""
# Values that differ from cell to cell and are the same in each run.
_ROLLUPS = """
INSERT INTO reporting_rollup (county_id, day, trade, town, station, metric, value)
SELECT c.id, d::date, t.trade, '', '', m.metric,
       1 + abs(hashtext(c.slug || d || t.trade || m.metric))
           %% CASE WHEN m.metric LIKE '%%_fen' THEN 1000000 ELSE 40 END
FROM tenants_county c, generate_series(%(first)s::date, %(last)s::date, '1 day') d,
     unnest(%(trades)s::text[]) AS t (trade), unnest(%(metrics)s::text[]) AS m (metric)
WHERE NOT c.sandbox ORDER BY c.id, d
"""
_MONTHS = """
INSERT INTO reporting_monthrollup (metric, county_id, month, trade, value)
SELECT metric, county_id, date_trunc('month', day)::date, trade, sum(value) FROM reporting_rollup
GROUP BY 1, 2, 3, 4
"""
_PEOPLE = """
INSERT INTO reporting_personday (county_id, day, trade, person_key, role)
SELECT c.id, d::date, 'sorting',
       md5(c.slug || r.role || (p * 17 + (d::date - %(first)s::date) * 5) %% %(all)s), r.role
FROM tenants_county c, generate_series(%(first)s::date, %(last)s::date, '1 day') d,
     generate_series(1, %(day)s) p, (VALUES ('workers'), ('employers')) AS r (role)
WHERE NOT c.sandbox ON CONFLICT DO NOTHING
"""
_FRESHNESS = """
INSERT INTO reporting_freshness (county_id, folded_at, last_fact_recorded_at, backlog)
SELECT id, now() + interval '1 day', now(), 0 FROM tenants_county ON CONFLICT DO NOTHING
"""
