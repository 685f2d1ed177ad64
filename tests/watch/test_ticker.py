"""The ticker: what it shows, of whom, in what order, and how little of it is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kernel import facts
from kernel.ids import uuid7
from reporting.folder import fold_all
from reporting.recount import rebuild_county
from reporting.watch import ticker as watched
from reporting.watch.contracts import HappeningKind
from reporting.watch.folding import HAPPENINGS_A_FOLD
from reporting.watch.ticker import sweep_ticker, ticker
from tenants.county import run_in_county
from tests.doors.graphql_helpers import ask, city_token, codes, post, queries

pytestmark = pytest.mark.urls("tests.doors.graphql_urls")

LATE = datetime(2079, 12, 1, 4, tzinfo=UTC)
"""Later than whatever other tests tell, so that these stand first."""

ASK = """query($limit: Int!) { ticker(limit: $limit) {
  id at kind county { slug name nameEn code } trade { code name nameEn } places amountFen } }"""


@pytest.fixture
def trade() -> str:
    return f"t-{uuid7().hex}"


def tell(county, trade: str, *told) -> None:
    """Folds facts (kind, minutes after LATE, values) of one county."""
    with run_in_county(county):
        for kind, minute, values in told:
            at = LATE + timedelta(minutes=minute)
            facts.record(kind, now=at, subject=uuid7(), trade=trade, values=values)
    fold_all(county)


def of(trade: str, limit: int = 100):
    return [one for one in ticker(limit) if one.trade == trade]


def test_what_happened_newest_first_and_of_no_sandbox(counties, trade):
    tell(
        counties["mingxi"],
        trade,
        ("order.published", 1, {"orders": 1, "places": 3, "wage_max_fen": 60_000}),
        ("place.filled", 2, {"places": 1, "fill_seconds": 5, "orders_filled": 0, "headcount": 3}),
        ("place.filled", 3, {"places": 1, "fill_seconds": 5, "orders_filled": 1, "headcount": 3}),
        ("order.settled", 5, {"orders": 1, "places": 2, "wage_fen": 40_000}),
    )
    tell(counties["ninghua"], trade, ("place.paid", 4, {"places": 1, "wage_fen": 20_000}))
    tell(counties["sandbox"], trade, ("place.paid", 6, {"places": 1, "wage_fen": 1}))
    assert [(one.kind, one.county, one.places, one.amount_fen) for one in of(trade)] == [
        (HappeningKind.SETTLED, "mingxi", 2, 40_000),
        (HappeningKind.PAID, "ninghua", 1, 20_000),
        (HappeningKind.FILLED, "mingxi", 3, 0),
        (HappeningKind.POSTED, "mingxi", 3, 60_000),
    ]


def test_a_fold_keeps_its_newest_and_the_sweep_the_citys(counties, trade, monkeypatch):
    many = HAPPENINGS_A_FOLD + 7
    tell(
        counties["youxi"],
        trade,
        *(
            ("order.published", 100 + n, {"places": n, "wage_max_fen": 1})
            for n in sorted(range(many), key=lambda n: n % 5)
        ),
    )
    assert [one.places for one in of(trade)] == list(range(many - 1, 6, -1))
    monkeypatch.setattr(watched, "KEPT", 4)
    assert sweep_ticker() > 0
    assert sweep_ticker() == 0
    assert [one.places for one in of(trade)] == [many - 1, many - 2, many - 3, many - 4]


def test_a_rebuild_refills_it(counties, trade):
    tell(counties["jianning"], trade, ("order.published", 3, {"places": 1, "wage_max_fen": 5}))
    before = of(trade)
    assert len(before) == 1
    rebuild_county(counties["jianning"])
    [after] = of(trade)
    assert (after.at, after.amount_fen, after.id != before[0].id) == (before[0].at, 5, True)


def test_over_graphql_with_one_query(counties):
    tell(
        counties["mingxi"], "fruit_picking", ("order.published", 9_000, {"places": 2, "wage_max_fen": 3_000})
    )
    [one] = ask(ASK, {"limit": 1}, role="city_analyst")["ticker"]
    assert (one["kind"], one["places"], one["amountFen"]) == ("POSTED", 2, 3_000)
    assert (one["county"]["slug"], one["trade"]["code"]) == ("mingxi", "fruit_picking")
    assert one["trade"]["name"] != one["trade"]["nameEn"]
    with queries() as counted:
        ask(ASK, {"limit": 100})
    assert (counted["default"], counted["city"]) == (0, 2)  # the snapshot's settings, and the rows


@pytest.mark.parametrize("limit", [0, 101, -1])
def test_a_limit_that_is_none(counties, limit):
    status, answer = post({"query": ASK, "variables": {"limit": limit}}, token=city_token())
    assert (status, codes(answer)) == (200, ["invalid_value"])
