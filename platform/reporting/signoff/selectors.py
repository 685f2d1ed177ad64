"""Reads of months: what the figures say, what was signed, and how the two differ."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Sum

from reporting.models import PersonDay, Rollup
from reporting.selectors import freshness
from reporting.signoff.contracts import (
    Difference,
    MonthFigures,
    MonthLine,
    MonthState,
    SignedMonth,
    Version,
    digest_of,
)
from reporting.signoff.errors import MONTH_RANGE
from reporting.signoff.models import Month, MonthVersion
from reporting.signoff.rules import last_day, months_back
from reporting.signoff.states import VersionState
from tenants.contracts import CountyRef

MAX_MONTHS = 36


def figures_of(county_id: UUID, month: date) -> MonthFigures:
    """What the folded figures of a county's month say. Two queries, which fit together inside
    `one_moment` or a door's snapshot."""
    chosen = {"county_id": county_id, "day__range": (month, last_day(month))}
    sums = Rollup.objects.filter(**chosen).values("metric", "trade").annotate(total=Sum("value"))
    people = PersonDay.objects.filter(**chosen).values("role")
    by_trade = people.values("role", "trade").annotate(people=Count("person_key", distinct=True))
    together = people.annotate(people=Count("person_key", distinct=True))
    return MonthFigures(
        county_id=county_id,
        month=month,
        sums={(row["metric"], row["trade"]): int(row["total"]) for row in sums},
        people={
            **{(row["role"], row["trade"]): row["people"] for row in by_trade if row["trade"]},
            **{(row["role"], ""): row["people"] for row in together},
        },
    )


def signed_month(county: CountyRef, month: date) -> SignedMonth:
    """The month with every version of it and today's figures. Five queries, whatever there is."""
    rows = MonthVersion.objects.filter(month__county_id=county.id, month__month=month).order_by("number")
    [known] = freshness([county])
    return SignedMonth(
        county=county,
        month=month,
        versions=tuple(version_view(row) for row in rows),
        now=figures_of(county.id, month),
        freshness=known,
    )


def month_lines(
    counties: Sequence[CountyRef],
    first: date,
    last: date,
    *,
    states: Collection[MonthState] | None = None,
    most: int = MAX_MONTHS,
) -> list[MonthLine]:
    """Every county's months from `first` to `last` (days within them), newest first, then by code; unsigned
    ones as well. One query. Raises `month_range` for more than `most` months."""
    months = list(_within(first, last, most))
    heads = _heads([county.id for county in counties], months)
    lines = (
        _line(county, month, heads.get((county.id, month), ())) for month in months for county in counties
    )
    return [line for line in lines if states is None or line.state in states]


def in_force(counties: Iterable[CountyRef], first: date, last: date) -> dict[tuple[UUID, date], Version]:
    """The accepted versions of some counties' months, by county and month. One query."""
    rows = MonthVersion.objects.select_related("month").filter(
        month__county_id__in=[county.id for county in counties],
        month__month__range=(first.replace(day=1), last),
        state=VersionState.ACCEPTED,
    )
    return {(row.month.county_id, row.month.month): version_view(row) for row in rows}


def version_view(row: MonthVersion) -> Version:
    return Version(
        number=row.number,
        state=VersionState(row.state),
        figures=MonthFigures.of(row.document),
        digest=row.digest,
        intact=digest_of(row.document) == row.digest,
        reason=row.reason,
        signed_by=row.signed_by,
        signed_at=row.signed_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        note=row.note,
        changes=tuple(Difference(*change) for change in row.changes),
    )


def _within(first: date, last: date, most: int) -> list[date]:
    spread = (last.year - first.year) * 12 + last.month - first.month + 1
    if not 1 <= spread <= most:
        raise MONTH_RANGE.error(field="until", months=most)
    return list(months_back(last, first))


def _heads(county_ids: list[UUID], months: list[date]) -> dict[tuple[UUID, date], list[Mapping[str, Any]]]:
    """Versions without their documents, oldest first."""
    heads: dict[tuple[UUID, date], list[Mapping[str, Any]]] = {}
    rows = (
        MonthVersion.objects.filter(month__county_id__in=county_ids, month__month__in=months)
        .order_by("number")
        .values("month__county_id", "month__month", "number", "state", "signed_at", "decided_at")
    )
    for row in rows:
        heads.setdefault((row["month__county_id"], row["month__month"]), []).append(row)
    return heads


def _line(county: CountyRef, month: date, heads: Sequence[Mapping[str, Any]]) -> MonthLine:
    if not heads:
        return MonthLine(county, month, MonthState.OPEN, None, None, None, None)
    last = heads[-1]
    return MonthLine(
        county=county,
        month=month,
        state=MonthState(last["state"]),
        latest=last["number"],
        in_force=next((head["number"] for head in heads if head["state"] == VersionState.ACCEPTED), None),
        signed_at=last["signed_at"],
        decided_at=last["decided_at"],
    )


def month_exists(county_id: UUID, month: date) -> bool:
    return Month.objects.filter(county_id=county_id, month=month).exists()
