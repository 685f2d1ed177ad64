"""Days, weeks, months and what they are compared with. Pure."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from reporting.contracts import Compare, Dimension

PERIODS = (Dimension.DAY, Dimension.WEEK, Dimension.MONTH, Dimension.QUARTER, Dimension.YEAR)
_ONE = timedelta(days=1)
_MONTHS = {Dimension.MONTH: 1, Dimension.QUARTER: 3, Dimension.YEAR: 12}


def add_months(day: date, months: int) -> date:
    """The same day so many months later or earlier; the month's last where it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def start_of(day: date, unit: Dimension) -> date:
    """First day of the period that the day lies in; weeks begin on Monday."""
    if unit is Dimension.DAY:
        return day
    if unit is Dimension.WEEK:
        return day - timedelta(days=day.weekday())
    size = _MONTHS[unit]
    return date(day.year, (day.month - 1) // size * size + 1, 1)


def next_start(start: date, unit: Dimension, count: int = 1) -> date:
    """First day of the period so many after the one that begins on `start`."""
    if unit in (Dimension.DAY, Dimension.WEEK):
        return start + timedelta(days=count * (1 if unit is Dimension.DAY else 7))
    return add_months(start, count * _MONTHS[unit])


def starts(first: date, last: date, unit: Dimension) -> list[date]:
    """First days of all periods that the range touches."""
    found, start = [], start_of(first, unit)
    while start <= last:
        found.append(start)
        start = next_start(start, unit)
    return found


def whole_months(first: date, last: date) -> tuple[date, date] | None:
    """First day of the first whole month in the range, and of the month after the last one."""
    begin = first if first.day == 1 else next_start(start_of(first, Dimension.MONTH), Dimension.MONTH)
    end = start_of(last + _ONE, Dimension.MONTH)
    return (begin, end) if begin < end else None


def is_whole_months(first: date, last: date) -> bool:
    return first.day == 1 and (last + _ONE).day == 1


def compared(first: date, last: date, how: Compare) -> tuple[date, date] | None:
    """The days that the range is held against; None for targets."""
    if how is Compare.TARGET:
        return None
    if is_whole_months(first, last):
        after = last + _ONE
        back = 12 if how is Compare.YEAR else (after.year - first.year) * 12 + after.month - first.month
        return add_months(first, -back), add_months(after, -back) - _ONE
    if how is Compare.YEAR:
        return add_months(first, -12), add_months(last, -12)
    return first - (last - first) - _ONE, first - _ONE
