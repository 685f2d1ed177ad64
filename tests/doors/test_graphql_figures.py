"""Figures through GraphQL: any metrics, range and grouping; compared, ranked, paged; refusals; statements."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from cityql import limits
from kernel import facts
from kernel.ids import uuid7
from reporting.dictionary import dictionary
from reporting.folder import fold_all, fold_county
from tenants import catalogue, directory
from tenants.county import run_in_county
from tests.doors.graphql_helpers import ask, city_token, codes, post, queries

pytestmark = [pytest.mark.usefixtures("played"), pytest.mark.urls("tests.doors.graphql_urls")]

FIRST, LAST = date(2041, 3, 1), date(2041, 3, 31)  # a month that no other test plays
PLAYED = {"jiangle": 40, "youxi": 10, "sandbox": 9}
BEFORE = {"jiangle": 20, "youxi": 10}
CHOSEN = ["jiangle", "youxi"]

FIGURES = """
query Figures($first: Date!, $last: Date!, $metrics: [String!]!, $counties: [String!], $trades: [String!],
    $towns: [String!], $stations: [String!], $by: [Dimension!], $compare: Compare, $cumulative: Boolean,
    $boundaries: Boundaries, $order: String, $descending: Boolean, $limit: Int, $after: Int) {
  figures(first: $first, last: $last, metrics: $metrics, counties: $counties, trades: $trades, towns: $towns,
      stations: $stations, groupBy: $by, compare: $compare, cumulative: $cumulative, boundaries: $boundaries,
      orderBy: $order, descending: $descending, limit: $limit, after: $after) {
    first last behind complete more
    compared { first last }
    freshness { county name nameEn state foldedAt waitingFacts }
    total { ...row }
    rows { ...row }
  }
}
fragment row on FigureRow {
  county { slug code name nameEn } first last trade { code name nameEn } town station
  values { metric value text before change changeBp target hidden }
}
"""


@pytest.fixture(scope="module")
def played(counties):
    for slug, orders in PLAYED.items():
        with run_in_county(counties[slug]):
            for n in range(orders):
                _fact("order.published", FIRST + timedelta(days=n % 31), n, orders=1, places=2)
            for n in range(BEFORE.get(slug, 0)):
                _fact("order.published", date(2041, 2, 1) + timedelta(days=n % 28), n, orders=1, places=1)
        fold_all(counties[slug])


def _fact(kind: str, day: date, n: int, **values: int) -> None:
    trade = list(catalogue.trades())[n % 2]
    facts.record(kind, now=datetime.now(UTC), day=day, subject=uuid7(), trade=trade, values=values)


def figures(metrics=("orders_posted",), *, lang: str = "zh", **variables):
    asked = {"first": str(FIRST), "last": str(LAST), "metrics": list(metrics), **variables}
    if lang == "zh":
        return ask(FIGURES, asked)["figures"]
    status, answer = post(
        {"query": FIGURES, "variables": asked}, token=city_token(), headers={"Accept-Language": lang}
    )
    assert (status, answer.get("errors")) == (200, None)
    return answer["data"]["figures"]


def numbers(row) -> list[Any]:
    return [value["value"] for value in row["values"]]


def test_the_dictionary_stands_beside_the_figures():
    entries = ask("{ dictionary { code kind unit zh en formula event dayCut good group groupZh groupEn } }")[
        "dictionary"
    ]
    assert [entry["code"] for entry in entries] == [entry.code for entry in dictionary()]
    posted = next(entry for entry in entries if entry["code"] == "orders_posted")
    assert (posted["kind"], posted["unit"]) == ("SUM", "orders")
    assert all(posted[name] for name in ("formula", "event", "zh", "en"))
    assert "Shanghai" in posted["dayCut"]
    assert {"RATIO", "QUANTILE", "PEOPLE", "BALANCE"} <= {entry["kind"] for entry in entries}


def test_the_total_is_of_the_city_without_sandboxes():
    found = figures(["orders_posted", "places_posted"])
    assert numbers(found["total"]) == [50, 100]
    assert (found["first"], found["last"], found["rows"], found["more"]) == (str(FIRST), str(LAST), [], False)
    assert found["compared"] is None
    assert len(found["freshness"]) >= 11, "every county is named"


def test_counties_ranked_and_paged():
    found = figures(by=["COUNTY"], order="orders_posted", limit=2)
    assert [(row["county"]["slug"], *numbers(row)) for row in found["rows"]] == [
        ("jiangle", 40),
        ("youxi", 10),
    ]
    assert found["rows"][0]["county"] == {
        "slug": "jiangle",
        "code": "350428",
        "name": "将乐县",
        "nameEn": directory.by_slug("jiangle").name_en,
    }
    assert found["more"] is True
    rest = figures(by=["COUNTY"], order="orders_posted", after=2, limit=1000)
    assert all(numbers(row) == [0] for row in rest["rows"])
    assert rest["more"] is False
    least = figures(by=["COUNTY"], counties=CHOSEN, order="orders_posted", descending=False)
    assert [row["county"]["slug"] for row in least["rows"]] == ["youxi", "jiangle"]


def test_a_series_by_day_adds_up_and_can_be_cumulated():
    days = figures(by=["DAY"], counties=["jiangle"])["rows"]
    assert [row["first"] for row in days] == [str(FIRST + timedelta(days=n)) for n in range(31)]
    assert [sum(numbers(row)) for row in days] == [2] * 9 + [1] * 22
    running = figures(by=["DAY"], counties=["jiangle"], cumulative=True)["rows"]
    assert numbers(running[-1]) == [40]
    assert numbers(running[9]) == [19]


def test_periods_trades_and_both():
    assert len(figures(by=["WEEK"])["rows"]) == 5
    [quarter] = figures(by=["QUARTER"])["rows"]
    assert (quarter["first"], quarter["last"]) == (str(FIRST), str(LAST)), "cut to the days asked for"
    trades = figures(by=["TRADE"], counties=CHOSEN)["rows"]
    assert [row["trade"]["name"] for row in trades if numbers(row) != [0]] == [
        catalogue.trade(code).name for code in sorted(list(catalogue.trades())[:2])
    ]
    both = figures(by=["COUNTY", "TRADE"], counties=CHOSEN)["rows"]
    assert sum(sum(numbers(row)) for row in both) == 50
    only = figures(trades=[next(iter(catalogue.trades()))])
    assert numbers(only["total"]) == [25]


def test_compared_with_the_month_before_and_the_year_before():
    found = figures(by=["COUNTY"], counties=CHOSEN, compare="PREVIOUS")
    assert found["compared"] == {"first": "2041-02-01", "last": "2041-02-28"}
    told = {
        row["county"]["slug"]: [row["values"][0][name] for name in ("value", "before", "change", "changeBp")]
        for row in found["rows"]
    }
    assert told == {"jiangle": [40, 20, 20, 10_000], "youxi": [10, 10, 0, 0]}
    assert figures(compare="YEAR")["compared"] == {"first": "2040-03-01", "last": "2040-03-31"}


def test_the_text_is_in_the_callers_language():
    [zh] = figures(["insured_orders_bp"])["total"]["values"]
    [en] = figures(["insured_orders_bp"], lang="en")["total"]["values"]
    assert zh["value"] is en["value"] is None
    assert zh["text"] != en["text"] or zh["text"] in {"—", "-"}
    [value] = figures(["orders_posted"], lang="en")["total"]["values"]
    assert "50" in value["text"]


def test_counties_that_are_behind_are_named(counties):
    with run_in_county(counties["qingliu"]):
        for n in range(2):
            _fact("order.published", FIRST, n, orders=1)
    fold_county(counties["qingliu"], limit=1)  # it has looked, and could not take all
    found = figures(by=["COUNTY"])
    assert "qingliu" in found["behind"]
    assert found["complete"] is False
    assert "qingliu" in {row["county"]["slug"] for row in found["rows"]}, "it is named, not dropped"
    fold_all(counties["qingliu"])
    with_it = figures(["orders_posted"], counties=["qingliu"])
    assert (with_it["behind"], with_it["complete"], numbers(with_it["total"])) == ([], True, [2])


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"first": "2041-04-01"}, "report_range_invalid"),
        ({"first": "1000-01-01"}, "report_range_invalid"),
        ({"counties": ["sandbox"]}, "county_unknown"),
        ({"counties": ["atlantis"]}, "county_unknown"),
        ({"trades": ["nothing"]}, "trade_unknown"),
        ({"metrics": ["orders"]}, "metric_unknown"),
        ({"metrics": ["orders_posted'; DROP TABLE"]}, "metric_unknown"),
        ({"metrics": ["\u2028"]}, "metric_unknown"),
        ({"order": "wages_fen"}, "metric_unknown"),
        ({"by": ["DAY", "MONTH"]}, "report_group_invalid"),
        ({"by": ["COUNTY", "COUNTY"]}, "report_group_invalid"),
        ({"limit": 0}, "invalid_value"),
        ({"limit": -1}, "invalid_value"),
        ({"limit": 2_001}, "invalid_value"),
        ({"after": -1}, "invalid_value"),
        ({"after": 2**31 - 1}, "invalid_value"),
        ({"counties": ["jiangle"] * 101}, "graphql_argument"),
        ({"towns": ["x"] * 101}, "graphql_argument"),
    ],
)
def test_what_is_refused_by_name(variables, code):
    asked = {"first": str(FIRST), "last": str(LAST), "metrics": ["orders_posted"], **variables}
    status, answer = post({"query": FIGURES, "variables": asked}, token=city_token())
    assert (status, codes(answer)) == (200, [code])
    assert answer["data"] == {"figures": None}


def test_towns_and_stations_are_texts_that_reach_no_statement():
    for name in ("x'; DROP SCHEMA public; --", "\u2028", "古镛镇", "%"):
        assert numbers(figures(towns=[name])["total"]) == [0]
        assert numbers(figures(stations=[name])["total"]) == [0]


def test_null_is_as_good_as_nothing():
    variables = ("by", "compare", "cumulative", "boundaries", "order", "descending", "limit", "after")
    assert figures(**dict.fromkeys(variables)) == figures()


def cost(**variables) -> int:
    document = limits.parsed(FIGURES)
    return limits.measure(document, variables).cost


def test_the_cost_is_rows_times_metrics():
    small = cost(metrics=["a"], limit=1, by=["DAY"])
    assert cost(metrics=["a"], limit=101, by=["DAY"]) - small == 100 * (5 + 2 + 4 + 2 + 9)
    assert cost(metrics=["a", "b"], limit=1, by=["DAY"]) - small == 2 * 8, "of the row, and of the total"
    assert cost(metrics=["a"] * 100, limit=2000, by=["DAY"]) > limits.MAX_COST
    assert cost(metrics=["a"], limit=366, by=["DAY"]) < limits.MAX_COST
    total = (
        '{ figures(first: "2041-03-01", last: "2041-03-31", metrics: ["a"]) { rows { values { value } } } }'
    )
    assert limits.measure(limits.parsed(total), {}).cost < 2_100, "no groups, one row at most"


def test_the_number_of_queries_depends_on_nothing():
    """Of rows, counties and metrics of a kind; three statements know the caller, one sets the snapshot up."""
    directory.all_counties(sandbox=True)
    metrics = ["orders_posted", "wages_fen", "insured_orders_bp", "fill_p95"]
    counted_by = []
    for variables in (
        {"counties": ["jiangle"], "by": ["COUNTY"]},
        {"by": ["COUNTY"]},
        {"by": ["COUNTY", "DAY"], "limit": 341},
        {"by": ["COUNTY", "DAY"], "limit": 1},
    ):
        figures(metrics, **variables)
        with queries() as counted:
            figures(metrics, **variables)
        counted_by.append(counted)
    assert all(counted == counted_by[0] for counted in counted_by), counted_by
    assert counted_by[0]["identity"] == 3
    assert counted_by[0]["default"] == 0
    assert counted_by[0]["city"] <= 5
