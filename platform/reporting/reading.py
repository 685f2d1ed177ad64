"""Sums, people and balances out of the public tables, a fixed number of statements whatever is asked.

The whole city is read from its own sums with the deltas nobody has merged yet, in one statement and so in one
snapshot; counties from their months and, at the edges of a range, their days; towns and stations from days.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connections, router

from reporting.city_store import EVER, ever_code, month_code
from reporting.contracts import Dimension
from reporting.models import Rollup
from reporting.periods import PERIODS, is_whole_months, next_start, start_of, whole_months
from reporting.territory import Territory

EARLIEST = date(2000, 1, 1)
"""Balances are summed from here."""

_ONE = timedelta(days=1)
_TRUNC = {
    Dimension.WEEK: "date_trunc('week', {})::date",
    Dimension.MONTH: "date_trunc('month', {})::date",
    Dimension.QUARTER: "date_trunc('quarter', {})::date",
    Dimension.YEAR: "date_trunc('year', {})::date",
    Dimension.DAY: "{}",
}
_NARROW = (Dimension.TOWN, Dimension.STATION)


class Group(NamedTuple):
    """What a row is about; None where it is not grouped by."""

    county: UUID | None = None
    period: date | None = None
    trade: str | None = None
    town: str | None = None
    station: str | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    first: date
    last: date
    by: tuple[Dimension, ...]
    territory: Territory
    trades: tuple[str, ...] | None = None
    towns: tuple[str, ...] | None = None
    stations: tuple[str, ...] | None = None

    @property
    def unit(self) -> Dimension | None:
        return next((one for one in self.by if one in PERIODS), None)

    @property
    def narrow(self) -> bool:
        """Towns and stations are kept by the day and the county only."""
        return self.towns is not None or self.stations is not None or any(one in _NARROW for one in self.by)

    @property
    def of_city(self) -> bool:
        return self.territory.everyone and Dimension.COUNTY not in self.by and not self.narrow


Found = defaultdict[Group, dict[str, int]]


def _found() -> Found:
    return defaultdict(lambda: defaultdict(int))


@dataclass(slots=True)
class _Part:
    sql: str
    params: list[Any]


def sums(ask: Ask, metrics: Collection[str]) -> Found:
    """The additive metrics of each group that has any; one statement."""
    found = _found()
    if not metrics or ask.first > ask.last:
        return found
    parts = _city_parts(ask, metrics) if ask.of_city else _county_parts(ask, metrics)
    columns = _names(ask)
    where, params = "", [value for part in parts for value in part.params]
    if not ask.of_city and ask.territory.mapped:
        where = "WHERE county = ANY(%s)"
        params.append(ask.territory.ids)
    listed = "".join(f"{column}, " for column in columns)
    union = " UNION ALL ".join(part.sql for part in parts)
    sql = (
        f"SELECT {listed}metric, sum(value)::bigint FROM ({union}) s "  # noqa: S608  # made of constants
        f"{where} GROUP BY {listed}metric"
    )
    for *key, metric, value in _query(sql, params):
        found[Group(**dict(zip(columns, key, strict=True)))][metric] += value
    return found


def _names(ask: Ask) -> list[str]:
    """The columns of a group, as `Group` names them."""
    return [
        "period" if one in PERIODS else one.value
        for one in (Dimension.COUNTY, *PERIODS, Dimension.TRADE, *_NARROW)
        if one in ask.by
    ]


def _selected(ask: Ask, column: str) -> tuple[str, list[Any]]:
    """Select list of one part, which has its day or month in `column`."""
    listed, params = [], list[Any]()
    if Dimension.COUNTY in ask.by or (not ask.of_city and ask.territory.mapped):
        owner, params = ask.territory.owner(column)
        listed.append(f"{owner} AS county")
    if ask.unit is not None:
        listed.append(f"{_TRUNC[ask.unit].format(column)} AS period")
    listed += [one.value for one in (Dimension.TRADE, *_NARROW) if one in ask.by]
    return ", ".join([*listed, "metric", "value"]), params


def _part(
    ask: Ask,
    table: str,
    column: str,
    first: date,
    last: date,
    metrics: Collection[str],
    counties: Collection[UUID] | None = None,
) -> _Part:
    selected, params = _selected(ask, column)
    where = [f"{column} BETWEEN %s AND %s", "metric = ANY(%s)"]
    params += [first, last, sorted(metrics)]
    if counties is not None:
        where.append("county_id = ANY(%s)")
        params.append(list(counties))
    for name, values in (("trade", ask.trades), ("town", ask.towns), ("station", ask.stations)):
        if values is not None:
            where.append(f"{name} = ANY(%s)")
            params.append(list(values))
    sql = f"SELECT {selected} FROM public.{table} WHERE {' AND '.join(where)}"  # noqa: S608  # made of constants
    return _Part(sql, params)


def _city_parts(ask: Ask, metrics: Collection[str]) -> list[_Part]:
    parts = [_part(ask, "reporting_citydelta", "day", ask.first, ask.last, metrics)]
    months, edges = _cut(ask)
    if months:
        parts.append(_part(ask, "reporting_citymonthrollup", "month", *months, metrics))
    return parts + [_part(ask, "reporting_cityrollup", "day", *edge, metrics) for edge in edges]


def _county_parts(ask: Ask, metrics: Collection[str]) -> list[_Part]:
    sources, split = ask.territory.sources, set(ask.territory.split)
    if ask.narrow:
        return [_part(ask, "reporting_rollup", "day", ask.first, ask.last, metrics, sources)]
    whole = [county for county in sources if county not in split]
    months, edges = _cut(ask)
    parts = [_part(ask, "reporting_rollup", "day", *edge, metrics, whole) for edge in edges]
    if months:
        parts.append(_part(ask, "reporting_monthrollup", "month", *months, metrics, whole))
    if split:
        parts.append(_part(ask, "reporting_rollup", "day", ask.first, ask.last, metrics, sorted(split)))
    return parts


def _cut(ask: Ask) -> tuple[tuple[date, date] | None, list[tuple[date, date]]]:
    """First and last month that can be read whole, and the days before and after them."""
    months = None if ask.unit in (Dimension.DAY, Dimension.WEEK) else whole_months(ask.first, ask.last)
    if months is None:
        return None, [(ask.first, ask.last)]
    begin, end = months
    edges = [(ask.first, begin - _ONE), (end, ask.last)]
    return (begin, end - _ONE), [(first, last) for first, last in edges if first <= last]


def people(ask: Ask, roles: Collection[str], *, cumulative: bool = False) -> Found:
    """Distinct people of each group, each counted once in it; at most two statements. With `cumulative`
    the people of a period are those who had not counted in the range before, and so add up.
    Towns and stations are not kept of people: nothing is found."""
    if not roles or ask.narrow or ask.first > ask.last:
        return _found()
    if ask.of_city and ask.trades is None and not cumulative:
        if ask.by == (Dimension.MONTH,) and is_whole_months(ask.first, ask.last):
            return _counted(ask, roles, month_code)
        if not ask.by:
            return _people_of_city(ask, roles)
    columns = _names(ask)
    inner, params = _persons(ask, ask.first, ask.last, roles, first_only=cumulative and ask.unit is not None)
    listed = "".join(f"{column}, " for column in columns)
    # distinct rows are hashed, which count(DISTINCT) would sort
    distinct = f"SELECT DISTINCT {listed}role, person_key FROM ({inner}) p"  # noqa: S608  # made of constants
    sql = f"SELECT {listed}role, count(*) FROM ({distinct}) s GROUP BY {listed}role"  # noqa: S608  # made of constants
    found = _found()
    for *key, role, count in _query(sql, params):
        found[Group(**dict(zip(columns, key, strict=True)))][role] = count
    return found


_LATER = (
    "SELECT EXISTS (SELECT FROM public.reporting_personday WHERE role = ANY(%s) AND day > %s AND day <= %s)"
)


def _counted(ask: Ask, roles: Collection[str], code: Any) -> Found:
    """People that were counted as they first came."""
    found, codes = _found(), {code(role): role for role in roles}
    for group, counts in sums(replace(ask, trades=None), list(codes)).items():
        for metric, value in counts.items():
            found[group][codes[metric]] = value
    return found


def _people_of_city(ask: Ask, roles: Collection[str]) -> Found:
    """Everybody in the city: one month and all time are kept as counts, other whole months as lists. A month
    that has not gone on since the last day is whole."""
    end = next_start(start_of(ask.last, Dimension.MONTH), Dimension.MONTH) - _ONE
    if ask.last < end and not _query(_LATER, [sorted(roles), ask.last, end])[0][0]:
        ask = replace(ask, last=end)
    months = whole_months(ask.first, ask.last)
    if months is not None and is_whole_months(ask.first, ask.last):
        if next_start(ask.first, Dimension.MONTH) == months[1]:
            return _counted(ask, roles, month_code)
        outside = _query(
            "SELECT EXISTS (SELECT FROM public.reporting_personmonth WHERE role = ANY(%s) AND month < %s) "
            "OR EXISTS (SELECT FROM public.reporting_personmonth WHERE role = ANY(%s) AND month >= %s)",
            [sorted(roles), months[0], sorted(roles), months[1]],
        )
        if not outside[0][0]:
            return _counted(replace(ask, first=EVER, last=EVER), roles, ever_code)
    parts, params = [], list[Any]()
    whole, edges = _cut(ask)
    if whole:
        parts.append(
            "SELECT role, person_key FROM public.reporting_personmonth "
            "WHERE role = ANY(%s) AND month BETWEEN %s AND %s"
        )
        params += [sorted(roles), *whole]
    for edge in edges:
        sql, values = _persons(replace(ask, by=()), *edge, roles)
        parts.append(sql)
        params += values
    found = _found()
    union = " UNION ALL ".join(parts)
    for role, count in _query(
        f"SELECT role, count(*) FROM (SELECT DISTINCT role, person_key FROM ({union}) p) s GROUP BY role",  # noqa: S608  # made of constants
        params,
    ):
        found[Group()][role] = count
    return found


def _persons(
    ask: Ask, first: date, last: date, roles: Collection[str], *, first_only: bool = False
) -> tuple[str, list[Any]]:
    """Group, role and key of everybody's days; with `first_only` of the first day in each group but for
    its period."""
    where, params = ["role = ANY(%s)", "day BETWEEN %s AND %s"], [sorted(roles), first, last]
    if ask.of_city or ask.territory.everyone:
        where.append("county_id <> ALL(%s)")
        params.append(list(ask.territory.sandboxes))
    else:
        where.append("county_id = ANY(%s)")
        params.append(list(ask.territory.sources))
    if ask.trades is not None:
        where.append("trade = ANY(%s)")
        params.append(list(ask.trades))
    owner, owned = ask.territory.owner("day")
    if not ask.of_city and ask.territory.mapped:
        where.append(f"{owner} = ANY(%s)")
        params += [*owned, ask.territory.ids]
    keys, key_params = [], list[Any]()
    if Dimension.COUNTY in ask.by:
        keys.append(f"{owner} AS county")
        key_params += owned
    if Dimension.TRADE in ask.by:
        keys.append("trade")
    day = "min(day)" if first_only else "day"
    if ask.unit is not None:
        keys.append(f"{_TRUNC[ask.unit].format(day)} AS period")
    listed = ", ".join([*keys, "role", "person_key"])
    sql = f"SELECT {listed} FROM public.reporting_personday WHERE {' AND '.join(where)}"  # noqa: S608  # made of constants
    if first_only:
        positions = [
            str(at) for at, key in enumerate([*keys, "role", "person_key"], 1) if not key.endswith("period")
        ]
        sql += f" GROUP BY {', '.join(positions)}"
    return sql, [*key_params, *params]


def retention(ask: Ask, role: str, before: tuple[date, date]) -> Found:
    """Of each group: who counted in the period and in the one before (`kept`), and in the one before
    (`before`). Without periods the one before is `before`; else each period's own. One statement."""
    found = _found()
    if ask.narrow or ask.first > ask.last:
        return found
    keys = [column for column in _names(ask) if column != "period"]
    listed = "".join(f"{column}, " for column in keys)
    unit = ask.unit
    if unit is None:
        inner, params = _retained(ask, role, before)
        sql = (
            f"SELECT {listed}count(*) FILTER (WHERE now AND past), count(*) FILTER (WHERE past) "  # noqa: S608  # made of constants
            f"FROM ({inner}) s"
        )
        sql += f" GROUP BY {listed[:-2]}" if keys else ""
        for *key, kept, past in _query(sql, params):
            found[Group(**dict(zip(keys, key, strict=True)))].update(kept=kept, before=past)
        return found
    start = next_start(start_of(ask.first, unit), unit, -1)
    inner, params = _persons(ask, start, ask.last, [role])
    later = _shift(unit)
    sql = (
        f"WITH seen AS (SELECT DISTINCT {listed}period, person_key FROM ({inner}) s) "  # noqa: S608  # made of constants
        f"SELECT {''.join(f'b.{column}, ' for column in keys)}({later})::date, "
        "count(n.person_key), count(*) FROM seen b LEFT JOIN seen n ON n.person_key = b.person_key "
        f"AND n.period = ({later})::date {''.join(f'AND n.{column} = b.{column} ' for column in keys)}"
        f"GROUP BY {', '.join(str(at) for at in range(1, len(keys) + 2))}"
    )
    for *key, period, kept, past in _query(sql, params):
        if period <= ask.last:
            group = Group(**dict(zip(keys, key, strict=True)), period=period)
            found[group].update(kept=kept, before=past)
    return found


def _retained(ask: Ask, role: str, before: tuple[date, date]) -> tuple[str, list[Any]]:
    keys = [column for column in _names(ask) if column != "period"]
    listed = "".join(f"{column}, " for column in keys)
    if ask.of_city and not ask.by and ask.trades is None and _whole(ask, before):
        sql = (
            "SELECT person_key, bool_or(month >= %s) AS now, bool_or(month < %s) AS past "
            "FROM public.reporting_personmonth WHERE role = %s AND month BETWEEN %s AND %s GROUP BY 1"
        )
        return sql, [ask.first, ask.first, role, before[0], ask.last]
    now, now_params = _persons(ask, ask.first, ask.last, [role])
    past, past_params = _persons(ask, *before, [role])
    sql = (
        f"SELECT {listed}person_key, bool_or(at) AS now, bool_or(NOT at) AS past FROM ("  # noqa: S608  # made of constants
        f"SELECT *, true AS at FROM ({now}) n UNION ALL SELECT *, false FROM ({past}) p) s "
        f"GROUP BY {listed}person_key"
    )
    return sql, [*now_params, *past_params]


def _whole(ask: Ask, before: tuple[date, date]) -> bool:
    return is_whole_months(ask.first, ask.last) and is_whole_months(*before) and before[1] + _ONE == ask.first


def _shift(unit: Dimension) -> str:
    step = {"day": "1 day", "week": "7 days", "month": "1 month", "quarter": "3 months", "year": "1 year"}
    return f"b.period + interval '{step[unit.value]}'"


def merged(*tables: Mapping[Group, Mapping[str, int]]) -> Found:
    """Several findings in one."""
    found = _found()
    for table in tables:
        for group, values in table.items():
            found[group].update(values)
    return found


def _query(sql: str, params: Iterable[Any]) -> list[tuple[Any, ...]]:
    with connections[router.db_for_read(Rollup)].cursor() as cursor:
        cursor.execute(sql, list(params))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
