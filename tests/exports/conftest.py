"""A month of figures that no other test counts on, and exports made at once."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from kernel import facts
from kernel.actor import Actor, Channel
from kernel.ids import uuid7
from reporting.exports.contracts import ExportKind, ExportOrder
from reporting.exports.progress import Silent
from reporting.exports.rules import check_order
from reporting.exports.runner import produce
from reporting.folder import fold_all
from reporting.signoff.rules import last_day
from tenants.clock import set_market_clock
from tenants.contracts import CountyRef
from tenants.county import run_in_county

WRITER = Actor(
    user_id=uuid.uuid4(),
    scopes=frozenset({"exports:write", "city:read"}),
    roles=frozenset(),
    channel=Channel.API,
    request_id="r1",
)
MONTH = date(2085, 3, 1)


@pytest.fixture
def writer() -> Actor:
    return Actor(
        user_id=uuid.uuid4(),
        scopes=frozenset({"exports:write", "city:read"}),
        roles=frozenset(),
        channel=Channel.API,
        request_id="r1",
    )


@pytest.fixture
def market() -> Iterator[Callable[[datetime], None]]:
    """Moves the market; afterwards it is real time again."""

    def move(moment: datetime) -> None:
        set_market_clock(moment=moment)

    yield move
    set_market_clock(moment=datetime.now(UTC))


def record(county: CountyRef, day: date, *, trade: str, orders: int, wage_fen: int = 12_345) -> None:
    """Some settled orders of two places each, half of them insured, and who was paid."""
    at = datetime.now(UTC)
    with run_in_county(county):
        for number in range(orders):
            values = {"orders": 1, "places": 2, "wage_fen": wage_fen, "insured_orders": number % 2}
            subject = uuid7()
            facts.record(
                "order.published",
                now=at,
                day=day,
                subject=subject,
                trade=trade,
                values={"orders": 1, "places": 2},
            )
            facts.record("order.settled", now=at, day=day, subject=subject, trade=trade, values=values)
            facts.record(
                "place.paid",
                now=at,
                day=day,
                subject=subject,
                trade=trade,
                person_key=uuid7().hex,
                role="worker",
                values={"wage_fen": wage_fen},
            )


@pytest.fixture(scope="session")
def month(counties: dict[str, CountyRef]) -> date:
    """March 2085 in four counties: 60, 33, 7 and 2 orders; two trades; nothing elsewhere."""
    amounts = {"jiangle": 60, "youxi": 33, "ninghua": 7, "qingliu": 2}
    for slug, amount in amounts.items():
        for number in range(3):
            day = MONTH + timedelta(days=number * 9)
            share = amount // 3 + (amount % 3 if number == 0 else 0)
            record(counties[slug], day, trade="moving" if number else "sorting", orders=share)
    for ref in counties.values():
        fold_all(ref)
    return MONTH


def order(kind: ExportKind, **changes: object) -> ExportOrder:
    values: dict[str, object] = {"first": MONTH, "last": last_day(MONTH), **changes}
    return ExportOrder(kind=kind, **values)  # type: ignore[arg-type]  # the test's own words


def made(wanted: ExportOrder):
    """The file of an order, as the runner makes it."""
    return produce(check_order(wanted), Silent(), now=datetime(2085, 4, 2, 1, tzinfo=UTC))
