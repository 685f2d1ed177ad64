"""Orders to race for, and pgbench to race with: 32 connections, nothing of Python in what is measured.

Both sides run from the same pgbench on connections set up the same way: the county login, its role and
search path as `run_in_county` sets them, the site's timeouts, simple query protocol as Django's
client-side binding sends it. What is measured is the race itself, `orders_grab()`, one statement and one
transaction a call; the use case around it adds the same BEGIN and COMMIT messages to either side.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from benchmarks.ground import site, use

CLIENTS = 32
_FIRST = 100_000_000_000  # twelve digits: the last group of a uuid, so that pgbench can write one
_TPS = re.compile(r"^tps = ([0-9.]+) ", re.MULTILINE)
_FAILED = re.compile(r"^number of failed transactions: ([0-9]+) ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Ground:
    """A county with orders in it, and how to reach it."""

    host: str
    port: str
    database: str
    superuser: str
    login: str
    schema: str
    role: str
    folder: Path

    def lay_out(self, series: int, count: int, *, full: bool = False, racing: bool = False) -> None:
        """Makes `count` published orders of one place, ids `(series, 0)` and on; `full` ones are taken.
        Each is at hours of its own. `racing` also lays out the naive peer's table."""
        self.run(_ORDERS, series=series, count=count, full=full)
        self.run(_PLACES, series=series, count=count, full=full)
        if racing:
            self.run(_NAIVE, series=series, count=count)

    def settle_down(self) -> None:
        """Statistics, hint bits and a checkpoint, so that no side pays for laying out."""
        with self.server() as server:
            server.execute("VACUUM (ANALYZE)")
            server.execute("CHECKPOINT")

    def run(self, statement: str, **parameters: object) -> None:
        with self.server() as server:
            server.execute(sql.SQL(statement).format(schema=sql.Identifier(self.schema)), parameters)

    def ask(self, statement: str, **parameters: object) -> tuple[Any, ...]:
        """The first row."""
        with self.server() as server:
            row = server.execute(
                sql.SQL(statement).format(schema=sql.Identifier(self.schema)),
                parameters,
            ).fetchone()
        assert row is not None
        return row

    @contextmanager
    def server(self) -> Iterator[psycopg.Connection]:
        with psycopg.connect(
            host=self.host, port=self.port, dbname=self.database, user=self.superuser, autocommit=True
        ) as server:
            yield server

    def pgbench(self, script: str, *, each: int = 0, seconds: int = 0, **variables: int) -> float:
        """Runs the script on 32 connections, `each` times a client or for `seconds`; returns calls a
        second without the time to connect. Any failed call fails the benchmark."""
        file = self.folder / "script.sql"
        file.write_text(script.format(schema=self.schema), encoding="utf-8")
        argv = [_pgbench(), "-n", "-M", "simple", "-c", str(CLIENTS), "-j", "2", "-f", str(file)]
        argv += ["-t", str(each)] if each else ["-T", str(seconds)]
        for name, value in variables.items():
            argv += ["-D", f"{name}={value}"]
        done = subprocess.run(
            [*argv, self.database], env=self._env(), check=False, capture_output=True, text=True
        )
        rate, failed = _TPS.search(done.stdout), _FAILED.search(done.stdout)
        if done.returncode or not rate or (failed and failed[1] != "0"):
            raise RuntimeError(f"pgbench ended with {done.returncode}: {done.stderr or done.stdout}")
        return float(rate[1])

    def _env(self) -> dict[str, str]:
        options = {
            "role": self.role,
            "search_path": rf"{self.schema},\ public,\ pg_temp",
            "statement_timeout": "20000",
            "lock_timeout": "10000",
        }
        return {
            **os.environ,
            "PGHOST": self.host,
            "PGPORT": self.port,
            "PGUSER": self.login,
            "PGOPTIONS": " ".join(f"-c {name}={value}" for name, value in options.items()),
        }


@contextmanager
def ground() -> Iterator[Ground]:
    """A whole site with one order to copy; fsync and synchronous_commit on."""
    with site() as env, tempfile.TemporaryDirectory(prefix="lgb-") as folder:
        use(env, "site")
        made = _make(env, Path(folder))
        yield made


def _make(env: dict[str, str], folder: Path) -> Ground:
    from django.db import connections

    from orders.models import Order
    from tenants.county import run_in_county

    with run_in_county("jiangle") as work:
        Order.objects.create(**template())
    connections.close_all()
    made = Ground(
        host=env["LINGGONG_DB_HOST"],
        port=env["LINGGONG_DB_PORT"],
        database=env["LINGGONG_DB_NAME"],
        superuser=env["LINGGONG_BENCH_SUPERUSER"],
        login="lg_county",
        schema=work.county.schema_name,
        role=work.county.role_name,
        folder=folder,
    )
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        if made.ask(f"SELECT current_setting('{name}')") != ("on",):
            raise RuntimeError(f"{name} must be on")
    return made


def template() -> dict[str, Any]:
    """An open order with all its columns; what it pays does not matter to the race."""
    now = datetime(2027, 3, 1, 1, tzinfo=UTC)
    start = now + timedelta(days=2)
    return {
        "id": UUID(int=1),
        "number": "bench",
        "state": "open",
        "employer_id": UUID(int=2),
        "trade": "sorting",
        "title": "分拣脐橙",
        "address": "将乐县古镛镇",
        "day": start.date(),
        "starts_at": start,
        "ends_at": start + timedelta(hours=8),
        "expires_at": datetime(2100, 1, 1, tzinfo=UTC),
        "headcount": 1,
        "basis": "lump",
        "rate_fen": 300_00,
        "quantity_expected": 1,
        "quantity_max": 1,
        "wage_max_fen": 300_00,
        "fee_bp": 0,
        "fee_max_fen": 0,
        "policy_id": UUID(int=3),
        "insured": False,
        "insured_choice_by": "system",
        "insured_choice_at": now,
        "insured_choice_channel": "system",
        "undo_minutes": 10,
        "premium_fen": 0,
        "total_fen": 300_00,
        "escrow_account": UUID(int=4),
        "feed_seq": 1,
        "published_at": now,
    }


def order_id(series: str, number: str) -> str:
    """The id of an order as SQL text; in a script both are pgbench variables (`:series`, `:order`)."""
    return f"{series}-0000-7000-8000-{number}"


def _pgbench() -> str:
    from linggong.embedded.programs import installed

    return str(installed().initdb.with_name("pgbench"))


# A row of the template with another key; columns that come later to the table come along.
_ORDERS = """
INSERT INTO {schema}.orders_order
SELECT (jsonb_populate_record(o, jsonb_build_object(
    'id', %(series)s::text || '-0000-7000-8000-' || (100000000000 + n)::text,
    'number', 'b' || %(series)s::text || '-' || n,
    'starts_at', o.starts_at + n * interval '1 day',
    'ends_at', o.ends_at + n * interval '1 day',
    'feed_seq', n,
    'filled_at', CASE WHEN %(full)s THEN o.published_at END
))).*
FROM {schema}.orders_order AS o, generate_series(0, %(count)s::int - 1) AS n
WHERE o.number = 'bench'
"""
_PLACES = """
INSERT INTO {schema}.orders_place (id, order_id, no, taken_by)
SELECT (%(series)s::text || '-0000-7000-9000-' || (100000000000 + n)::text)::uuid,
       (%(series)s::text || '-0000-7000-8000-' || (100000000000 + n)::text)::uuid,
       1, CASE WHEN %(full)s THEN gen_random_uuid() END
FROM generate_series(0, %(count)s::int - 1) AS n
"""
_NAIVE = """
INSERT INTO {schema}.naive_order
SELECT (%(series)s::text || '-0000-7000-8000-' || (100000000000 + n)::text)::uuid
FROM generate_series(0, %(count)s::int - 1) AS n
"""

SERIES = 10_000_000  # eight digits, the first group of a uuid; each run counts on from here
FIRST = _FIRST
