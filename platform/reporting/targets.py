"""What the city set out to reach: looked up for an answer, listed, and who changed it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from reporting.contracts import Dimension, FigureQuery, Span, TargetChangeView, TargetView
from reporting.dictionary import Declaration
from reporting.metrics import Metric
from reporting.models import Target, TargetChange
from reporting.periods import add_months, is_whole_months, start_of
from tenants import directory


class Aim(NamedTuple):
    metric: str
    county: UUID | None
    span: str
    starts: date


def of(query: FigureQuery, counties: Sequence[UUID]) -> dict[Aim, int]:
    """The targets that may matter to an answer, of the city and of these counties; one statement."""
    rows = Target.objects.filter(
        Q(county_id=None) | Q(county_id__in=counties),
        metric__in=query.metrics,
        starts__range=(start_of(query.first, Dimension.YEAR), query.last),
    )
    return {Aim(row.metric, row.county_id, row.span, row.starts): row.value for row in rows}


def aim(
    aims: Mapping[Aim, int], one: Declaration, county: UUID | None, first: date, last: date
) -> int | None:
    """The target of the days `first` to `last`: of exactly that month or year, or, of a sum, that of all the
    months in it. None for days that no target is set for."""
    if not is_whole_months(first, last):
        return None
    after = last + timedelta(days=1)
    months = (after.year - first.year) * 12 + after.month - first.month
    if months == 12 and first.month == 1:
        year = aims.get(Aim(one.code, county, Span.YEAR, first))
        if year is not None:
            return year
    if months > 1 and not isinstance(one, Metric):
        return None
    parts = [aims.get(Aim(one.code, county, Span.MONTH, add_months(first, index))) for index in range(months)]
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == months else None


def targets(first: date, last: date, *, metric: str | None = None) -> tuple[TargetView, ...]:
    """The targets of months and years that begin in these days; the city's first, then by county code.
    One statement."""
    rows = Target.objects.filter(starts__range=(first, last))
    if metric is not None:
        rows = rows.filter(metric=metric)
    refs = {ref.id: ref for ref in directory.all_counties()}
    known = [row for row in rows if row.county_id is None or row.county_id in refs]

    def order(row: Target) -> tuple[str, str, date, str]:
        return (refs[row.county_id].code if row.county_id else "", row.metric, row.starts, row.span)

    return tuple(
        TargetView(
            metric=row.metric,
            county=refs[row.county_id].slug if row.county_id else None,
            span=Span(row.span),
            starts=row.starts,
            value=row.value,
        )
        for row in sorted(known, key=order)
    )


def changes(metric: str, county_id: UUID | None, span: Span, starts: date) -> tuple[TargetChangeView, ...]:
    """Who changed a target, oldest first."""
    rows = TargetChange.objects.filter(metric=metric, county_id=county_id, span=span, starts=starts)
    return tuple(
        TargetChangeView(before=row.before, value=row.value, actor=row.actor, channel=row.channel, at=row.at)
        for row in rows.order_by("id")
    )
