"""The city report through GraphQL: the figures, their freshness, the refusals, the number of queries."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import cycle, islice

import pytest

from cityql import limits
from cityql.types import percent
from kernel import facts
from kernel.ids import uuid7
from reporting.folder import fold_all
from tenants import catalogue, directory
from tenants.county import run_in_county
from tests.doors.graphql_helpers import ask, city_token, codes, post, queries

pytestmark = [pytest.mark.usefixtures("played"), pytest.mark.urls("tests.doors.graphql_urls")]

FIRST = date(2029, 4, 1)  # a month that no other test plays
LAST = date(2029, 4, 30)
ORDERS, INSURED = 160, 122

REPORT = """
query Report($first: Date!, $last: Date!, $counties: [String!], $trades: [String!], $by: [GroupBy!]) {
  cityReport(first: $first, last: $last, counties: $counties, trades: $trades, groupBy: $by) {
    first last rowCount complete behind missing
    freshness { county name nameEn state behind foldedAt lastFactRecordedAt waitingFacts }
    total { ...figures }
    rows { county { slug name sandbox freshness { state } } day trade tradeName figures { ...figures } }
  }
}
fragment figures on Figures {
  orders insuredOrders insuredShareBp insuredSharePercent
  places insuredPlaces insuredPlacesShareBp insuredPlacesSharePercent
  workers employers wagesFen feesFen premiumsFen
  posted placesPosted placesFilled placesPaid cancelled expired noShows
  workersRegistered employersRegistered withdrawals withdrawnFen
  policiesIssued policiesRefused policiesTimedOut policiesCancelled
  basicPlaces fundPremiumsFen employerPremiumsFen premiumsAmendedFen premiumsRefundedFen
  claimsReported claimsOverdue claimsAccepted claimsRejected claimsAcceptedFen claimsPaid claimsPaidFen
  lossRatioBp lossRatioPercent
  fillP50 { moreThan atMost } fillP95 { moreThan atMost } fillP50Seconds fillP95Seconds
}
"""


@pytest.fixture(scope="module")
def played(counties):
    """A month of Jiangle's like the real first one, a little in Youxi, and noise in the sandbox."""
    for slug, orders in (("jiangle", ORDERS), ("youxi", 3), ("sandbox", 7)):
        with run_in_county(counties[slug]):
            for n in range(orders):
                _order(n, insured=n < INSURED)
            for n, kind in enumerate(["order.cancelled"] * 5 + ["order.expired"] * 2 + ["order.no_show"]):
                _fact(kind, n, orders=1)
            _insurance(orders)
        fold_all(counties[slug])


def _order(n: int, *, insured: bool) -> None:
    _fact("order.published", n, orders=1, places=2, wage_max_fen=30_000)
    _fact("place.filled", n, fill_seconds=3 if n % 10 else 4_000)
    _fact("place.paid", n, person=f"{n % 40:032x}", role="worker", wage_fen=30_000, insured=int(insured))
    settled = {"orders": 1, "places": 2, "wage_fen": 60_000, "fee_fen": 1_200, "premium_fen": 500 * insured}
    _fact("order.settled", n, insured_orders=int(insured), insured_places=2 * insured, **settled)


def _insurance(policies: int) -> None:
    """Every second policy is basic cover at 3 yuan, the others 5; each tenth is cancelled, one in forty
    has a claim of 100 yuan, of which every second is accepted."""
    for n in range(policies):
        basic = n % 2
        _fact("policy.issued", n, premium_fen=300 if basic else 500, basic=basic)
        if n % 10 == 0:
            _fact("policy.cancelled", n, refund_fen=500)
        if n % 40 == 0:
            accepted = int(n % 80 == 0)
            _fact("claim.reported", n)
            _fact("claim.decided", n, accepted=accepted, amount_fen=10_000 * accepted)
    _fact("policy.refused", 0)
    _fact("policy.timed_out", 0)
    _fact("claim.paid", 0, amount_fen=10_000)


def _fact(kind: str, n: int, *, person: str = "", role: str = "", **values: int) -> None:
    trade = list(islice(cycle(catalogue.trades()), 2))[n % 2]
    day = FIRST + timedelta(days=n % 28)
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


def report(**variables):
    return ask(REPORT, {"first": str(FIRST), "last": str(LAST), **variables})["cityReport"]


def test_the_first_month_of_jiangle():
    [row] = report(counties=["jiangle"], by=["COUNTY"])["rows"]
    figures = row["figures"]
    assert (figures["orders"], figures["insuredOrders"]) == (160, 122)
    assert (figures["insuredShareBp"], figures["insuredSharePercent"]) == (7625, "76.25")
    assert (figures["places"], figures["insuredPlaces"]) == (320, 244)
    assert figures["insuredPlacesSharePercent"] == "76.25"
    assert figures["workers"] == 40
    assert (figures["wagesFen"], figures["feesFen"], figures["premiumsFen"]) == (9_600_000, 192_000, 61_000)
    assert (figures["posted"], figures["cancelled"], figures["expired"], figures["noShows"]) == (160, 5, 2, 1)
    assert figures["fillP50"] == {"moreThan": 2, "atMost": 5}
    assert (figures["fillP50Seconds"], figures["fillP95Seconds"]) == (5, 7200)
    issued = ("policiesIssued", "policiesCancelled", "policiesRefused", "policiesTimedOut", "basicPlaces")
    assert [figures[name] for name in issued] == [160, 16, 1, 1, 80]
    paid = ("employerPremiumsFen", "fundPremiumsFen", "premiumsRefundedFen")
    assert [figures[name] for name in paid] == [40_000, 24_000, 8_000]
    claims = ("claimsReported", "claimsAccepted", "claimsRejected", "claimsPaid")
    assert [figures[name] for name in claims] == [4, 2, 2, 1]
    assert (figures["claimsAcceptedFen"], figures["claimsPaidFen"]) == (20_000, 10_000)
    assert (figures["lossRatioBp"], figures["lossRatioPercent"]) == (3_571, "35.71"), "20,000 of 56,000"
    assert row["county"]["name"] == "将乐县"
    assert (row["day"], row["trade"]) == (None, None)


def test_the_sandbox_is_left_out_and_a_person_counts_once():
    whole = report(by=["COUNTY"])
    assert len(whole["rows"]) == 11
    assert whole["total"]["orders"] == ORDERS + 3
    assert whole["total"]["workers"] == 40, "Youxi's three work in Jiangle, too"
    assert not any(row["county"]["sandbox"] for row in whole["rows"])


def test_a_loss_ratio_of_a_handful_is_not_shown():
    [few] = report(counties=["youxi"], by=["COUNTY"])["rows"]
    assert few["figures"]["policiesIssued"] == 3
    assert (few["figures"]["lossRatioBp"], few["figures"]["lossRatioPercent"]) == (None, None)


def test_rows_by_day_and_trade_add_up():
    total = report()["total"]
    for by in (["DAY"], ["TRADE"], ["COUNTY", "DAY", "TRADE"]):
        rows = report(by=by)["rows"]
        assert sum(row["figures"]["orders"] for row in rows) == total["orders"]
        assert sum(row["figures"]["wagesFen"] for row in rows) == total["wagesFen"]
    days = [row["day"] for row in report(by=["DAY"])["rows"]]
    assert days == sorted(days)
    assert days[0] == "2029-04-01"


def test_a_trade_has_its_names_and_one_no_longer_listed_its_code(monkeypatch):
    code, *_ = catalogue.trades()
    report_of = f'cityReport(first: "{FIRST}", last: "{LAST}", groupBy: [TRADE])'
    query = f"{{ {report_of} {{ rows {{ trade tradeName }} }} }}"
    rows = ask(query)["cityReport"]["rows"]
    assert {"trade": code, "tradeName": catalogue.trade(code).name} in rows
    monkeypatch.setattr(catalogue, "trades", dict)
    assert {"trade": code, "tradeName": code} in ask(query)["cityReport"]["rows"]


def test_rows_come_in_pages():
    page = "rows(first: $n, skip: $s) { day }"
    report_of = f'cityReport(first: "{FIRST}", last: "{LAST}", groupBy: [DAY])'
    query = f"query($n: Int!, $s: Int!) {{ {report_of} {{ rowCount {page} }} }}"
    whole = ask(query, {"n": 1000, "s": 0})["cityReport"]
    assert len(whole["rows"]) == whole["rowCount"] == 28
    assert ask(query, {"n": 5, "s": 25})["cityReport"]["rows"] == whole["rows"][25:]
    for n, s in ((0, 0), (-1, 0), (1001, 0), (1, -1)):
        status, answer = post({"query": query, "variables": {"n": n, "s": s}}, token=city_token())
        assert (status, codes(answer)) == (200, ["invalid_value"])


def test_an_empty_time_has_no_share():
    total = ask(REPORT, {"first": "2031-01-01", "last": "2031-01-01"})["cityReport"]["total"]
    assert (total["orders"], total["insuredShareBp"], total["insuredSharePercent"]) == (0, None, None)
    assert total["fillP50"] is None


def test_counties_that_are_behind_are_named(counties):
    with run_in_county(counties["ninghua"]):
        _fact("order.cancelled", 0, orders=1)
    whole = report(by=["COUNTY"])
    assert whole["complete"] is False
    assert {"ninghua"} <= set(whole["behind"])
    assert set(whole["missing"]) <= set(whole["behind"])
    assert len(whole["freshness"]) == 11, "none is dropped"
    assert [row["county"]["slug"] for row in whole["rows"]] == [f["county"] for f in whole["freshness"]]
    fold_all(counties["ninghua"])
    [fresh] = report(counties=["ninghua"])["freshness"]
    assert (fresh["state"], fresh["behind"], fresh["waitingFacts"]) == ("FRESH", False, 0)
    assert report(counties=["ninghua"])["complete"] is True


def test_counties_and_trades():
    data = ask(
        "{ counties { slug code name nameEn sandbox freshness { state } } trades { code name riskClass } }"
    )
    assert len(data["counties"]) == 11
    assert [c["code"] for c in data["counties"]] == sorted(c["code"] for c in data["counties"])
    assert {"slug": "jiangle", "code": "350428", "name": "将乐县"}.items() <= next(
        c for c in data["counties"] if c["slug"] == "jiangle"
    ).items()
    assert len(data["trades"]) == len(catalogue.trades())
    with_sandbox = ask("{ counties(sandbox: true) { slug sandbox } }")["counties"]
    assert [c["slug"] for c in with_sandbox if c["sandbox"]] == ["sandbox"]


@pytest.mark.parametrize(
    ("variables", "code", "field"),
    [
        ({"first": "2029-05-01"}, "report_range_invalid", "last"),
        ({"first": "1000-01-01"}, "report_range_invalid", "last"),
        ({"counties": ["sandbox"]}, "county_unknown", "counties"),
        ({"counties": ["atlantis"]}, "county_unknown", "counties"),
        ({"counties": ["\u2028'; DROP"]}, "county_unknown", "counties"),
        ({"trades": ["nothing"]}, "trade_unknown", "trades"),
        ({"counties": ["jiangle"] * 101}, "graphql_argument", "counties"),
        ({"by": ["DAY"] * 101}, "graphql_argument", "groupBy"),
    ],
)
def test_what_a_report_refuses(variables, code, field):
    asked = {"query": REPORT, "variables": {"first": str(FIRST), "last": str(LAST), **variables}}
    status, answer = post(asked, token=city_token())
    assert (status, codes(answer)) == (200, [code])
    assert answer["data"] == {"cityReport": None}
    assert answer["errors"][0]["extensions"]["field"] == field


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"first": None},
        {"first": ""},
        {"first": "2029-02-29"},
        {"first": "2029-4-1"},
        {"first": 5},
        {"first": 1.5},
        {"first": True},
        {"first": []},
        {"first": {}},
        {"first": "２０２９-04-01"},
        {"first": "2029-04-01", "by": ["WAGES"]},
        {"first": "2029-04-01", "by": "x" * 500_000},
        {"first": "2029-04-01", "counties": [None]},
        {"first": "2029-04-01", "counties": [1]},
        {"first": "2029-04-01", "counties": {"a": 1}},
        {"first": "2029-04-01", "counties": ["a" * 100] * 5_000 + [3] * 5_000},
    ],
)
def test_bad_variables_are_the_callers_fault(variables):
    asked = {"query": REPORT, "variables": {"last": str(LAST), **variables}}
    status, answer = post(asked, token=city_token())
    assert status == 400
    assert set(codes(answer)) == {"graphql_invalid"}
    assert len(answer["errors"]) <= 10


def test_the_number_of_queries_depends_on_nothing():
    """Three to know the caller; for the report its four, and one that sets the snapshot up."""
    directory.all_counties(sandbox=True)
    shapes = ({"counties": ["jiangle"]}, {"by": ["COUNTY"]}, {"by": ["COUNTY", "DAY", "TRADE"]})
    for variables in shapes:
        report(**variables)
        with queries() as counted:
            report(**variables)
        assert counted == {"identity": 3, "city": 5, "default": 0}, variables
    for query in (
        "{ counties { slug freshness { state } } }",
        '{ county(slug: "jiangle") { freshness { state } } }',
    ):
        with queries() as counted:
            ask(query)
        assert counted == {"identity": 3, "city": 2, "default": 0}


def test_percent():
    assert [percent(bp) for bp in (0, 5, 7625, 10_000)] == ["0.00", "0.05", "76.25", "100.00"]
    assert percent(None) is None
    assert limits.PAGES["rows"] == (500, 1_000)
