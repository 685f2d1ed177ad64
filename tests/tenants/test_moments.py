"""Moments are read as Django reads them, only faster."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DataError, connection, connections
from hypothesis import given, settings
from hypothesis import strategies as st

from tenants.backend.loaders import MomentLoader
from tenants.county import run_in_county

MOMENTS = (
    "2041-03-01 01:02:03+00",
    "2041-03-01 01:02:03.5+00",
    "2041-03-01 01:02:03.000001+00",
    "0001-01-01 00:00:00+00",
    "9999-12-31 23:59:59.999999+00",
    "1969-12-31 23:59:59+08",
    "1900-06-01 12:00:00+08:05:43",
    "2041-02-28 24:00:00+00",
    "2000-01-01 00:00:00-15:30",
)
SELECT = "SELECT %s::timestamptz"


def read(alias: str, moment: str):
    with connections[alias].cursor() as cursor:
        cursor.execute(SELECT, [moment])
        [found] = cursor.fetchone()
    return found


def test_the_county_login_reads_with_it(counties):
    with run_in_county(counties["jiangle"]), connection.cursor() as cursor:
        loader = cursor.connection.adapters.get_loader(1184, 0)
    assert issubclass(loader, MomentLoader)


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_same_as_djangos_own_reading(counties, moment):
    """The city's login has the stock engine."""
    with run_in_county(counties["jiangle"]):
        ours = read("default", moment)
    theirs = read("city", moment)
    assert (ours, ours.tzinfo) == (theirs, theirs.tzinfo)
    assert ours.utcoffset().total_seconds() == 0


@pytest.mark.parametrize(
    "moment", ["infinity", "-infinity", "0044-03-15 12:00:00+00 BC", "10000-01-01 00:00+00"]
)
def test_what_python_has_no_moment_for_is_refused_as_before(counties, moment):
    with pytest.raises(DataError), run_in_county(counties["jiangle"]):
        read("default", moment)
    with pytest.raises(DataError):
        read("city", moment)


@settings(max_examples=200)
@given(st.datetimes(timezones=st.just(UTC)))
def test_any_moment_there_and_back(moment):
    text = moment.isoformat(sep=" ").removesuffix(":00").encode()
    loader = type("L", (MomentLoader,), {"timezone": UTC})(1184)
    assert loader.load(memoryview(text)) == moment
    assert loader.load(text) == datetime.fromisoformat(text.decode())
