"""Months of a county whose days no other test counts on; every other one, so that days after are free."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from kernel import facts
from kernel.ids import uuid7
from reporting.folder import fold_all
from tenants.clock import set_market_clock
from tenants.contracts import CountyRef
from tenants.county import run_in_county

_months = iter(date(2081 + years, month, 1) for years in range(5) for month in range(1, 13, 2))


@pytest.fixture
def month() -> date:
    """A month of this test alone."""
    return next(_months)


@pytest.fixture
def after(month: date) -> Iterator[datetime]:
    """The market stands in the month after; afterwards it is real time again."""
    moment = datetime(month.year, month.month, 20, 4, tzinfo=UTC) + timedelta(days=31)
    set_market_clock(moment=moment)
    yield moment
    set_market_clock(moment=datetime.now(UTC))


def settle(
    county: CountyRef,
    day: date,
    *,
    trade: str = "moving",
    wage_fen: int = 10_000,
    person: str = "",
    fold: bool = True,
) -> None:
    """One settled order of one place, as the folder counts it."""
    at = datetime.now(UTC)
    with run_in_county(county):
        facts.record(
            "order.settled",
            now=at,
            day=day,
            subject=uuid7(),
            trade=trade,
            values={"orders": 1, "places": 1, "wage_fen": wage_fen, "insured_orders": 0},
        )
        facts.record(
            "place.paid",
            now=at,
            day=day,
            subject=uuid7(),
            trade=trade,
            person_key=person or uuid7().hex,
            role="worker",
            values={"wage_fen": wage_fen},
        )
    if fold:
        fold_all(county)
