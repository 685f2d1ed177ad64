"""Proving the city's own sums against the counties' figures, and mending them.

Each comparison is one statement and so of one moment: a county's folder commits its figures and what it adds
to the city together, so nothing needs to stand still meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from reporting import city_store
from reporting.city_store import EVER, MERGER
from tenants import directory

_SHOWN = 20

# The sums as they stand, merged or not, under the metrics of counties or of people counted as they came.
_STORED = """
SELECT metric, day, trade, value FROM public.reporting_cityrollup
UNION ALL SELECT metric, day, trade, value FROM public.reporting_citydelta
"""
# The same as the counties' figures and the lists of people make them.
_COUNTED = """
SELECT metric, day, trade, value FROM public.reporting_rollup WHERE county_id <> ALL(%(sandboxes)s)
UNION ALL SELECT role || '@month', month, '', count(*) FROM public.reporting_personmonth GROUP BY role, month
UNION ALL SELECT role || '@ever', %(ever)s, '', count(*) FROM public.reporting_personever GROUP BY role
"""
_DIFFERENCES = f"""
SELECT metric, day, trade, sum(stored)::bigint, sum(counted)::bigint FROM (
    SELECT metric, day, trade, value AS stored, 0 AS counted FROM ({_STORED}) s
    UNION ALL SELECT metric, day, trade, 0, value FROM ({_COUNTED}) c
) both_sides GROUP BY metric, day, trade HAVING sum(stored) <> sum(counted) ORDER BY 2, 1, 3
"""  # noqa: S608  # made of constants
_MONTH_DIFFERENCES = """
SELECT metric, month, trade, sum(months)::bigint, sum(days)::bigint FROM (
    SELECT metric, month, trade, value AS months, 0 AS days FROM public.reporting_citymonthrollup
    UNION ALL SELECT metric, date_trunc('month', day)::date, trade, 0, value FROM public.reporting_cityrollup
) both_sides GROUP BY metric, month, trade HAVING sum(months) <> sum(days) ORDER BY 2, 1, 3
"""
_PEOPLE = """
SELECT role, date_trunc('month', day)::date AS month, person_key, count(*)::int AS days
FROM public.reporting_personday WHERE county_id <> ALL(%(sandboxes)s) GROUP BY 1, 2, 3
"""
_EVER = f"SELECT role, person_key, sum(days)::int AS days FROM ({_PEOPLE}) p GROUP BY 1, 2"  # noqa: S608  # made of constants
_PEOPLE_DIFFERENCES = f"""
SELECT role, month FROM (
    SELECT role, month, person_key, days FROM public.reporting_personmonth
    UNION ALL SELECT role, month, person_key, -days FROM ({_PEOPLE}) p
    UNION ALL SELECT role, %(ever)s, person_key, days FROM public.reporting_personever
    UNION ALL SELECT role, %(ever)s, person_key, -days FROM ({_EVER}) e
) both_sides GROUP BY role, month, person_key HAVING sum(days) <> 0
"""  # noqa: S608  # made of constants
_PEOPLE_PROBLEMS = f"SELECT role, month, count(*) FROM ({_PEOPLE_DIFFERENCES}) d GROUP BY 1, 2 ORDER BY 2, 1"  # noqa: S608  # made of constants

_PEOPLE_ANEW = (
    "DELETE FROM public.reporting_personmonth",
    "DELETE FROM public.reporting_personever",
    f"INSERT INTO public.reporting_personmonth (role, month, person_key, days) {_PEOPLE}",
    f"INSERT INTO public.reporting_personever (role, person_key, days) {_EVER}",
)
_MEND = f"""
INSERT INTO public.reporting_citydelta (metric, day, trade, value)
SELECT metric, day, trade, counted - stored
FROM ({_DIFFERENCES}) d (metric, day, trade, stored, counted) RETURNING 1
"""  # noqa: S608  # made of constants
_MEND_MONTHS = f"""
INSERT INTO public.reporting_citymonthrollup (metric, month, trade, value)
SELECT metric, month, trade, days - months
FROM ({_MONTH_DIFFERENCES}) d (metric, month, trade, months, days)
ON CONFLICT (metric, month, trade) DO UPDATE
SET value = reporting_citymonthrollup.value + excluded.value RETURNING 1
"""  # noqa: S608  # made of constants

# Whoever counts people holds this shared; they are counted anew only while nobody does.
_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('reporting city people', 0))"
_REPAIR_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('reporting city merge', 0))"


@dataclass(frozen=True, slots=True)
class CityCheck:
    """`problems` names what differs, at most 20 of `differing`."""

    figures: int
    differing: int
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return self.differing == 0


def check_city() -> CityCheck:
    """Compares the city's sums by day with the counties', its months with its days, and its lists of people
    with the counties' people."""
    with _unhurried():
        return _check()


def _check() -> CityCheck:
    told = _told()
    problems = [
        f"{day}/{trade}/{metric}: stored {stored}, counties have {counted}"
        for metric, day, trade, stored, counted in _query(_DIFFERENCES, told)
    ]
    problems += [
        f"{month}/{trade}/{metric}: stored {months} for the month, its days have {days}"
        for metric, month, trade, months, days in _query(_MONTH_DIFFERENCES, {})
    ]
    problems += [
        f"{'ever' if month == EVER else month}/{role}: {count} people are counted wrongly"
        for role, month, count in _query(_PEOPLE_PROBLEMS, told)
    ]
    figures = _query(f"SELECT count(*) FROM ({_STORED}) s", {})[0][0]  # noqa: S608  # made of constants
    return CityCheck(figures=int(figures), differing=len(problems), problems=tuple(problems[:_SHOWN]))


def repair_city() -> int:
    """Makes the city's sums anew where they differ; returns in how many places they did.

    People first, with no folder at work; then the difference is added as one more delta, for which nothing
    needs to wait; months are made of days. Readers see all of it or nothing.
    """
    told = _told()
    with _unhurried():
        _query(_REPAIR_LOCK, {})
        wrong = _query(_PEOPLE_PROBLEMS, told)
        if wrong:
            _query(_ALONE, {})
            for statement in _PEOPLE_ANEW:
                _query(statement, told)
        differing = _query(_MEND, told)
        months = _query(_MEND_MONTHS, {})
    return len(wrong) + len(differing) + len(months)


@contextmanager
def _unhurried() -> Iterator[None]:
    """A transaction whose statements may take their time: a thousand counties' rollups are read whole here,
    by somebody who waits for it and not by a request."""
    with transaction.atomic(using=MERGER):
        _query("SET LOCAL statement_timeout = 0", {})
        yield


def _told() -> dict[str, Any]:
    sandboxes: list[UUID] = [ref.id for ref in directory.all_counties(sandbox=True) if ref.sandbox]
    return {"sandboxes": sandboxes, "ever": EVER}


def _query(sql: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    return city_store.query(sql, params or None, login=MERGER)
