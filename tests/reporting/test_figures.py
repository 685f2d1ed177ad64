"""Any figure over any days: held against facts counted by hand, whatever tier it is read from."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from kernel import facts
from kernel.errors import DomainError
from kernel.ids import uuid7
from reporting.city_folder import fold_city_all
from reporting.contracts import Compare, Dimension, FigureAnswer, FigureQuery, FigureRow, FreshnessState
from reporting.figures import figures
from reporting.folder import fold_all, fold_county
from reporting.models import Freshness
from reporting.periods import start_of, starts
from tenants import directory
from tenants.county import CountyRef, run_in_county

FIRST, LAST = date(2031, 1, 10), date(2031, 5, 20)
SLUGS = ("jianning", "youxi", "mingxi")


@dataclass(frozen=True)
class Paid:
    """A settled place: the one kind of fact that these tests count by hand."""

    county: str
    day: date
    trade: str
    town: str
    person: str
    wage_fen: int
    insured: int


@pytest.fixture(scope="module")
def trades() -> tuple[str, str]:
    return f"a-{uuid7().hex}", f"b-{uuid7().hex}"


@pytest.fixture(scope="module")
def paid(counties: dict[str, CountyRef], trades: tuple[str, str]) -> list[Paid]:
    """Two hundred places in three counties over five months, half of the city's sums merged and half not."""
    dice = random.Random(4)
    people = [uuid7().hex for _ in range(15)]
    made = [
        Paid(
            county=dice.choice(SLUGS),
            day=FIRST + timedelta(days=dice.randint(0, (LAST - FIRST).days)),
            trade=dice.choice(trades),
            town=dice.choice(("古镛镇", "水南镇", "")),
            person=dice.choice(people),
            wage_fen=dice.randint(1_000, 40_000),
            insured=dice.randint(0, 1),
        )
        for _ in range(200)
    ]
    for slug in SLUGS:
        mine = [one for one in made if one.county == slug]
        for part in (mine[::2], mine[1::2]):
            with run_in_county(counties[slug]):
                for one in part:
                    _record(one)
            fold_all(counties[slug])
            if part == mine[::2]:
                fold_city_all()
    return made


def _record(one: Paid) -> None:
    at, order = datetime.now(UTC), uuid7()
    values = {
        "orders": 1,
        "places": 1,
        "wage_fen": one.wage_fen,
        "insured_orders": one.insured,
        "insured_places": one.insured,
    }
    facts.record(
        "order.settled", now=at, day=one.day, subject=order, trade=one.trade, town=one.town, values=values
    )
    facts.record(
        "place.paid",
        now=at,
        day=one.day,
        subject=order,
        trade=one.trade,
        town=one.town,
        person_key=one.person,
        role="worker",
        values={"pay_seconds": one.wage_fen},
    )


def ask(*metrics: str, first: date = FIRST, last: date = LAST, **how: object) -> FigureAnswer:
    group_by = tuple(Dimension(one) for one in how.pop("group_by", ()))  # type: ignore[attr-defined]  # a list of names
    return figures(FigureQuery(first, last, metrics, group_by=group_by, **how))  # type: ignore[arg-type]  # as asked


def numbers(row: FigureRow) -> list[int | None]:
    return [value.value for value in row.values]


def by_hand(made: Iterable[Paid]) -> list[int | None]:
    rows = list(made)
    share = sum(one.insured for one in rows)
    return [
        len(rows),
        sum(one.wage_fen for one in rows),
        len({one.person for one in rows}),
        (2 * share * 10_000 + len(rows)) // (2 * len(rows)) if rows else None,
    ]


CODES = ("orders_settled", "wages_fen", "workers", "insured_orders_bp")


@pytest.mark.parametrize("group", ["county", "trade", "day", "week", "month", "quarter", "year"])
def test_each_grouping_is_what_counting_gives(paid, trades, group):
    found = ask(*CODES, trades=trades, group_by=[group])
    of = {
        "county": lambda one: one.county,
        "trade": lambda one: one.trade,
    }.get(group, lambda one: start_of(one.day, Dimension(group)))
    expected = defaultdict(list)
    for one in paid:
        expected[of(one)].append(one)
    seen = {
        row.county or row.trade or start_of(row.first, Dimension(group)): numbers(row) for row in found.rows
    }
    for key, rows in expected.items():
        assert seen.pop(key) == by_hand(rows)
    assert all(rest == [0, 0, 0, None] for rest in seen.values()), "others stand there with nothing"
    assert numbers(found.total) == by_hand(paid)
    if group not in ("county", "trade"):
        assert [row.first for row in found.rows] == [
            max(FIRST, start) for start in starts(FIRST, LAST, Dimension(group))
        ]
        assert found.rows[-1].last == LAST


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (FIRST, LAST),
        (date(2031, 2, 1), date(2031, 3, 31)),
        (date(2031, 2, 1), date(2031, 2, 28)),
        (date(2031, 2, 3), date(2031, 2, 17)),
        (date(2031, 2, 3), date(2031, 3, 1)),
        (date(2031, 3, 31), date(2031, 4, 1)),
    ],
)
def test_the_city_and_some_counties_over_any_days(paid, trades, first, last):
    mine = [one for one in paid if first <= one.day <= last]
    assert numbers(ask(*CODES, first=first, last=last, trades=trades).total) == by_hand(mine)
    some = ask(
        *CODES, first=first, last=last, trades=trades, counties=SLUGS[:2], group_by=["county", "month"]
    )
    assert numbers(some.total) == by_hand(one for one in mine if one.county in SLUGS[:2])
    for row in some.rows:
        assert numbers(row) == by_hand(
            one for one in mine if one.county == row.county and row.first <= one.day <= row.last
        )


def test_towns(paid, trades):
    found = ask("orders_settled", "workers", trades=trades, group_by=["town"])
    assert {row.town: numbers(row) for row in found.rows} == {
        town: [sum(one.town == town for one in paid), None] for town in ("", "古镛镇", "水南镇")
    }
    one = ask("orders_settled", trades=trades, towns=("水南镇",), group_by=["county"])
    assert numbers(one.total) == [sum(paid_.town == "水南镇" for paid_ in paid)]


def test_a_month_that_has_not_gone_on_is_read_whole(counties):
    """From the month's first day to today, as dashboards ask: no list of people is looked through."""
    who = [uuid7().hex for _ in range(3)]
    for number, person in enumerate(who):
        paid_ = Paid(SLUGS[number], date(2032, 9, 2 + number), f"d-{uuid7().hex}", "", person, 1, 0)
        with run_in_county(counties[paid_.county]):
            _record(paid_)
        fold_all(counties[paid_.county])
    september = date(2032, 9, 1)
    for last, count in ((1, 0), (2, 1), (3, 2), (4, 3), (5, 3), (30, 3)):
        found = ask("workers", first=september, last=date(2032, 9, last))
        assert numbers(found.total) == [count]


def test_quantiles_come_of_buckets(paid, trades):
    [value] = ask("pay_p50", trades=trades).total.values
    true = sorted(one.wage_fen for one in paid)[99]
    assert value.value is not None
    assert true <= value.value
    assert value.text_zh.endswith("内")


def test_cumulative_rows_count_from_the_first_day_on(paid, trades):
    found = ask(*CODES, trades=trades, group_by=["county", "month"], cumulative=True)
    assert len(found.rows) >= 15
    for row in found.rows:
        assert numbers(row) == by_hand(
            one for one in paid if one.county == row.county and one.day <= row.last
        )
    assert numbers(found.total) == by_hand(paid)


def test_ranking_and_pages(paid, trades):
    every = ask("wages_fen", trades=trades, group_by=["county"], order_by="wages_fen")
    ranked = [row.values[0].value or 0 for row in every.rows]
    assert ranked == sorted(ranked, reverse=True)
    assert ranked[0] > 0
    assert every.rows[0].county in SLUGS
    pages = [
        ask("wages_fen", trades=trades, group_by=["county"], order_by="wages_fen", limit=4, after=after)
        for after in (0, 4, 8)
    ]
    assert [row for page in pages for row in page.rows] == list(every.rows)
    assert [page.more for page in pages] == [True, True, False]
    assert {page.total for page in pages} == {every.total}
    plain = ask("wages_fen", trades=trades, group_by=["county", "month"])
    parts = [
        ask("wages_fen", trades=trades, group_by=["county", "month"], limit=7, after=after)
        for after in range(0, 63, 7)
    ]
    assert [row for page in parts for row in page.rows] == list(plain.rows)


def test_compared_with_before_and_with_the_year_before(paid, trades):
    april, march = (date(2031, 4, 1), date(2031, 4, 30)), (date(2031, 3, 1), date(2031, 3, 31))
    found = ask(
        *CODES, first=april[0], last=april[1], trades=trades, group_by=["county"], compare=Compare.PREVIOUS
    )
    assert found.compared == march
    for row in (*found.rows, found.total):
        before = by_hand(
            one
            for one in paid
            if march[0] <= one.day <= march[1] and one.county == (row.county or one.county)
        )
        assert [value.before for value in row.values] == before
        for value in row.values:
            if value.value is not None and value.before is not None:
                assert value.change == value.value - value.before
    later = ask(
        "orders_settled",
        first=date(2032, 1, 1),
        last=date(2032, 5, 31),
        trades=trades,
        group_by=["month"],
        compare=Compare.YEAR,
    )
    assert later.compared == (date(2031, 1, 1), date(2031, 5, 31))
    assert [row.values[0].before for row in later.rows] == [
        sum(one.day.month == month for one in paid) for month in range(1, 6)
    ]


def test_retention_is_of_those_who_were_there_before(paid, trades):
    def people(month: int) -> set[str]:
        return {one.person for one in paid if one.day.month == month and one.county == "youxi"}

    found = ask(
        "retention_bp",
        first=date(2031, 2, 1),
        last=date(2031, 4, 30),
        counties=("youxi",),
        trades=trades,
        group_by=["month"],
    )
    for row in found.rows:
        assert row.first is not None
        before, now = people(row.first.month - 1), people(row.first.month)
        kept, past = len(before & now), len(before)
        assert row.values[0].value == ((2 * kept * 10_000 + past) // (2 * past) if past else None)
    before = {one.person for one in paid if one.day.month == 2}
    now = {one.person for one in paid if one.day.month == 3}
    march = ask("retention_bp", first=date(2031, 3, 1), last=date(2031, 3, 31), trades=trades).total
    assert march.values[0].value == (2 * len(before & now) * 10_000 + len(before)) // (2 * len(before))


def test_balances_are_what_flowed_up_to_the_end_of_each_period(counties, trades):
    ours = f"c-{uuid7().hex}"
    flows = [(date(2031, 2, 5), 900), (date(2031, 2, 6), 100), (date(2031, 4, 1), 50)]
    with run_in_county(counties["mingxi"]):
        for day, fen in flows:
            facts.record(
                "order.published",
                now=datetime.now(UTC),
                day=day,
                subject=uuid7(),
                trade=ours,
                values={"total_fen": fen},
            )
        facts.record(
            "order.cancelled",
            now=datetime.now(UTC),
            day=date(2031, 3, 3),
            subject=uuid7(),
            trade=ours,
            values={"refund_fen": 300},
        )
    fold_all(counties["mingxi"])
    found = ask(
        "escrow_fen",
        "orders_cancelled",
        first=date(2031, 2, 6),
        last=date(2031, 5, 31),
        trades=(ours,),
        group_by=["month"],
    )
    assert [numbers(row) for row in found.rows] == [[1000, 0], [700, 1], [750, 0], [750, 0]]
    assert numbers(found.total) == [750, 1]
    counted = ask(
        "escrow_fen", first=date(2031, 3, 1), last=date(2031, 3, 2), trades=(ours,), group_by=["county"]
    )
    assert {row.county: row.values[0].value for row in counted.rows}["mingxi"] == 1000


def test_of_very_many_counties_the_late_ones_are_named_and_the_page(paid, trades, monkeypatch, counties):
    """As if four were many: the freshness of all the others is not told, but nobody late is left out."""
    monkeypatch.setattr("reporting.figures.NAMED", 3)
    for slug in SLUGS:
        fold_all(counties[slug])
    late = counties["mingxi"]
    with run_in_county(late):
        for _ in range(3):
            facts.record("order.expired", now=datetime.now(UTC), day=LAST, subject=uuid7(), values={})
    assert fold_county(late, limit=2) == 2
    found = ask("orders_settled", trades=trades, group_by=["county"], limit=2)
    told = {one.county for one in found.freshness}
    assert {"mingxi", *(row.county for row in found.rows)} <= told
    assert "mingxi" in found.behind
    assert not found.complete
    missing = {one.county for one in found.freshness if one.state is FreshnessState.MISSING}
    never = set(counties) - {"sandbox"} - set(_folded())
    assert missing == never, "a county that was never folded is named, too"
    fold_all(late)
    assert "mingxi" not in ask("orders_settled", trades=trades, group_by=["county"]).behind


def _folded() -> list[str]:
    known = set(Freshness.objects.values_list("county_id", flat=True))
    return [ref.slug for ref in directory.all_counties() if ref.id in known]


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"counties": ("atlantis",)}, "county_unknown"),
        ({"counties": ("sandbox",)}, "county_unknown"),
        ({"last": FIRST - timedelta(days=1)}, "report_range_invalid"),
        ({"last": FIRST + timedelta(days=4_000)}, "report_range_invalid"),
        ({"first": date(1990, 1, 1), "last": date(1990, 1, 2)}, "report_range_invalid"),
        ({"group_by": ["day", "month"]}, "report_group_invalid"),
        ({"group_by": ["county", "county"]}, "report_group_invalid"),
        ({"order_by": "wages_fen"}, "metric_unknown"),
        ({"limit": 0}, "report_page_invalid"),
        ({"after": -1}, "report_page_invalid"),
        ({"last": FIRST + timedelta(days=3_650), "group_by": ["county", "day", "trade"]}, "report_too_large"),
    ],
)
def test_refusals(counties, how, code):
    with pytest.raises(DomainError) as refusal:
        ask("orders_settled", **how)
    assert refusal.value.code == code


def test_a_bucket_is_no_metric(counties):
    for code in ("fill_le_5", "workers@month", "nonsense"):
        with pytest.raises(DomainError) as refusal:
            ask(code)
        assert refusal.value.code == "metric_unknown"


@pytest.mark.parametrize(
    ("metrics", "statements"),
    [
        (("orders_settled", "wages_fen"), 6),
        (("orders_settled", "workers", "retention_bp", "escrow_fen"), 13),
    ],
)
def test_statements_do_not_depend_on_rows_or_counties(paid, trades, metrics, statements):
    """With the two that open the moment and the one that ends it."""
    ask(*metrics)  # the map of counties is read once in a while
    for counties in (SLUGS[:1], SLUGS, None):
        for last in (FIRST + timedelta(days=1), LAST):
            with CaptureQueriesContext(connections["city"]) as asked:
                ask(*metrics, last=last, counties=counties, group_by=["county", "month"])
            # of the whole city's people it is asked first whether the month has gone on since
            assert len(asked) == statements + (counties is None and "workers" in metrics)
