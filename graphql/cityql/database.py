"""How long this door lets a database work for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from django.db import connections

from cityql.limits import DB_TIMEOUT_MS
from reporting.moment import one_moment
from tenants.county import CountyRef, CountyWork, run_in_county

_PATIENCE = f"SET LOCAL statement_timeout = {DB_TIMEOUT_MS}"


def city_snapshot() -> AbstractContextManager[None]:
    """One moment of the public figures: what several queries say fits together. Reads only."""
    return one_moment(patience_ms=DB_TIMEOUT_MS)


@contextmanager
def county_for_drill(county: CountyRef) -> Iterator[CountyWork]:
    """One county, for reading what the city asked about and for the audit row of the reading."""
    with run_in_county(county, keeping=True) as work, connections["default"].cursor() as cursor:
        cursor.execute(_PATIENCE)
        yield work
