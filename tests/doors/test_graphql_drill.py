"""Looking into one county's orders: scope, purpose, audit, pages, and nobody's personal data."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection

from cityql import county, database, drill
from kernel.errors import DomainError
from kernel.models import AuditRow
from orders.selectors_city import orders_for_city
from orders.states import OrderState
from tenants.county import run_in_county
from tests.doors.graphql_helpers import ask, city_token, codes, post, queries
from tests.orders import play

pytestmark = [pytest.mark.usefixtures("orders"), pytest.mark.urls("tests.doors.graphql_urls")]

COUNTY = "taining"
ORDERS = """
query Drill($slug: String!, $purpose: String!, $first: Int! = 20, $after: String, $state: OrderState,
            $trade: String, $day: Date) {
  county(slug: $slug) {
    slug
    orders(purpose: $purpose, first: $first, after: $after, state: $state, trade: $trade, day: $day) {
      edges {
        cursor
        node {
          id number state endReason trade title day startsAt endsAt headcount basis rateFen wageMaxFen
          totalFen insured basicCover publishedAt filledAt startedAt endedAt paidPlaces wagePaidFen feePaidFen
          premiumPaidFen
          places {
            id no state endReason covered basicAsked wonAt checkedInAt checkedOutAt quantity wageFen paidAt
          }
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""
CURSORS = 'orders(purpose: "审计") { edges { cursor } }'
BESIDE = (
    f'{{ a: county(slug: "taining") {{ slug {CURSORS} }} b: county(slug: "youxi") {{ slug {CURSORS} }} }}'
)
SECRETS = ("张三", "赖小明", "古镛镇")


@pytest.fixture(scope="module")
def orders(counties) -> list[UUID]:
    """Seven orders: one paid, one cancelled by nobody yet, the rest open; oldest first."""
    with run_in_county(counties[COUNTY]):
        boss, worker = play.employer(), play.worker()
        done = play.publish(boss)
        won = play.grab(worker, done.order_id)
        play.start(boss, worker, won)
        play.leave(worker, won)
        play.confirm(boss, done.order_id)
        later = [
            play.publish(
                boss,
                headcount=2,
                starts_at=play.START + n * timedelta(days=1),
                ends_at=play.START + n * timedelta(days=1) + 8 * play.HOURS,
            )
            for n in range(1, 7)
        ]
    return [done.order_id, *(order.order_id for order in later)]


def look(**variables):
    return ask(ORDERS, {"slug": COUNTY, "purpose": "季度抽查", **variables})["county"]["orders"]


def ids(found) -> list[str]:
    return [edge["node"]["id"] for edge in found["edges"]]


def newest(orders: list[UUID]) -> list[str]:
    return [str(order) for order in reversed(orders)]


def test_an_order_with_its_places(orders):
    found = look(first=100, state="SETTLED")
    [node] = [edge["node"] for edge in found["edges"] if edge["node"]["id"] == str(orders[0])]
    assert (node["trade"], node["headcount"], node["insured"]) == ("sorting", 1, False)
    assert (node["paidPlaces"], node["wagePaidFen"], node["rateFen"]) == (1, 30_000, 30_000)
    [place] = node["places"]
    assert (place["no"], place["state"], place["wageFen"], place["covered"]) == (1, "paid", 30_000, False)
    assert (node["basicCover"], place["basicAsked"]) == (True, False)
    assert place["checkedInAt"] < place["checkedOutAt"]
    assert node["day"] == "2027-03-03"


def test_nobody_is_named(orders):
    text = json.dumps(look(first=100), ensure_ascii=False)
    assert not [secret for secret in SECRETS if secret in text]
    assert "worker" not in text.lower()


def test_pages_newest_first(orders):
    seen, after = [], None
    for _ in range(20):
        page = look(first=3, after=after)
        seen += ids(page)
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen[: len(orders)] == newest(orders)
    assert len(seen) == len(set(seen))


def test_filters(orders):
    assert ids(look(day="2027-03-04")) == [str(orders[1])]
    assert str(orders[0]) not in ids(look(state="OPEN", first=100))
    assert ids(look(trade="welding")) == []


def test_each_look_is_kept_with_its_purpose(orders, counties):
    with run_in_county(counties[COUNTY]):
        before = AuditRow.objects.filter(act="city.orders_read").count()
    look(first=2, purpose="信访件 2027-18", state="OPEN")
    with run_in_county(counties[COUNTY]):
        rows = AuditRow.objects.filter(act="city.orders_read").order_by("id")
        assert rows.count() == before + 1
        row = rows.last()
    assert (row.purpose, row.channel) == ("信访件 2027-18", "api")
    assert row.actor.startswith("user:")
    assert row.detail == {"orders": 2, "state": "open", "trade": None, "day": None, "continued": False}
    assert row.request_id


@pytest.mark.parametrize("purpose", ["", "x", " ", "a" * 201, "看\u0000看"])
def test_a_purpose_is_wanted(purpose, counties):
    query = 'query($p: String!) { county(slug: "taining") { orders(purpose: $p) { edges { cursor } } } }'
    literal = query.replace("($p: String!)", "").replace("$p", json.dumps(purpose))
    asked = [{"query": literal}] if "\x00" in purpose else [{"query": query, "variables": {"p": purpose}}]
    for body in asked:
        status, answer = post(body, token=city_token())
        assert (status, codes(answer)) == (200, ["graphql_purpose"])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("first: 0", "invalid_value"),
        ("first: -5", "invalid_value"),
        ("first: 101", "invalid_value"),
        ('after: ""', "graphql_cursor"),
        ('after: "x"', "graphql_cursor"),
        ('after: "\\u0000"', "graphql_cursor"),
        ('after: "ä:b:c"', "graphql_cursor"),
        ('trade: "nothing"', "trade_unknown"),
        ('trade: "\\u0000"', "trade_unknown"),
    ],
)
def test_what_is_refused_before_the_county_is_opened(arguments, code, monkeypatch):
    monkeypatch.setattr(drill, "county_for_drill", None)
    query = '{ county(slug: "taining") { orders(purpose: "审计", %s) { edges { cursor } } } }'
    status, answer = post({"query": query % arguments}, token=city_token())
    assert (status, codes(answer)) == (200, [code])
    assert answer["data"] == {"county": {"orders": None}}


def test_a_cursor_is_good_for_its_own_list():
    cursor = look(first=1)["pageInfo"]["endCursor"]
    for other in ({"slug": "jiangle"}, {"state": "OPEN"}, {"trade": "sorting"}, {"day": "2027-03-04"}):
        body = {"slug": COUNTY, "purpose": "审计", "after": cursor, **other}
        status, answer = post({"query": ORDERS, "variables": body}, token=city_token())
        assert (status, codes(answer)) == (200, ["graphql_cursor"])


def test_several_lists_of_a_county_in_one_transaction(orders, counties):
    """Aliases, fragments and directives: what is asked for is read, each list with its own arguments."""
    query = """
    query($all: Boolean!, $some: Int!) {
      county(slug: "taining") {
        slug
        a: orders(purpose: "抽查甲", first: $some) { edges { node { id } } }
        ...rest
        ... @include(if: $all) { c: orders(purpose: "抽查丙", state: SETTLED) { edges { node { state } } } }
        d: orders(purpose: "抽查丁") @skip(if: $all) { edges { cursor } }
      }
    }
    fragment rest on CountyDetail {
      b: orders(purpose: "抽查乙", day: "2027-03-04") { edges { node { id } } }
    }
    """
    with queries() as counted:
        found = ask(query, {"all": True, "some": 2})["county"]
    assert set(found) == {"slug", "a", "b", "c"}
    assert ids(found["a"]) == newest(orders)[:2]
    assert ids(found["b"]) == [str(orders[1])]
    assert {edge["node"]["state"] for edge in found["c"]["edges"]} == {"SETTLED"}
    assert counted == {"identity": 3, "city": 2, "default": 1 + 3 * 3}, "one county, one time limit"
    with run_in_county(counties[COUNTY]):
        kept = AuditRow.objects.filter(act="city.orders_read").order_by("-id")[:3]
        assert [row.purpose for row in kept] == ["抽查丙", "抽查乙", "抽查甲"]
        assert len({row.at for row in kept}) == 1
    with queries() as counted:
        assert set(ask(query, {"all": False, "some": 2})["county"]) == {"slug", "a", "b", "d"}
    assert counted["default"] == 1 + 3 * 3


def test_a_list_that_is_refused_leaves_its_neighbour_alone():
    query = (
        f'{{ county(slug: "taining") {{ a: {CURSORS} b: orders(purpose: "x") {{ edges {{ cursor }} }} }} }}'
    )
    status, answer = post({"query": query}, token=city_token())
    assert (status, codes(answer)) == (200, ["graphql_purpose"])
    assert answer["errors"][0]["path"] == ["county", "b"]
    assert answer["data"]["county"]["b"] is None
    assert answer["data"]["county"]["a"]["edges"]


def test_a_county_nobody_looks_into_is_not_opened():
    with queries() as counted:
        ask(
            'query($no: Boolean!) { county(slug: "taining") { slug orders(purpose: "审计") @include(if: $no) '
            "{ edges { cursor } } } }",
            {"no": False},
        )
    assert counted["default"] == 0


def test_what_the_database_stops_is_stopped_for_the_whole_node(monkeypatch, counties):
    """One transaction: no list of the node is answered, and none is kept as read."""
    calls = []

    def second_too_slow(**arguments):
        calls.append(arguments)
        if len(calls) == 2:
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = 20")
                cursor.execute("SELECT count(*) FROM generate_series(1, 100000000)")
        return orders_for_city(**arguments)

    with run_in_county(counties[COUNTY]):
        before = AuditRow.objects.filter(act="city.orders_read").count()
    monkeypatch.setattr(county, "orders_for_city", second_too_slow)
    status, answer = post(
        {"query": f'{{ county(slug: "taining") {{ slug a: {CURSORS} b: {CURSORS} c: {CURSORS} }} }}'},
        token=city_token(),
    )
    assert (status, codes(answer)) == (200, ["graphql_busy"] * 3)
    assert answer["data"]["county"] == {"slug": "taining", "a": None, "b": None, "c": None}
    assert len(calls) == 2
    with run_in_county(counties[COUNTY]):
        assert AuditRow.objects.filter(act="city.orders_read").count() == before


def test_an_unknown_county():
    status, answer = post({"query": '{ county(slug: "atlantis") { slug } }'}, token=city_token())
    assert (status, codes(answer), answer["data"]) == (200, ["county_unknown"], {"county": None})


def test_one_county_that_fails_takes_nothing_else_with_it(monkeypatch, counties):
    """A statement that runs too long is stopped; the other county's answer stands."""
    real = county.orders_for_city

    def slow(**arguments):
        if "taining" in asked:
            asked.clear()
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = 20")
                cursor.execute("SELECT count(*) FROM generate_series(1, 100000000)")
        return real(**arguments)

    asked = {"taining"}
    monkeypatch.setattr(county, "orders_for_city", slow)
    status, answer = post({"query": BESIDE}, token=city_token())
    assert (status, codes(answer)) == (200, ["graphql_busy"])
    assert answer["errors"][0]["path"] == ["a", "orders"]
    assert answer["data"]["a"] == {"slug": "taining", "orders": None}
    assert answer["data"]["b"]["orders"] is not None


def test_statements_have_a_limit_of_their_own(counties):
    with database.county_for_drill(counties[COUNTY]), connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("5s",)


def test_the_number_of_queries_does_not_grow_with_rows(orders):
    """In the county: the limit on time, orders, places, the audit row."""
    look(first=1)
    for size in (1, 100):
        with queries() as counted:
            look(first=size)
        assert counted == {"identity": 3, "city": 2, "default": 4}


def test_the_selector_asks_for_the_scope_itself(counties):
    with pytest.raises(DomainError, match="forbidden"), run_in_county(counties[COUNTY]):
        orders_for_city(actor=play.HALL, first=1)


def test_every_state_has_a_name():
    states = {
        value["name"]
        for value in ask('{ __type(name: "OrderState") { enumValues { name } } }')["__type"]["enumValues"]
    }
    assert states == {state.name for state in OrderState}
