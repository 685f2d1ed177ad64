"""Facts out of an open county, sums into the public tables, both through the folder's login."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connections

from reporting.aggregate import FactRow, MonthKey, Person, Sums

FOLDER = "folder"
PAGE = 5_000
_COUNTED_BACKLOG = 10_000  # beyond this it is enough to know that the county is far behind

_COLUMNS = (
    'f.kind, f.day, f.trade, f.station, f.person_key, f.role, f."values"::text, f.recorded_at, '
    "f.subject, f.town"
)

# The queue row goes and the fact comes in one statement. A row locked by another folder is skipped.
_TAKE = f"""
WITH waiting AS MATERIALIZED (
    SELECT id FROM kernel_factqueue ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
), taken AS (
    DELETE FROM kernel_factqueue USING waiting WHERE kernel_factqueue.id = waiting.id
    RETURNING kernel_factqueue.fact_id
)
SELECT {_COLUMNS} FROM taken JOIN kernel_fact f ON f.id = taken.fact_id
"""  # noqa: S608  # made of constants

# Facts without a queue row are the folded ones; whoever pages through them holds the county alone.
_FOLDED = f"""
SELECT f.id, {_COLUMNS} FROM kernel_fact f
WHERE f.id > %s AND NOT EXISTS (SELECT FROM kernel_factqueue q WHERE q.fact_id = f.id)
ORDER BY f.id LIMIT %s
"""  # noqa: S608  # made of constants

# Rows are sorted, so two folders of one county queue up instead of deadlocking.
_ADD = """
INSERT INTO public.reporting_rollup (county_id, day, trade, town, station, metric, value)
SELECT %s, * FROM unnest(%s::date[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[])
ON CONFLICT (county_id, day, trade, town, station, metric)
DO UPDATE SET value = reporting_rollup.value + excluded.value
"""
_ADD_MONTHS = """
INSERT INTO public.reporting_monthrollup (county_id, metric, month, trade, value)
SELECT %s, * FROM unnest(%s::text[], %s::date[], %s::text[], %s::bigint[])
ON CONFLICT (metric, county_id, month, trade)
DO UPDATE SET value = reporting_monthrollup.value + excluded.value
"""
_ADD_PEOPLE = """
INSERT INTO public.reporting_personday (county_id, day, role, trade, person_key)
SELECT %s, * FROM unnest(%s::date[], %s::text[], %s::text[], %s::text[])
ON CONFLICT (county_id, day, role, trade, person_key) DO NOTHING
RETURNING day, role, trade, person_key
"""
_DROP_PEOPLE = """
DELETE FROM public.reporting_personday p
USING unnest(%s::date[], %s::text[], %s::text[], %s::text[]) AS gone (day, role, trade, person_key)
WHERE p.county_id = %s AND p.day = gone.day AND p.role = gone.role AND p.trade = gone.trade
    AND p.person_key = gone.person_key
RETURNING p.day, p.role, p.trade, p.person_key
"""
# A county at rest is noted every two seconds, not at every look: the row would be written for nothing.
_FRESH = """
INSERT INTO public.reporting_freshness (county_id, folded_at, last_fact_recorded_at, backlog)
VALUES (%(county)s, %(at)s, %(latest)s, %(backlog)s)
ON CONFLICT (county_id) DO UPDATE SET
    folded_at = greatest(reporting_freshness.folded_at, excluded.folded_at),
    last_fact_recorded_at =
        greatest(reporting_freshness.last_fact_recorded_at, excluded.last_fact_recorded_at),
    backlog = excluded.backlog
WHERE %(folded)s > 0 OR reporting_freshness.backlog <> excluded.backlog
    OR reporting_freshness.folded_at < excluded.folded_at - interval '2 seconds'
"""


def _query(sql: str, params: Any) -> list[tuple[Any, ...]]:
    with connections[FOLDER].cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


def share_county() -> bool:
    """Folders work side by side; false while somebody recounts the county."""
    return bool(
        _query(
            "SELECT pg_try_advisory_xact_lock_shared(hashtextextended(current_schema() || ' fold', 0))", []
        )[0][0]
    )


def own_county() -> None:
    """Waits until no folder is at work in the county, and keeps them out to the transaction's end."""
    _query("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' fold', 0))", [])


def take_facts(limit: int) -> Iterator[FactRow]:
    return (_fact(row) for row in _query(_TAKE, [limit]))


def folded_facts() -> Iterator[FactRow]:
    """Every fact that is no longer queued. Wants `own_county`: then the set stands still, though
    counties go on recording."""
    last = UUID(int=0)
    while rows := _query(_FOLDED, [last, PAGE]):
        last = rows[-1][0]
        yield from (_fact(row[1:]) for row in rows)


def _fact(row: tuple[Any, ...]) -> FactRow:
    kind, day, trade, station, person_key, role, values, recorded_at, subject, town = row
    return FactRow(
        kind, day, trade, station, person_key, role, json.loads(values), recorded_at, subject, town
    )


def backlog() -> int:
    """How many facts wait, counted up to a limit."""
    return int(
        _query("SELECT count(*) FROM (SELECT FROM kernel_factqueue LIMIT %s) AS waiting", [_COUNTED_BACKLOG])[
            0
        ][0]
    )


def add(county_id: UUID, sums: Sums) -> None:
    """Adds to the county's own figures, day and month."""
    rollups = sorted((*key, value) for key, value in sums.rollups.items() if value)
    if rollups:
        _query(_ADD, [county_id, *_columns(rollups)])
        months = sorted((*key, value) for key, value in sums.months().items() if value)
        if months:
            _query(_ADD_MONTHS, [county_id, *_columns(months)])


def add_people(county_id: UUID, people: Collection[Person]) -> list[Person]:
    """Notes who counted; returns those that had not been noted."""
    return _query(_ADD_PEOPLE, [county_id, *_columns(sorted(people))]) if people else []


def drop_people(county_id: UUID, people: Collection[Person]) -> list[Person]:
    return _query(_DROP_PEOPLE, [*_columns(sorted(people)), county_id]) if people else []


def _columns(rows: Iterable[tuple[Any, ...]]) -> list[list[Any]]:
    return list(map(list, zip(*rows, strict=True)))


def note_freshness(county_id: UUID, sums: Sums, *, at: datetime) -> None:
    _query(
        _FRESH,
        {
            "county": county_id,
            "at": at,
            "latest": sums.latest,
            "backlog": backlog(),
            "folded": sums.facts,
        },
    )


def forget(county_id: UUID) -> None:
    """Empties the county's sums, for a rebuild in the same transaction."""
    _query("DELETE FROM public.reporting_rollup WHERE county_id = %s", [county_id])
    _query("DELETE FROM public.reporting_monthrollup WHERE county_id = %s", [county_id])


def stored(county_id: UUID) -> Sums:
    """The county's figures as the city reads them."""
    sums = Sums()
    for *key, value in _query(
        "SELECT day, trade, town, station, metric, value FROM public.reporting_rollup WHERE county_id = %s",
        [county_id],
    ):
        day, trade, town, station, metric = key
        sums.rollups[day, trade, town, station, metric] = value
    for day, role, trade, person_key in _query(
        "SELECT day, role, trade, person_key FROM public.reporting_personday WHERE county_id = %s",
        [county_id],
    ):
        sums.people.add((day, role, trade, person_key))
    return sums


def stored_months(county_id: UUID) -> dict[MonthKey, int]:
    return {
        (metric, month, trade): value
        for metric, month, trade, value in _query(
            "SELECT metric, month, trade, value FROM public.reporting_monthrollup WHERE county_id = %s",
            [county_id],
        )
    }
