"""A county's market stands still on working days, though it usually does not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import Final
from uuid import UUID

import chinese_calendar

from reporting.watch.contracts import Finding
from reporting.watch.finders.looking import Looking, Seen, rows
from tenants.contracts import CountyState

LOOKED_BACK_DAYS: Final = 60
"""For how long a county may stand still and still be found, beyond the days it is compared with."""
MIN_WORKING_DAYS: Final = 5

_ACTIVE: Final = """
SELECT county_id, day FROM public.watch_marketday
WHERE county_id = ANY(%(counties)s) AND day BETWEEN %(first)s AND %(last)s AND (posted > 0 OR registered > 0)
"""


@lru_cache(maxsize=4_096)  # the same days of every county; the calendar goes through all it knows each time
def works(day: date) -> bool:
    """Whether offices work: by the State Council's calendar of holidays and make-up days, by weekdays in
    years it is not published for."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def _working(first: date, last: date) -> Iterator[date]:
    return (day for n in range((last - first).days + 1) if works(day := first + timedelta(days=n)))


def find(looking: Looking) -> Seen:
    """An alert a county. Nothing posted and nobody registered since a day, and that for working days on
    end; before, most working days had something. Only of counties whose facts are all in."""
    usual_days = looking.thresholds["usual_days"]
    yesterday = looking.today - timedelta(days=1)
    first = yesterday - timedelta(days=usual_days + LOOKED_BACK_DAYS)
    open_ = [ref.id for ref in looking.counties.values() if ref.state is CountyState.ACTIVE]
    busy: defaultdict[UUID, set[date]] = defaultdict(set)
    for county_id, day in rows(_ACTIVE, {"counties": open_, "first": first, "last": looking.today}):
        busy[county_id].add(day)
    findings, awake = [], {ref.id for ref in looking.counties.values() if ref.id not in open_}
    for county_id, days in busy.items():
        last_day = max(days)
        quiet = sum(1 for _ in _working(last_day + timedelta(days=1), yesterday))
        if quiet < looking.thresholds["working_days"]:
            awake.add(county_id)
            continue
        usual = list(_working(last_day - timedelta(days=usual_days - 1), last_day))
        usual_bp = sum(day in days for day in usual) * 10_000 // max(1, len(usual))
        if len(usual) < MIN_WORKING_DAYS or usual_bp < looking.thresholds["usual_bp"]:
            continue
        if county_id in looking.fresh:
            findings.append(_finding(looking, county_id, last_day, quiet, usual_bp))
    return Seen(findings, lambda alert: alert.county_id in awake)


def _finding(looking: Looking, county_id: UUID, last_day: date, quiet: int, usual_bp: int) -> Finding:
    return Finding(
        key=looking.key(county_id),
        county_id=county_id,
        first=last_day + timedelta(days=1),
        last=looking.today - timedelta(days=1),
        cases=quiet,
        mark=quiet // MIN_WORKING_DAYS,
        numbers={
            "working_days": quiet,
            "usual_bp": usual_bp,
            "usual_days": looking.thresholds["usual_days"],
        },
    )
