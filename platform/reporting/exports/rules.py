"""What may be asked for. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from kernel.clock import SHANGHAI
from reporting.contracts import Compare, Dimension, MetricKind
from reporting.dictionary import dictionary
from reporting.errors import METRIC_UNKNOWN
from reporting.exports.contracts import MONTHLY, ExportKind, ExportOrder
from reporting.exports.errors import (
    EXPORT_GROUP,
    EXPORT_LANG,
    EXPORT_METRICS,
    EXPORT_MONTH,
    EXPORT_NOT_SIGNED_FIGURE,
    EXPORT_RANGE,
    SCHEDULE_TIME,
)
from reporting.periods import is_whole_months
from reporting.signoff.rules import last_day, month_before, next_month

MAX_DAYS = 3_660
MAX_METRICS = 40
MAX_ROWS = 200_000
_PERIODS = frozenset({Dimension.DAY, Dimension.WEEK, Dimension.MONTH, Dimension.QUARTER, Dimension.YEAR})
_SIGNED_GROUPS = frozenset({Dimension.COUNTY, Dimension.MONTH, Dimension.TRADE})
_SIGNED_KINDS = frozenset({MetricKind.SUM, MetricKind.PEOPLE})
_OPEN_GROUPS = frozenset(
    {Dimension.COUNTY, Dimension.MONTH, Dimension.QUARTER, Dimension.YEAR, Dimension.TRADE}
)
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])\Z", re.ASCII)


def check_order(order: ExportOrder) -> ExportOrder:
    """The order with its usual metrics filled in, or the refusal of what is wrong with it. Counties, trades
    and templates are looked up by whoever keeps them."""
    if order.lang not in ("zh", "en"):
        raise EXPORT_LANG.error(field="lang")
    if not timedelta(0) <= order.last - order.first <= timedelta(days=MAX_DAYS):
        raise EXPORT_RANGE.error(field="last", days=MAX_DAYS)
    if order.kind in MONTHLY and (order.first.day != 1 or order.last != last_day(order.first)):
        raise EXPORT_MONTH.error(field="month")
    full = replace(order, metrics=order.metrics or usual_metrics(), colour=order.colour or "orders_settled")
    _check_metrics(full)
    _check_groups(full)
    if full.as_signed:
        _check_signed(full)
    return full


def usual_metrics() -> tuple[str, ...]:
    """What is exported when nobody says otherwise: the figures of the city's monthly letter."""
    known = {entry.code for entry in dictionary()}
    return tuple(code for code in _USUAL if code in known)


_USUAL = (
    "orders_posted",
    "orders_settled",
    "orders_cancelled",
    "places_settled",
    "fill_rate_bp",
    "workers",
    "employers",
    "workers_registered",
    "employers_registered",
    "wages_fen",
    "insured_orders_bp",
    "premiums_fen",
    "claims_reported",
    "claims_paid_fen",
)


def _check_metrics(order: ExportOrder) -> None:
    if not 1 <= len(order.metrics) <= MAX_METRICS or len(set(order.metrics)) != len(order.metrics):
        raise EXPORT_METRICS.error(field="metrics", most=MAX_METRICS)
    known = {entry.code for entry in dictionary()}
    for name, codes in (("metrics", order.metrics), ("colour", (order.colour,))):
        for code in codes:
            if code not in known:
                raise METRIC_UNKNOWN.error(field=name, metric=code[:40])


def _check_groups(order: ExportOrder) -> None:
    groups = set(order.group_by)
    if len(groups) != len(order.group_by) or len(groups & _PERIODS) > 1:
        raise EXPORT_GROUP.error(field="group_by", reason="at most one period, each dimension once")
    if order.kind is ExportKind.OPEN_DATA and (len(groups) > 2 or not groups <= _OPEN_GROUPS):
        raise EXPORT_GROUP.error(
            field="group_by", reason="open data: at most two of county, trade and month, quarter or year"
        )
    if order.compare is Compare.TARGET and groups & {Dimension.TRADE, Dimension.TOWN, Dimension.STATION}:
        raise EXPORT_GROUP.error(field="group_by", reason="targets are set for counties and periods")


def _check_signed(order: ExportOrder) -> None:
    """Signed documents know counties, months and trades, and what is added up or counted by person."""
    groups = set(order.group_by)
    one_month = (order.first.year, order.first.month) == (order.last.year, order.last.month)
    if not is_whole_months(order.first, order.last):
        raise EXPORT_MONTH.error(field="last")
    if (
        order.kind not in (ExportKind.CSV, ExportKind.XLSX)
        or Dimension.COUNTY not in groups
        or not groups <= _SIGNED_GROUPS
        or (Dimension.MONTH not in groups and not one_month)
    ):
        raise EXPORT_GROUP.error(
            field="group_by", reason="as signed: tables by county and month, and by trade if wanted"
        )
    kinds = {entry.code: entry.kind for entry in dictionary()}
    for code in order.metrics:
        if kinds[code] not in _SIGNED_KINDS:
            raise EXPORT_NOT_SIGNED_FIGURE.error(field="metrics", metric=code)


def of_month(order: ExportOrder, month: date) -> ExportOrder:
    """The same for another month."""
    return replace(order, first=month.replace(day=1), last=last_day(month))


def parse_time(text: str) -> int:
    """Minutes of the day of `08:30`, or `export_schedule_time`."""
    found = _TIME.match(text)
    if not found:
        raise SCHEDULE_TIME.error(field="time")
    return int(found[1]) * 60 + int(found[2])


def due_in(month: date, *, day: int, minute: int) -> datetime:
    """When a schedule falls due in a month, as aware UTC."""
    wall = datetime(month.year, month.month, day, minute // 60, minute % 60, tzinfo=SHANGHAI)
    return wall.astimezone(UTC)


def next_due(now: datetime, *, day: int, minute: int) -> datetime:
    """The first moment after `now` at which a schedule falls due."""
    month = now.astimezone(SHANGHAI).date().replace(day=1)
    due = due_in(month, day=day, minute=minute)
    return due if due > now else due_in(next_month(month), day=day, minute=minute)


def month_of(due: datetime) -> date:
    """The month that a schedule makes when it falls due: the one before."""
    return month_before(due.astimezone(SHANGHAI).date())
