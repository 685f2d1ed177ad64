"""A month over the doors: the county signs at REST, the city decides in GraphQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from kernel import facts
from kernel.ids import uuid7
from reporting.folder import fold_all
from tenants.clock import set_market_clock
from tenants.contracts import CountyRef
from tenants.county import run_in_county
from tests.doors.graphql_helpers import ask, city_token, codes, post, queries
from tests.doors.rest import Caller, check_problem, staff_member
from tests.signoff.conftest import settle

MONTH = "2087-05"
DAY = date(2087, 5, 17)


@pytest.fixture
def county(counties: dict[str, CountyRef]) -> CountyRef:
    return counties["mingxi"]


@pytest.fixture(autouse=True)
def after(counties) -> Iterator[None]:
    set_market_clock(moment=datetime(2087, 6, 3, 4, tzinfo=UTC))
    yield
    set_market_clock(moment=datetime.now(UTC))


@pytest.fixture
def admin(county) -> Caller:
    return staff_member(county, "county_admin")


def decide(field: str, county: CountyRef, number: int, **more: str):
    names = "".join(f", {name}: ${name}" for name in more)
    kinds = "".join(f", ${name}: String!" for name in more)
    return post(
        {
            "query": f"mutation($c: String!, $m: String!, $v: Int!{kinds}) "
            f"{{ {field}(county: $c, month: $m, version: $v{names}) {{ number state note }} }}",
            "variables": {"c": county.slug, "m": MONTH, "v": number, **more},
        },
        token=city_token(),
    )


def test_a_month_from_preview_to_revision(county, admin):
    settle(county, DAY, wage_fen=12_300)
    preview = admin.must("GET", f"months/{MONTH}")
    assert {"metric": "wages_fen", "trade": "moving", "value": 12_300} in preview["figures"]
    assert (preview["freshness"], preview["in_force"], preview["versions"]) == ("fresh", None, [])

    signed = admin.must("POST", f"months/{MONTH}/sign", {"digest": preview["digest"]})
    assert (signed["number"], signed["state"], signed["digest"]) == (1, "signed", preview["digest"])

    status, answer = decide("returnMonth", county, 1, reason="请核对工资")
    assert (status, answer["data"]["returnMonth"]["state"]) == (200, "RETURNED")
    assert admin.must("GET", f"months/{MONTH}")["versions"][0]["note"] == "请核对工资"

    settle(county, DAY, wage_fen=700)
    check_problem(
        admin.post(f"months/{MONTH}/sign", {"digest": preview["digest"]}), 409, "month_changed", "digest"
    )
    again = admin.must("GET", f"months/{MONTH}")
    admin.must("POST", f"months/{MONTH}/sign", {"digest": again["digest"]})
    _, answer = decide("acceptMonth", county, 2, note="")
    assert answer["data"]["acceptMonth"] == {"number": 2, "state": "ACCEPTED", "note": ""}

    settle(county, DAY, wage_fen=55)
    late = admin.must("GET", f"months/{MONTH}")
    assert {"metric": "wages_fen", "trade": "moving", "was": 13_000, "now": 13_055} in late["difference"]
    check_problem(admin.post(f"months/{MONTH}/sign", {"digest": late["digest"]}), 409, "month_accepted")
    third = admin.must("POST", f"months/{MONTH}/revise", {"digest": late["digest"], "reason": "补录一单"})
    assert (third["number"], third["reason"]) == (3, "补录一单")

    seen = ask(
        "query($c: String!, $m: String!) { month(county: $c, month: $m) { inForce waiting "
        "freshness { state } difference { metric trade was now } versions { number state intact reason "
        "signedFigures { metric trade value } changes { metric was now } } } }",
        {"c": county.slug, "m": MONTH},
    )["month"]
    assert (seen["inForce"], seen["waiting"], seen["freshness"]["state"]) == (2, 3, "FRESH")
    assert [v["state"] for v in seen["versions"]] == ["RETURNED", "ACCEPTED", "SIGNED"]
    assert all(v["intact"] for v in seen["versions"])
    assert {"metric": "wages_fen", "was": 13_000, "now": 13_055} in seen["versions"][2]["changes"]
    assert {"metric": "wages_fen", "trade": "moving", "was": 13_000, "now": 13_055} in seen["difference"]
    assert {"metric": "wages_fen", "trade": "moving", "value": 13_000} in seen["versions"][1]["signedFigures"]

    [line, *_] = admin.must("GET", "months")["items"][1:]
    assert (line["month"], line["state"], line["latest"], line["in_force"]) == (MONTH, "signed", 3, 2)


def test_the_city_does_not_see_the_money_of_a_few_claims(county, admin):
    """The county signs every figure; the city reads what figures would show it."""

    def decided(trade: str, claims: int) -> None:
        with run_in_county(county):
            for _ in range(claims):
                facts.record(
                    "claim.decided",
                    now=datetime.now(UTC),
                    day=date(2087, 3, 9),
                    subject=uuid7(),
                    trade=trade,
                    values={"accepted": 1, "amount_fen": 9_000},
                )
        fold_all(county)

    decided("moving", 2)
    decided("sorting", 30)
    decided("fruit_picking", 7)
    own = admin.must("GET", "months/2087-03")
    assert {"metric": "claims_accepted_fen", "trade": "moving", "value": 18_000} in own["figures"]
    admin.must("POST", "months/2087-03/sign", {"digest": own["digest"]})
    decided("moving", 1)
    query = (
        'query($c: String!) { month(county: $c, month: "2087-03") { '
        "difference { metric trade was now hidden } "
        "versions { signedFigures { metric trade value hidden } } } }"
    )
    seen = ask(query, {"c": county.slug})["month"]
    money = {
        figure["trade"]: figure["value"]
        for figure in seen["versions"][0]["signedFigures"]
        if figure["metric"] == "claims_accepted_fen"
    }
    assert money == {"moving": None, "fruit_picking": None, "sorting": 270_000}, "7 would give the 2 away"
    [change] = [one for one in seen["difference"] if one["metric"] == "claims_accepted_fen"]
    assert (change["was"], change["now"], change["hidden"]) == (None, None, True)
    [count] = [one for one in seen["difference"] if one["metric"] == "claims_accepted"]
    assert (count["was"], count["now"]) == (2, 3)


def test_the_door_refuses_what_is_not_a_month_or_not_over(county, admin):
    fold_all(county)
    for word in ("2087-13", "2087", "may"):
        check_problem(admin.get(f"months/{word}"), 422, "month_malformed", "month")
    current = admin.must("GET", "months/2087-06")
    check_problem(admin.post("months/2087-06/sign", {"digest": current["digest"]}), 409, "month_not_over")
    check_problem(admin.post("months/2087-04/sign", {"digest": "0" * 64}), 409, "month_changed")
    check_problem(admin.post("months/2087-04/sign", {}), 422, "field_missing", "digest")


def test_only_the_countys_own_staff_may_read_and_only_its_administrator_sign(counties, county, admin):
    treasurer = staff_member(county, "treasurer")
    digest = treasurer.must("GET", f"months/{MONTH}")["digest"]
    check_problem(treasurer.post(f"months/{MONTH}/sign", {"digest": digest}), 403, "forbidden")
    check_problem(staff_member(county, "hall_operator").get(f"months/{MONTH}"), 403, "forbidden")
    elsewhere = Caller(counties["ninghua"], token=admin.token)
    check_problem(elsewhere.get(f"months/{MONTH}"), 403, "forbidden")
    check_problem(Caller(county).get(f"months/{MONTH}"), 401, "unauthenticated")


def test_the_city_decides_with_its_own_scope_and_about_what_exists(county):
    query = f'mutation {{ acceptMonth(county: "{county.slug}", month: "2087-01", version: 1) {{ number }} }}'
    _, answer = post({"query": query}, token=city_token("city_analyst"))
    assert codes(answer) == ["forbidden"]
    _, answer = post({"query": query}, token=city_token())
    assert codes(answer) == ["month_version_unknown"]
    _, answer = post({"query": query.replace("2087-01", "2087-00")}, token=city_token())
    assert codes(answer) == ["month_malformed"]


LIST = (
    "query($since: String, $until: String, $first: Int! = 50, $after: String, $states: [MonthState!]) "
    "{ months(since: $since, until: $until, first: $first, after: $after, states: $states) "
    "{ edges { cursor node { county month state inForce } } pageInfo { hasNextPage endCursor } } }"
)


def test_the_list_shows_every_county_and_pages_through_all(counties):
    since, until = "2087-03", "2087-05"
    everything = ask(LIST, {"since": since, "until": until, "first": 100})["months"]
    real = [ref for ref in counties.values() if not ref.sandbox]
    keys = [(edge["node"]["month"], edge["node"]["county"]) for edge in everything["edges"]]
    assert len(keys) == len(set(keys)) == 3 * len(real)
    assert [month for month, _ in keys] == sorted((month for month, _ in keys), reverse=True)
    paged, after = [], None
    while True:
        page = ask(LIST, {"since": since, "until": until, "first": 7, "after": after})["months"]
        paged += [(edge["node"]["month"], edge["node"]["county"]) for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert paged == keys
    unsigned = ask(LIST, {"since": "2087-04", "until": "2087-04", "states": ["OPEN"]})["months"]["edges"]
    assert {edge["node"]["state"] for edge in unsigned} == {"OPEN"}


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"since": "2080-01", "until": "2087-01"}, "month_range"),
        ({"since": "x"}, "month_malformed"),
        ({"first": 101}, "invalid_value"),
        ({"after": "forged"}, "graphql_cursor"),
    ],
)
def test_the_list_refuses_what_makes_no_sense(counties, variables, code):
    _, answer = post({"query": LIST, "variables": variables}, token=city_token())
    assert codes(answer) == [code]


def test_reading_costs_the_same_number_of_queries_whatever_there_is(counties, county):
    ask(LIST, {"since": "2087-05", "until": "2087-05"})
    with queries() as few:
        ask(LIST, {"since": "2087-05", "until": "2087-05"})
    with queries() as many:
        ask(LIST, {"since": "2085-06", "until": "2087-05", "first": 100})
    assert few == many
    assert few["default"] == 0
