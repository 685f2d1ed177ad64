"""The city's own sums, a second tier over the counties' rollups, so that a city total costs the same however
many counties there are.

No county's folder updates a row that another county's folder updates: each appends what it added
(`CityDelta`), and one merger moves that into `CityRollup` and `CityMonthRollup`. Readers add both in one
statement, so a total is exact whether merged or not. People are counted by the first of their days
(`PersonMonth`, `PersonEver`), which two counties do share: such a row is locked for one commit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import connections

from reporting.aggregate import DayKey, Person

FOLDER = "folder"
MERGER = "merger"
"""The folder's login outside the counties."""

EVER = date(2000, 1, 1)
"""The day under which people of all time are counted; market days are later."""

_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('reporting city merge', 0))"
# Whoever makes the lists of people anew waits for all that count people, and they for him.
_SHARE_PEOPLE = "SELECT pg_advisory_xact_lock_shared(hashtextextended('reporting city people', 0))"
_APPEND = """
INSERT INTO public.reporting_citydelta (metric, day, trade, value)
SELECT * FROM unnest(%s::text[], %s::date[], %s::text[], %s::bigint[])
"""
# One statement, so that a delta is seen either here or there.
_MERGE = """
WITH taken AS (
    DELETE FROM public.reporting_citydelta
    WHERE id IN (SELECT id FROM public.reporting_citydelta ORDER BY id LIMIT %s)
    RETURNING metric, day, trade, value
), days AS (
    INSERT INTO public.reporting_cityrollup (metric, day, trade, value)
    SELECT metric, day, trade, sum(value) FROM taken GROUP BY 1, 2, 3
    ON CONFLICT (metric, day, trade) DO UPDATE SET value = reporting_cityrollup.value + excluded.value
), months AS (
    INSERT INTO public.reporting_citymonthrollup (metric, month, trade, value)
    SELECT metric, date_trunc('month', day)::date, trade, sum(value) FROM taken GROUP BY 1, 2, 3
    ON CONFLICT (metric, month, trade) DO UPDATE SET value = reporting_citymonthrollup.value + excluded.value
)
SELECT count(*) FROM taken
"""
# Sorted, so that folders of two counties with the same people queue up instead of deadlocking. `old` is
# null where the row is new.
_COUNT_MONTHS = """
INSERT INTO public.reporting_personmonth AS p (role, month, person_key, days)
SELECT * FROM unnest(%s::text[], %s::date[], %s::text[], %s::int[])
ON CONFLICT (role, month, person_key) DO UPDATE SET days = p.days + excluded.days
RETURNING role, month, coalesce(old.days, 0) = 0, new.days = 0
"""
_COUNT_EVER = """
INSERT INTO public.reporting_personever AS p (role, person_key, days)
SELECT * FROM unnest(%s::text[], %s::text[], %s::int[])
ON CONFLICT (role, person_key) DO UPDATE SET days = p.days + excluded.days
RETURNING role, coalesce(old.days, 0) = 0, new.days = 0
"""


def query(sql: str, params: Any = (), *, login: str = FOLDER) -> list[tuple[Any, ...]]:
    with connections[login].cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


def month_code(role: str) -> str:
    """The metric that counts a month's people of a role in the city; its day is the month's first."""
    return f"{role}@month"


def ever_code(role: str) -> str:
    """The same of all time, on the day `EVER`."""
    return f"{role}@ever"


def append(deltas: Mapping[DayKey, int]) -> None:
    rows = sorted((*key, value) for key, value in deltas.items() if value)
    if rows:
        query(_APPEND, list(map(list, zip(*rows, strict=True))))


def count_people(came: Iterable[Person], gone: Iterable[Person] = ()) -> dict[DayKey, int]:
    """Counts person-days that were added and taken away; returns what that changes of the people of whole
    months and of all time. Taking away more than was counted breaks a constraint: the tier was broken."""
    months: defaultdict[tuple[str, date, str], int] = defaultdict(int)
    for sign, people in ((1, came), (-1, gone)):
        for day, role, _trade, key in people:
            months[role, day.replace(day=1), key] += sign
    changed = sorted((*key, days) for key, days in months.items() if days)
    deltas: defaultdict[DayKey, int] = defaultdict(int)
    if not changed:
        return deltas
    query(_SHARE_PEOPLE)
    for role, month, first, last in query(_COUNT_MONTHS, _columns(changed)):
        deltas[month_code(role), month, ""] += int(first) - int(last)
    ever: defaultdict[tuple[str, str], int] = defaultdict(int)
    for role, _month, key, days in changed:
        ever[role, key] += days
    for role, first, last in query(_COUNT_EVER, _columns(sorted((*key, n) for key, n in ever.items() if n))):
        deltas[ever_code(role), EVER, ""] += int(first) - int(last)
    if any(days < 0 for *_key, days in changed):
        query("DELETE FROM public.reporting_personmonth WHERE days = 0")
        query("DELETE FROM public.reporting_personever WHERE days = 0")
    return deltas


def _columns(rows: list[tuple[Any, ...]]) -> list[list[Any]]:
    return list(map(list, zip(*rows, strict=True)))


def merge(limit: int) -> int:
    """Moves up to `limit` deltas into the sums, unless somebody else is at it; returns how many."""
    if not query(_LOCK, login=MERGER)[0][0]:
        return 0
    return int(query(_MERGE, [limit], login=MERGER)[0][0])
