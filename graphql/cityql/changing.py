"""One county, for a change that the city makes in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connections

from cityql.limits import DB_TIMEOUT_MS
from kernel.errors import Refusal
from tenants import directory
from tenants.contracts import CountyRef
from tenants.county import CountyWork, run_in_county


@contextmanager
def county_to_change(county: str | CountyRef) -> Iterator[CountyWork]:
    """The county's transaction; statements end after the door's patience. Raises `county_unknown`."""
    ref = county if isinstance(county, CountyRef) else directory.by_slug(county)
    with run_in_county(ref) as work, connections["default"].cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {DB_TIMEOUT_MS}")
        yield work


def id_of(text: str, unknown: Refusal, field: str) -> UUID:
    """The id that a caller wrote; what is none belongs to nothing."""
    try:
        return UUID(text)
    except ValueError:
        raise unknown.error(field=field) from None
