"""The city report: what is counted, for whom, how current, at what cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from kernel import facts
from kernel.errors import DomainError
from kernel.ids import uuid7
from reporting.contracts import FillQuantile, FreshnessState
from reporting.folder import fold_all, fold_county
from reporting.selectors import STILL_AFTER, city_report, freshness
from tenants.county import CountyRef, run_in_county

FIRST, SECOND = date(2026, 4, 1), date(2026, 4, 2)
LAST = date(2026, 4, 30)


def record(county: CountyRef, kind: str, trade: str, *, day: date = FIRST, person: str = "", **values: int):
    role = {"place.paid": "worker", "order.settled": "employer"}.get(kind, "") if person else ""
    facts.record(
        kind,
        now=datetime.now(UTC),
        day=day,
        subject=uuid7(),
        trade=trade,
        person_key=person,
        role=role,
        values=values,
    )


@pytest.fixture(scope="module")
def played(counties) -> tuple[str, str]:
    """Two trades of this module's own, played in three counties and the sandbox."""
    one, two = f"a-{uuid7().hex}", f"b-{uuid7().hex}"
    anna, ben = uuid7().hex, uuid7().hex
    for slug, trade, day, people in (
        ("jianning", one, FIRST, (anna, ben)),
        ("jianning", one, SECOND, (anna,)),
        ("jianning", two, SECOND, (anna,)),
        ("datian", one, FIRST, (anna,)),
        ("sandbox", one, FIRST, (anna, ben)),
    ):
        with run_in_county(counties[slug]):
            record(counties[slug], "order.published", trade, day=day, orders=1, places=2)
            insured = int(trade == one)
            record(
                counties[slug],
                "order.settled",
                trade,
                day=day,
                places=len(people),
                wage_fen=10_000 * len(people),
                insured_orders=insured,
                insured_places=insured * len(people),
                orders=1,
                fee_fen=100,
                premium_fen=400,
            )
            for person in people:
                record(counties[slug], "place.paid", trade, day=day, person=person, wage_fen=10_000)
                record(counties[slug], "place.filled", trade, day=day, fill_seconds=4)
        fold_all(counties[slug])
    return one, two


def test_totals_leave_the_sandbox_out_and_count_people_once(played):
    total = city_report(FIRST, LAST, trades=played).total
    assert (total.orders_posted, total.places_posted) == (4, 8)
    assert (total.orders_settled, total.insured_orders, total.insured_orders_bp) == (4, 3, 7_500)
    assert (total.places_settled, total.insured_places, total.insured_places_bp) == (5, 4, 8_000)
    assert (total.wages_fen, total.fees_fen, total.premiums_fen) == (50_000, 400, 1_600)
    assert total.workers == 2, "the same two people in two counties, on two days, in two trades"
    assert total.fill_p50 == total.fill_p95 == FillQuantile(more_than=2, at_most=5)


def test_grouping_counts_people_once_in_each_group(played):
    one, two = played
    by_county = city_report(FIRST, LAST, trades=played, group_by=["county"])
    counted = {row.county: row.figures for row in by_county.rows}
    assert len(counted) == 11, "a county without figures is named too"
    assert "sandbox" not in counted
    assert (counted["jianning"].workers, counted["jianning"].orders_settled) == (2, 3)
    assert (counted["datian"].workers, counted["datian"].orders_settled) == (1, 1)
    assert counted["jiangle"].orders_settled == 0
    by_day = city_report(FIRST, LAST, trades=played, group_by=["day"])
    assert [(row.day, row.figures.workers) for row in by_day.rows] == [(FIRST, 2), (SECOND, 1)]
    by_trade = city_report(FIRST, LAST, trades=played, group_by=["trade"])
    assert [(row.trade, row.figures.workers) for row in by_trade.rows] == [(one, 2), (two, 1)]
    every = city_report(FIRST, LAST, trades=played, group_by=["trade", "county", "day"])
    assert [(row.county, row.day, row.trade, row.figures.places_paid) for row in every.rows] == [
        ("datian", FIRST, one, 1),
        ("jianning", FIRST, one, 2),
        ("jianning", SECOND, one, 1),
        ("jianning", SECOND, two, 1),
    ]
    assert by_county.total == by_day.total == by_trade.total == every.total


def test_filters(played):
    one, two = played
    assert city_report(FIRST, FIRST, trades=played).total.orders_settled == 2
    assert city_report(SECOND, SECOND, trades=[one], counties=["datian"]).total.orders_settled == 0
    only = city_report(FIRST, LAST, trades=[two], counties=["jianning"], group_by=["county"])
    assert [row.county for row in only.rows] == ["jianning"]
    assert [county.county for county in only.freshness] == ["jianning"]


@pytest.mark.parametrize(
    ("kwargs", "code"),
    [
        ({"counties": ["atlantis"]}, "county_unknown"),
        ({"counties": ["sandbox"]}, "county_unknown"),
        ({"group_by": ["wages"]}, "report_group_invalid"),
        ({"last": FIRST - timedelta(days=1)}, "report_range_invalid"),
        ({"last": FIRST + timedelta(days=4_000)}, "report_range_invalid"),
    ],
)
def test_refusals(counties, kwargs, code):
    with pytest.raises(DomainError) as refusal:
        city_report(**({"first": FIRST, "last": LAST} | kwargs))
    assert refusal.value.code == code


@pytest.mark.parametrize("group_by", [[], ["county"], ["county", "day", "trade"]])
def test_four_queries_whatever_is_asked(played, group_by):
    city_report(FIRST, LAST)  # the map of counties is read once in a while
    with CaptureQueriesContext(connections["city"]) as asked:
        city_report(FIRST, LAST, group_by=group_by)
    assert len(asked) == 4


def test_freshness_names_who_is_behind_and_who_is_missing(counties, played):
    datian, jianning = counties["datian"], counties["jianning"]
    stranger = replace(datian, id=uuid7(), slug="stranger")
    with run_in_county(datian):
        record(datian, "order.expired", "")
    fold_all(datian)
    state = {c.county: c.state for c in freshness([datian, jianning, stranger])}
    assert state["datian"] is FreshnessState.FRESH
    assert state["stranger"] is FreshnessState.MISSING
    later = datetime.now(UTC) + STILL_AFTER
    assert {c.state for c in freshness([datian], at=later)} == {FreshnessState.BEHIND}
    with run_in_county(datian):
        for _ in range(3):
            record(datian, "order.expired", "")
    assert fold_all(datian, limit=3) == 3
    with run_in_county(datian):
        for _ in range(3):
            record(datian, "order.expired", "")
    assert fold_county(datian, limit=2) == 2
    [behind] = freshness([datian])
    assert (behind.state, behind.waiting_facts) == (FreshnessState.BEHIND, 1)
    report = city_report(FIRST, LAST)
    assert "datian" in report.behind
    assert len(report.freshness) == 11
    fold_all(datian)
