"""report-union: the city's figures of a month out of the rollups, against UNION ALL over 60 counties' facts.

60 real counties, opened like any other, each with two months of facts, 800 orders a month: published, a
place taken, settled, paid, with the people in them. The rollups are made of the same facts by the code that
rebuilds them. Both sides must say the same before they are timed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import UTC, date, datetime

import psycopg
from psycopg import sql

from benchmarks.figure import Figure, in_turn, rounded
from benchmarks.ground import site, use
from benchmarks.peers.union_report import report

COUNTIES, ORDERS_A_MONTH, PAIRS, EACH = 60, 800, 11, 5
MONTHS = ("2026-09-01", "2026-10-01")
FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
METRICS = (
    "orders_posted",
    "orders_settled",
    "places_settled",
    "insured_orders",
    "wages_fen",
    "fees_fen",
    "workers",
)


def run() -> list[Figure]:
    with site() as env:
        _open_counties(env)
        use(env, "site")
        from tenants import directory

        refs = directory.all_counties()[:COUNTIES]
        counties = [(str(ref.id), ref.schema_name) for ref in refs]
        with _server(env) as server:
            _facts(server, [schema for _, schema in counties])
            _fold()
            server.execute("VACUUM (ANALYZE)")
            server.execute("CHECKPOINT")
            ours, peer = _ours(), report(server, counties, first=FIRST, last=LAST)
            if ours != peer:
                raise RuntimeError(f"rollups say {ours}, facts {peer}")
            ratio, union, rollup = in_turn(
                lambda: _timed(lambda: report(server, counties, first=FIRST, last=LAST), 1),
                lambda: _timed(_ours, EACH),
                PAIRS,
            )
    told = f"the same by rollups, {union:.1f} ms by UNION ALL over {COUNTIES} schemas"
    return [
        Figure("report-union", rounded(ratio), 12, "higher", told, rounded(rollup), "ms by rollups", PAIRS)
    ]


def _timed(ask, times: int) -> float:  # type: ignore[no-untyped-def]  # a function of either side
    began = time.perf_counter()
    for _ in range(times):
        ask()
    return (time.perf_counter() - began) / times * 1000


def _ours() -> tuple[int, ...]:
    from reporting.contracts import FigureQuery
    from reporting.figures import figures

    return tuple(int(one.value or 0) for one in figures(FigureQuery(FIRST, LAST, METRICS)).total.values)


def _open_counties(env: dict[str, str]) -> None:
    """As the owner, in a process of its own."""
    owner = {**os.environ, **env, "DJANGO_SETTINGS_MODULE": "linggong.settings.owner"}
    subprocess.run([sys.executable, "-m", "benchmarks.report_union"], env=owner, check=True)


def _provision() -> None:
    import django

    django.setup()
    from tenants.directory import all_counties
    from tenants.provision import CountySpec, provision, seed_public

    now = datetime.now(UTC)
    city = seed_public(now=now)
    for number in range(COUNTIES - len(all_counties())):
        spec = CountySpec(str(900_000 + number), f"union{number}", "测", "Union", 1, 1)
        provision(spec, city=city, now=now, since=date(2025, 4, 1))


def _facts(server: psycopg.Connection, schemas: list[str]) -> None:
    for number, schema in enumerate(schemas):
        for month in MONTHS:
            values = {"month": month, "orders": ORDERS_A_MONTH, "county": number}
            server.execute(sql.SQL(_ORDERS).format(schema=sql.Identifier(schema)), values)


def _fold() -> None:
    """The figures of these facts, by the code that makes figures anew."""
    from reporting.city_folder import fold_city_all
    from reporting.recount import rebuild_county
    from tenants import directory

    for ref in directory.all_counties():
        rebuild_county(ref)
    fold_city_all()


def _server(env: dict[str, str]) -> psycopg.Connection:
    return psycopg.connect(
        host=env["LINGGONG_DB_HOST"],
        port=env["LINGGONG_DB_PORT"],
        user=env["LINGGONG_BENCH_SUPERUSER"],
        dbname=env["LINGGONG_DB_NAME"],
        autocommit=True,
    )


# Four facts an order, as `kernel.facts.record` writes them, without queue rows: they are not folded again.
# Workers and employers are some hundreds a county, and one in ten works in other counties, too.
_ORDERS = """
INSERT INTO {schema}.kernel_fact
    (id, kind, day, recorded_at, subject, trade, town, station, person_key, role, "values")
SELECT uuidv7(), k.kind, %(month)s::date + n %% 28, %(month)s::date + n %% 28 + interval '9 hours', uuidv7(),
       (ARRAY['sorting', 'fruit_picking', 'moving', 'cleaning'])[1 + n %% 4], '', '',
       CASE k.role WHEN '' THEN ''
            ELSE md5(k.role || n %% 300 || CASE WHEN n %% 10 = 0 THEN '' ELSE %(county)s::text END) END,
       k.role, k."values"
FROM generate_series(1, %(orders)s::int) AS n, LATERAL (VALUES
    ('order.published', 'employer', jsonb_build_object('orders', 1, 'places', 1, 'wage_max_fen', 20000)),
    ('place.filled', 'worker', jsonb_build_object('places', 1, 'fill_seconds', n, 'orders_filled', 1)),
    ('order.settled', 'employer', jsonb_build_object('orders', 1, 'places', 1, 'insured_orders', n %% 2,
        'insured_places', n %% 2, 'wage_fen', 15000 + n, 'fee_fen', n, 'premium_fen', 700)),
    ('place.paid', 'worker', jsonb_build_object('places', 1, 'wage_fen', 15000 + n, 'insured', n %% 2))
) AS k (kind, role, "values")
"""

if __name__ == "__main__":
    _provision()
