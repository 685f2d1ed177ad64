"""What the city reads: rollups only, in a number of queries that depends on nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, QuerySet, Sum

from kernel.clock import real_now
from reporting.contracts import (
    CityReport,
    CountyFreshness,
    Figures,
    FillQuantile,
    FreshnessState,
    GroupBy,
    ReportRow,
)
from reporting.errors import REPORT_GROUP, REPORT_RANGE
from reporting.metrics import FILL_BOUNDS, FILL_OVER, PEOPLE, fill_code
from reporting.models import Freshness, PersonDay, Rollup
from tenants import directory
from tenants.contracts import CountyRef
from tenants.errors import COUNTY_UNKNOWN

MAX_DAYS = 3_660
STILL_AFTER = timedelta(seconds=60)
"""A county whose folder has not come by for so long (real time) is behind, even with nothing waiting."""

_COLUMN = {GroupBy.COUNTY: "county_id", GroupBy.DAY: "day", GroupBy.TRADE: "trade"}
_COUNTED = {people.code for people in PEOPLE} & set(Figures.__dataclass_fields__)
_SUMMED = {name for name in Figures.__dataclass_fields__ if not name.startswith("fill_")} - _COUNTED


class _Group(NamedTuple):
    county_id: UUID | None
    day: date | None
    trade: str | None


_TOTAL = _Group(None, None, None)


def city_report(
    first: date,
    last: date,
    *,
    counties: Sequence[str] | None = None,
    trades: Sequence[str] | None = None,
    group_by: Collection[str] = (),
) -> CityReport:
    """The figures of Shanghai days `first` to `last`, both included, for some counties (slugs) and
    trades or for all. `group_by` is any of `county`, `day`, `trade`; rows come in that order. Sandbox
    counties are never counted; grouped by county alone, a county without figures has a row of zeros.

    Four queries. Raises `report_range_invalid`, `report_group_invalid`, `county_unknown`.
    """
    if not timedelta(0) <= last - first <= timedelta(days=MAX_DAYS):
        raise REPORT_RANGE.error(field="last", days=MAX_DAYS)
    if not set(group_by) <= set(GroupBy):
        raise REPORT_GROUP.error(field="group_by")
    refs = _counties(counties)
    columns = [column for group, column in _COLUMN.items() if group in set(group_by)]
    chosen: dict[str, Any] = {"county_id__in": list(refs), "day__range": (first, last)}
    if trades is not None:
        chosen["trade__in"] = list(trades)

    sums = _sums(Rollup.objects.filter(**chosen), columns)
    people = _people(PersonDay.objects.filter(**chosen), columns)
    groups = set(sums) | set(people)
    if columns == ["county_id"]:
        groups |= {_Group(county_id, None, None) for county_id in refs}
    rows = [_row(group, refs, sums[group], people[group]) for group in groups - {_TOTAL}]
    return CityReport(
        first=first,
        last=last,
        rows=tuple(sorted(rows, key=lambda row: _order(row, refs))),
        total=_figures(sums[_TOTAL], people[_TOTAL]),
        freshness=tuple(freshness(refs.values())),
    )


def freshness(counties: Iterable[CountyRef], *, at: datetime | None = None) -> list[CountyFreshness]:
    """How current each county's figures are at a moment of real time, by default this one; one query."""
    refs = list(counties)
    known = {row.county_id: row for row in Freshness.objects.filter(county_id__in=[ref.id for ref in refs])}
    return [_freshness(ref, known.get(ref.id), at or real_now()) for ref in refs]


def _freshness(ref: CountyRef, row: Freshness | None, at: datetime) -> CountyFreshness:
    if row is None:
        state = FreshnessState.MISSING
    elif row.backlog or at - row.folded_at > STILL_AFTER:
        state = FreshnessState.BEHIND
    else:
        state = FreshnessState.FRESH
    return CountyFreshness(
        county_id=ref.id,
        county=ref.slug,
        name=ref.name,
        name_en=ref.name_en,
        state=state,
        folded_at=row.folded_at if row else None,
        last_fact_recorded_at=row.last_fact_recorded_at if row else None,
        waiting_facts=row.backlog if row else None,
    )


def _counties(slugs: Sequence[str] | None) -> dict[UUID, CountyRef]:
    """The counties asked for by code; a sandbox is no county of the city's."""
    real = {ref.slug: ref for ref in directory.all_counties()}
    if slugs is None:
        return {ref.id: ref for ref in real.values()}
    unknown = [slug for slug in slugs if slug not in real]
    if unknown:
        raise COUNTY_UNKNOWN.error(field="counties")
    return {ref.id: ref for ref in real.values() if ref.slug in set(slugs)}


def _sums(rollups: QuerySet[Rollup], columns: list[str]) -> defaultdict[_Group, dict[str, int]]:
    """Metric sums of each group and of all together; sums of sums are exact."""
    found: defaultdict[_Group, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rollups.values(*columns, "metric").annotate(total=Sum("value")):
        for group in {_group(row), _TOTAL}:
            found[group][row["metric"]] += int(row["total"])
    return found


def _people(persons: QuerySet[PersonDay], columns: list[str]) -> defaultdict[_Group, dict[str, int]]:
    """Distinct people of each group; the total is counted for itself, for people do not add up."""
    found: defaultdict[_Group, dict[str, int]] = defaultdict(dict)
    for by in (columns, []):
        for row in persons.values(*by, "role").annotate(people=Count("person_key", distinct=True)):
            found[_group(row)][row["role"]] = row["people"]
    return found


def _group(row: Mapping[str, Any]) -> _Group:
    return _Group(row.get("county_id"), row.get("day"), row.get("trade"))


def _row(
    group: _Group, refs: Mapping[UUID, CountyRef], sums: Mapping[str, int], people: Mapping[str, int]
) -> ReportRow:
    return ReportRow(
        county_id=group.county_id,
        county=refs[group.county_id].slug if group.county_id else None,
        day=group.day,
        trade=group.trade,
        figures=_figures(sums, people),
    )


def _order(row: ReportRow, refs: Mapping[UUID, CountyRef]) -> tuple[str, date, str]:
    return (refs[row.county_id].code if row.county_id else "", row.day or date.min, row.trade or "")


def _figures(sums: Mapping[str, int], people: Mapping[str, int]) -> Figures:
    return Figures(
        **{name: sums[name] for name in _SUMMED if name in sums},
        **{code: people.get(code, 0) for code in _COUNTED},
        fill_p50=_quantile(sums, 50),
        fill_p95=_quantile(sums, 95),
    )


def _quantile(sums: Mapping[str, int], percent: int) -> FillQuantile | None:
    """The bucket of the smallest value that at least `percent` % of the fills do not exceed."""
    counts = [sums.get(fill_code(bound), 0) for bound in FILL_BOUNDS] + [sums.get(FILL_OVER, 0)]
    rank = -(-sum(counts) * percent // 100)
    if rank == 0:
        return None
    bucket = next(index for index, seen in enumerate(accumulate(counts)) if seen >= rank)
    return FillQuantile(
        more_than=FILL_BOUNDS[bucket - 1] if bucket else 0,
        at_most=FILL_BOUNDS[bucket] if bucket < len(FILL_BOUNDS) else None,
    )
