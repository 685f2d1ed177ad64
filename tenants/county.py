"""`run_in_county`: the only way into a county's data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.conf import settings
from django.db import InternalError, connections, transaction
from psycopg.errors import ReadOnlySqlTransaction

from kernel.clock import real_now
from tenants import directory, gate
from tenants.backend.base import DatabaseWrapper
from tenants.clock import CLOCK_SQL
from tenants.contracts import CountyRef, CountyState

__all__ = ["CountyRef", "CountyWork", "run_in_county"]


@dataclass(frozen=True, slots=True)
class CountyWork:
    """An open county: which one, and the market time fixed for its transaction (aware UTC)."""

    county: CountyRef
    now: datetime


@contextmanager
def run_in_county(
    county: str | CountyRef, *, login: str = "default", keeping: bool = False
) -> Iterator[CountyWork]:
    """Opens the county's outermost transaction as the county's role and yields `CountyWork`.

    Role, search path and market clock travel in the message that carries BEGIN. Everything rolls
    back on any exception. Only evaluated data may leave the block: a query set that is read later
    raises. Raises `NestedCounty` inside another call, `county_unknown` for an unknown slug.
    `login="folder"` keeps the folder's own login, which may also write public rollups.

    The county's state is read anew, however old the reference. A closed county opens for reading only, and
    a write raises `county_closed`; `keeping` is for what must be written even there: the audit row of a
    reading, and sealing with new keys.
    """
    ref = county if isinstance(county, CountyRef) else directory.by_slug(county)
    known = directory.current(ref)
    connection = cast(DatabaseWrapper, connections[login])
    running_clock = settings.LINGGONG_MARKET_CLOCK
    connection.bind(
        schema=ref.schema_name,
        role=ref.role_name if login == "default" else None,
        preamble=CLOCK_SQL if running_clock else "",
        writes=keeping or login != "default" or known.state is not CountyState.CLOSED,
    )
    connection.county = known
    try:
        with transaction.atomic(using=login, durable=True):
            moment = connection.market_moment if running_clock else None
            yield CountyWork(county=ref, now=moment or real_now())
    except InternalError as fault:
        if isinstance(fault.__cause__, ReadOnlySqlTransaction):
            raise gate.closed(known) from fault
        raise
    finally:
        connection.unbind()
