"""How long this door lets a database work for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections, transaction

from cityql.limits import DB_TIMEOUT_MS
from tenants.county import CountyRef, CountyWork, run_in_county

_PATIENCE = f"SET LOCAL statement_timeout = {DB_TIMEOUT_MS}"


@contextmanager
def city_snapshot() -> Iterator[None]:
    """One moment of the public figures: what several queries say fits together. Reads only."""
    with transaction.atomic(using="city", durable=True), connections["city"].cursor() as cursor:
        cursor.execute(f"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; {_PATIENCE}")
        yield


@contextmanager
def county_for_drill(county: CountyRef) -> Iterator[CountyWork]:
    """One county, for reading what the city asked about and for the audit row of the reading."""
    with run_in_county(county, keeping=True) as work, connections["default"].cursor() as cursor:
        cursor.execute(_PATIENCE)
        yield work
