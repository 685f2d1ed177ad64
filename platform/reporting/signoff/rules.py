"""Months. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from reporting.signoff.errors import MONTH_MALFORMED

_MONTH = re.compile(r"(2[0-9]{3})-(0[1-9]|1[0-2])\Z", re.ASCII)


def parse_month(text: str, *, field: str = "month") -> date:
    """The first day of a month written `2026-03`, or `month_malformed`."""
    found = _MONTH.match(text)
    if not found:
        raise MONTH_MALFORMED.error(field=field)
    return date(int(found[1]), int(found[2]), 1)


def next_month(month: date) -> date:
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def month_before(month: date) -> date:
    return (month.replace(day=1) - timedelta(days=1)).replace(day=1)


def last_day(month: date) -> date:
    return next_month(month) - timedelta(days=1)


def months_back(last: date, first: date) -> Iterator[date]:
    """First days of months, from `last`'s back to `first`'s, both included."""
    month = last.replace(day=1)
    while month >= first.replace(day=1):
        yield month
        month = month_before(month)
