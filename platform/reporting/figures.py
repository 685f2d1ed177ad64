"""Figures of the city: any metrics over any days, grouped, compared, cumulated and ranked.

The number of statements depends on what kinds of metrics are asked for, never on how many counties, rows or
days there are. All of it is exact at any time, and what is not complete is named.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import accumulate, islice
from uuid import UUID

from django.db.models import Q

from kernel.clock import real_now
from reporting import masking, reading, targets
from reporting.contracts import (
    Compare,
    CountyFreshness,
    Dimension,
    FigureAnswer,
    FigureQuery,
    FigureRow,
    FigureValue,
    FreshnessState,
)
from reporting.dictionary import Declaration, declarations, entry
from reporting.errors import METRIC_UNKNOWN, REPORT_GROUP, REPORT_PAGE, REPORT_RANGE, REPORT_SIZE
from reporting.masking import terms
from reporting.metrics import Balance, Metric, People, Quantile, Ratio, Retention
from reporting.models import Freshness
from reporting.moment import in_a_moment, one_moment
from reporting.periods import PERIODS, compared, next_start, starts
from reporting.reading import EARLIEST, Ask, Found, Group
from reporting.selectors import MAX_DAYS, STILL_AFTER, freshness
from reporting.territory import Territory, territory
from reporting.wording import texts

MAX_ROWS = 200_000
"""An answer of more groups is refused before it is looked for."""
MAX_PAGE = 10_000
NAMED = 100
"""Up to so many counties each one's freshness is told; of more, those on the page and those behind."""

_TRADES = 40  # more than the catalogue has


@dataclass(frozen=True, slots=True)
class _Table:
    """What was found: every group with its sums, the total, and what no one may see."""

    rows: Mapping[Group, Mapping[str, int]]
    total: Mapping[str, int]
    hidden: Mapping[str, tuple[frozenset[Group], bool]]
    narrow: bool
    """Of towns or stations, which are not kept of people."""


def figures(query: FigureQuery) -> FigureAnswer:
    """Rows come by county code, period, trade, town and station in the order of `group_by`, or ranked by
    `order_by`. Grouped by nothing but counties and a period, each has a row, of zeros if need be.

    Cumulative rows count from the query's first day to the end of their period. Targets are of counties and
    the city alone, not of trades, towns or stations. Raises `report_range_invalid`, `report_group_invalid`,
    `report_page_invalid`, `report_too_large`, `metric_unknown`, `county_unknown`.
    """
    _check(query)
    with nullcontext() if in_a_moment() else one_moment():
        return _answer(query)


def _answer(query: FigureQuery) -> FigureAnswer:
    wanted = [declarations()[code] for code in query.metrics]
    land = territory(query.counties, query.boundaries)
    ask = Ask(query.first, query.last, query.group_by, land, query.trades, query.towns, query.stations)
    _check_size(ask)
    known = _known_groups(ask)
    narrowed = known is not None and query.order_by is None and not any(map(masking.bases, wanted))
    if known is None:
        keys = None
    elif not narrowed:
        keys = list(known)
    else:
        keys = list(islice(known, query.after, query.after + query.limit + 1))
    page = ask
    if keys is not None and narrowed and Dimension.COUNTY in ask.by:
        page = replace(ask, territory=land.page({key.county for key in keys if key.county}))
    now = _table(query, page, ask, wanted, keys)
    groups = _ordered(query, now, wanted, land) if keys is None or not narrowed else keys
    offset = 0 if narrowed else query.after
    shown = groups[offset : offset + query.limit]
    against = compared(query.first, query.last, query.compare) if query.compare else None
    before = _before(query, page, ask, wanted, against)
    aims = targets.of(query, [key.county for key in shown if key.county]) if _aimed(query) else {}
    told = _freshness(land, [key.county for key in shown])
    behind = tuple(one.county for one in told if one.state is not FreshnessState.FRESH)
    return FigureAnswer(
        query=query,
        rows=tuple(_row(query, key, wanted, now, before, aims, page.territory) for key in shown),
        total=_row(query, None, wanted, now, before, aims, land),
        compared=against,
        freshness=tuple(told),
        behind=behind,
        complete=not behind,
        more=len(groups) > offset + query.limit,
    )


def _check(query: FigureQuery) -> None:
    if not timedelta(0) <= query.last - query.first <= timedelta(days=MAX_DAYS) or query.first < EARLIEST:
        raise REPORT_RANGE.error(field="last", days=MAX_DAYS)
    if len(set(query.group_by)) < len(query.group_by) or sum(one in PERIODS for one in query.group_by) > 1:
        raise REPORT_GROUP.error(field="group_by")
    known = declarations()
    for code in query.metrics:
        if code not in known:
            raise METRIC_UNKNOWN.error(field="metrics", metric=code[:40])
    if query.order_by is not None and query.order_by not in query.metrics:
        raise METRIC_UNKNOWN.error(field="order_by", metric=query.order_by[:40])
    if not 1 <= query.limit <= MAX_PAGE or query.after < 0:
        raise REPORT_PAGE.error(field="limit", most=MAX_PAGE)


def _check_size(ask: Ask) -> None:
    size = len(ask.territory.shown) if Dimension.COUNTY in ask.by else 1
    if ask.unit is not None:
        size *= len(starts(ask.first, ask.last, ask.unit))
    if Dimension.TRADE in ask.by:
        size *= len(ask.trades) if ask.trades is not None else _TRADES
    if size > MAX_ROWS:
        raise REPORT_SIZE.error(field="group_by", most=MAX_ROWS)


def _known_groups(ask: Ask) -> Iterator[Group] | None:
    """Every group in order when they are known beforehand: grouped by counties and a period only."""
    if not set(ask.by) <= {Dimension.COUNTY, *PERIODS}:
        return None
    counties: Sequence[UUID | None] = [None]
    periods: Sequence[date | None] = [None]
    if Dimension.COUNTY in ask.by:
        counties = ask.territory.ids
    if ask.unit is not None:
        periods = starts(ask.first, ask.last, ask.unit)
    if not ask.by:
        return iter(())
    if ask.by[0] is Dimension.COUNTY:
        return (Group(county, period) for county in counties for period in periods)
    return (Group(county, period) for period in periods for county in counties)


def _table(
    query: FigureQuery, page: Ask, whole: Ask, wanted: Sequence[Declaration], keys: Sequence[Group] | None
) -> _Table:
    """Reads the groups of `page`, and the total of `whole`. One is part of the other where rows are many."""
    cumulated = query.cumulative and page.unit is not None
    rows: Found = defaultdict(lambda: defaultdict(int))
    if page.by:
        rows = reading.merged(_sums(page, wanted), _people(page, wanted, cumulative=cumulated))
    if cumulated or any(isinstance(one, Balance) for one in wanted):
        rows = _with_periods(page, rows)
    for key in keys or ():
        rows[key]  # a row of zeros
    whole = replace(whole, by=())
    total = reading.merged(_sums(whole, wanted), _people(whole, wanted))[Group()]
    hidden = _hidden(rows, total, wanted, cumulated=cumulated)
    if cumulated:
        rows = _running(rows)
    _add_balances(rows, total, page, whole, wanted)
    _add_retention(rows, total, page, whole, wanted)
    return _Table(rows, total, hidden, page.narrow)


def _sums(ask: Ask, wanted: Sequence[Declaration]) -> Found:
    return reading.sums(ask, _needed(wanted))


def _needed(wanted: Sequence[Declaration]) -> set[str]:
    """The additive metrics that those asked for are made of, or hidden by."""
    codes: set[str] = set()
    for one in wanted:
        for base in masking.bases(one):
            codes |= set(base)
        if isinstance(one, Metric):
            codes.add(one.code)
        elif isinstance(one, Ratio):
            codes |= set(one.part) | set(one.whole)
            for part in (*one.part, *one.whole) if one.cases else ():
                for base in masking.bases(declarations()[part]):
                    codes |= set(base)
        elif isinstance(one, Quantile):
            codes |= set(one.buckets.codes)
    return codes


def _people(ask: Ask, wanted: Sequence[Declaration], *, cumulative: bool = False) -> Found:
    roles = [one.code for one in wanted if isinstance(one, People)]
    return reading.people(ask, roles, cumulative=cumulative)


def _with_periods(ask: Ask, rows: Found) -> Found:
    """Adds the periods in which nothing happened: a running total stands there, too."""
    if ask.unit is None:
        return rows
    periods = starts(ask.first, ask.last, ask.unit)
    for group in {group._replace(period=None) for group in rows}:
        for start in periods:
            rows[group._replace(period=start)]  # a row of zeros
    return rows


def _lines(rows: Mapping[Group, Mapping[str, int]]) -> dict[Group, list[Group]]:
    """The groups of each line of periods, in time."""
    found: dict[Group, list[Group]] = {}
    for group in sorted(rows, key=lambda group: group.period or date.min):
        found.setdefault(group._replace(period=None), []).append(group)
    return found


def _running(rows: Found) -> Found:
    for line in _lines(rows).values():
        sofar: dict[str, int] = {}
        for group in line:
            for code, value in rows[group].items():
                sofar[code] = sofar.get(code, 0) + value
            rows[group].update(sofar)
    return rows


def _hidden(
    rows: Found, total: Mapping[str, int], wanted: Sequence[Declaration], *, cumulated: bool
) -> dict[str, tuple[frozenset[Group], bool]]:
    found: dict[str, tuple[frozenset[Group], bool]] = {}
    for one in wanted:
        if not masking.bases(one):
            continue
        if not cumulated:
            found[one.code] = masking.hidden(one, rows, total)
            continue
        lines = [
            masking.hidden_running(one, [(group, rows[group]) for group in line])
            for line in _lines(rows).values()
        ]
        gone = frozenset[Group]().union(*(keys for keys, _ in lines))
        found[one.code] = gone, any(last for _, last in lines)
    return found


def _add_balances(
    rows: Found, total: dict[str, int], page: Ask, whole: Ask, wanted: Sequence[Declaration]
) -> None:
    """A balance is all that flowed up to the end of the period: what there was before the range, and what
    came since. Two statements for the groups, one for the total."""
    balances = [one for one in wanted if isinstance(one, Balance)]
    if not balances:
        return
    flows = {code for one in balances for code in one.flows}
    ever = reading.sums(replace(whole, first=EARLIEST), flows)[Group()]
    for one in balances:
        total[one.code] = terms(ever, one.flows)
    if not page.by:
        return
    lines_by = tuple(one for one in page.by if one not in PERIODS)
    opening = reading.sums(
        replace(page, by=lines_by, first=EARLIEST, last=page.first - timedelta(days=1)), flows
    )
    moved = reading.sums(page, flows)
    for group in set(moved) | set(opening):
        if page.unit is None or group.period is not None:
            rows[group]  # a row of zeros
    if page.unit is not None:
        for group in opening:
            for start in starts(page.first, page.last, page.unit):
                rows[group._replace(period=start)]  # a row of zeros
        _with_periods(page, rows)
    for line, groups in _lines(rows).items():
        for one in balances:
            added = (terms(moved.get(group, {}), one.flows) for group in groups)
            at = list(accumulate(added, initial=terms(opening.get(line, {}), one.flows)))[1:]
            for group, value in zip(groups, at, strict=True):
                rows[group][one.code] = value


def _add_retention(
    rows: Found, total: dict[str, int], page: Ask, whole: Ask, wanted: Sequence[Declaration]
) -> None:
    before = compared(page.first, page.last, Compare.PREVIOUS)
    assert before is not None
    for one in wanted:
        if not isinstance(one, Retention):
            continue
        for code, count in reading.retention(whole, one.people, before)[Group()].items():
            total[f"{one.code}:{code}"] = count
        for group, counts in reading.retention(page, one.people, before).items() if page.by else ():
            rows[group].update({f"{one.code}:{code}": count for code, count in counts.items()})


def _before(
    query: FigureQuery,
    page: Ask,
    whole: Ask,
    wanted: Sequence[Declaration],
    against: tuple[date, date] | None,
) -> _Table | None:
    """What the same groups were in the days compared with, under the periods of now: the first is held
    against the first."""
    if against is None:
        return None
    first, last = against
    page, whole = replace(page, first=first, last=last), replace(whole, first=first, last=last)
    keys = _known_groups(page)
    then = _table(query, page, whole, wanted, None if keys is None else list(keys))
    if page.unit is None:
        return then
    now = dict(zip(starts(first, last, page.unit), starts(query.first, query.last, page.unit), strict=False))

    def moved(group: Group) -> Group:
        return group._replace(period=now.get(group.period, date.min) if group.period else None)

    return _Table(
        {moved(group): values for group, values in then.rows.items()},
        then.total,
        {
            code: (frozenset(map(moved, keys)), whole_hidden)
            for code, (keys, whole_hidden) in then.hidden.items()
        },
        then.narrow,
    )


def _ordered(query: FigureQuery, now: _Table, wanted: Sequence[Declaration], land: Territory) -> list[Group]:
    codes = {ref.id: ref.code for ref in land.shown}

    def usual(group: Group) -> tuple[str, ...]:
        parts = {
            Dimension.COUNTY: codes.get(group.county, "") if group.county else "",
            Dimension.TRADE: group.trade or "",
            Dimension.TOWN: group.town or "",
            Dimension.STATION: group.station or "",
        }
        period = group.period.isoformat() if group.period else ""
        return tuple(parts.get(one, period) for one in query.group_by)

    groups = sorted(now.rows, key=usual)
    if query.order_by is None:
        return groups
    one = next(one for one in wanted if one.code == query.order_by)
    values = {group: _number(one, now, group)[0] for group in groups}
    known = [group for group in groups if values[group] is not None]
    known.sort(key=lambda group: values[group] or 0, reverse=query.descending)
    return known + [group for group in groups if values[group] is None]


def _number(one: Declaration, table: _Table, key: Group | None) -> tuple[int | None, bool, bool]:
    """The value of a group, or with no key of the total; whether it is hidden, and whether it is a bucket's
    lower bound."""
    rows, whole = table.hidden.get(one.code, (frozenset(), False))
    if whole if key is None else key in rows:
        return None, True, False
    if table.narrow and isinstance(one, People | Retention):
        return None, False, False
    sums = table.total if key is None else table.rows.get(key, {})
    if isinstance(one, Ratio):
        scale = 10_000 if one.unit == "basis points" else 1
        return _share(terms(sums, one.part) * scale, terms(sums, one.whole)), False, False
    if isinstance(one, Retention):
        kept, past = sums.get(f"{one.code}:kept", 0), sums.get(f"{one.code}:before", 0)
        return _share(kept * 10_000, past), False, False
    if isinstance(one, Quantile):
        bound, over = _quantile(one, sums)
        return bound, False, over
    return sums.get(one.code, 0), False, False


def _share(part: int, whole: int) -> int | None:
    """Rounded half up; None of nothing."""
    return (2 * part + whole) // (2 * whole) if whole > 0 else None


def _quantile(one: Quantile, sums: Mapping[str, int]) -> tuple[int | None, bool]:
    counts = [sums.get(code, 0) for code in one.buckets.codes]
    rank = -(-sum(counts) * one.percent // 100)
    if rank == 0:
        return None, False
    bucket = next(index for index, seen in enumerate(accumulate(counts)) if seen >= rank)
    bounds = one.buckets.bounds
    return bounds[min(bucket, len(bounds) - 1)], bucket == len(bounds)


def _row(
    query: FigureQuery,
    key: Group | None,
    wanted: Sequence[Declaration],
    now: _Table,
    before: _Table | None,
    aims: Mapping[targets.Aim, int],
    land: Territory,
) -> FigureRow:
    unit = next((one for one in query.group_by if one in PERIODS), None)
    first: date | None = query.first
    last: date | None = query.last
    if key is not None:
        first = last = None
        if key.period is not None and unit is not None:
            first = max(query.first, key.period)
            last = min(query.last, next_start(key.period, unit) - timedelta(days=1))
    group = key or Group()
    narrow = query.trades or query.towns or query.stations or group.trade or group.town or group.station
    values = []
    for one in wanted:
        aim = None
        if aims and not narrow and (key is not None or query.counties is None):
            aim = targets.aim(aims, one, group.county, first or query.first, last or query.last)
        values.append(_value(one, key, now, before, aim, compare=query.compare))
    return FigureRow(
        county=land.by_id[group.county].slug if group.county else None,
        first=first,
        last=last,
        trade=group.trade,
        town=group.town,
        station=group.station,
        values=tuple(values),
    )


def _value(
    one: Declaration,
    key: Group | None,
    now: _Table,
    before: _Table | None,
    aim: int | None,
    *,
    compare: Compare | None,
) -> FigureValue:
    value, hidden, over = _number(one, now, key)
    zh, en = texts(value, entry(one.code).unit, hidden=hidden, over=over)
    if hidden:
        return FigureValue(one.code, None, zh, en, hidden=True)
    past = _number(one, before, key)[0] if before is not None else None
    reference = aim if compare is Compare.TARGET else past
    change = value - reference if value is not None and reference is not None else None
    change_bp = None
    if change is not None and reference:
        change_bp = _signed_share(change * 10_000, abs(reference))
    return FigureValue(one.code, value, zh, en, before=past, change=change, change_bp=change_bp, target=aim)


def _signed_share(part: int, whole: int) -> int:
    """Rounded half away from zero."""
    share = (2 * abs(part) + whole) // (2 * whole)
    return share if part >= 0 else -share


def _aimed(query: FigureQuery) -> bool:
    return query.compare is Compare.TARGET and not (query.trades or query.towns or query.stations)


def _freshness(land: Territory, shown: Sequence[object]) -> list[CountyFreshness]:
    """Each county asked for, and those whose past counts for one of them; of very many only those on the
    page and all that are behind or missing."""
    at = real_now()
    refs = land.asked
    if len(refs) <= NAMED:
        return freshness(refs, at=at)
    asked = [ref.id for ref in refs]
    rows = Freshness.objects.all() if land.everyone else Freshness.objects.filter(county_id__in=asked)
    late = rows.exclude(county_id__in=land.sandboxes)
    behind = late.filter(~Q(backlog=0) | Q(folded_at__lt=at - STILL_AFTER))
    page = {*shown, *behind.values_list("county_id", flat=True)}
    if late.count() < len(refs):
        known = set(late.values_list("county_id", flat=True))
        page |= {ref.id for ref in refs if ref.id not in known}
    return freshness([ref for ref in refs if ref.id in page], at=at)
