"""What a county's state lets through: the one place that says no.

A use case that begins something new calls `may_begin`. Writing at all is guarded by `run_in_county`, which
opens a closed county for reading only; a door says so sooner with `check_writable`.
"""

from __future__ import annotations

from typing import cast

from django.db import connections

from kernel.errors import DomainError, Refusal
from kernel.scope import NoCounty
from tenants import directory
from tenants.backend.base import DatabaseWrapper
from tenants.contracts import CountyRef, CountyState
from tenants.errors import COUNTY_CLOSED, COUNTY_NOT_OPEN, COUNTY_SUSPENDED, COUNTY_WINDING_DOWN


def may_begin() -> None:
    """Raises unless the open county may take on something new: an order, a registration, money in.

    What already runs is not asked: it goes on in a suspended county and ends in one that winds down.
    Raises `county_suspended`, `county_not_open`, `county_winding_down`, `county_closed`.
    """
    county = cast(DatabaseWrapper, connections["default"]).county
    if county is None:
        raise NoCounty("may_begin asks for an open county")
    if county.state is CountyState.SUSPENDED:
        if county.opens_on is not None and directory.today() < county.opens_on:
            raise COUNTY_NOT_OPEN.error(county=county.name, day=county.opens_on.isoformat())
        raise COUNTY_SUSPENDED.error()
    if county.state is CountyState.WINDING_DOWN:
        raise _moved(COUNTY_WINDING_DOWN, county)
    check_writable(county)


def check_writable(county: CountyRef) -> None:
    """Raises `county_closed` for a county in which nothing may be written any more."""
    if county.state is CountyState.CLOSED:
        raise closed(county)


def closed(county: CountyRef) -> DomainError:
    """The refusal of a closed county, which says who has taken over."""
    return _moved(COUNTY_CLOSED, county)


def _moved(refusal: Refusal, county: CountyRef) -> DomainError:
    """Says where to go on: `county_moved` among the parameters is the successor's path segment."""
    where = directory.by_id(county.succeeded_by) if county.succeeded_by else county
    return refusal.error(
        county=county.name,
        successor=where.name,
        successor_en=where.name_en,
        county_moved=where.slug,
    )
