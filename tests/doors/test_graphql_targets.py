"""Targets through GraphQL: set, read beside the figures, changed, taken away, and refused."""

from __future__ import annotations

import pytest

from tests.doors.graphql_helpers import ask, city_token, codes, post, queries

pytestmark = [pytest.mark.usefixtures("counties"), pytest.mark.urls("tests.doors.graphql_urls")]

SET = """
mutation($metric: String!, $county: String, $span: TargetSpan!, $starts: Date!, $value: Int64) {
  setTarget(metric: $metric, county: $county, span: $span, starts: $starts, value: $value) {
    metric county span starts value
  }
}
"""
READ = """
query($from: Date!, $to: Date!, $metric: String, $first: Int! = 100, $skip: Int! = 0) {
  targets(fromDay: $from, toDay: $to, metric: $metric, first: $first, skip: $skip) {
    metric county span starts value
  }
}
"""
YEAR = {"metric": "orders_posted", "span": "YEAR", "starts": "2042-01-01"}
MAY = {"metric": "orders_posted", "span": "MONTH", "starts": "2042-05-01", "county": "jiangle"}


def put(value, **which):
    return ask(SET, {**which, "value": value})["setTarget"]


def listed(**variables):
    return ask(READ, {"from": "2042-01-01", "to": "2042-12-31", **variables})["targets"]


def test_a_target_is_set_read_compared_with_and_taken_away():
    assert put(120_000, **YEAR) == {**YEAR, "county": None, "value": 120_000}
    assert put(400, **MAY) == {**MAY, "value": 400}
    assert put(500, **MAY)["value"] == 500
    assert put(500, **MAY)["value"] == 500, "again is no change"
    assert [row["value"] for row in listed()] == [120_000, 500], "the city's first"
    assert [row["value"] for row in listed(first=1, skip=1)] == [500]
    assert listed(metric="wages_fen") == []

    query = (
        '{ figures(first: "2042-05-01", last: "2042-05-31", metrics: ["orders_posted"], groupBy: [COUNTY], '
        'counties: ["jiangle"], compare: TARGET) { rows { values { value target } } } }'
    )
    assert ask(query)["figures"]["rows"] == [{"values": [{"value": 0, "target": 500}]}]

    changed = (
        '{ targetChanges(metric: "orders_posted", span: MONTH, starts: "2042-05-01", county: "jiangle") '
        "{ before value actor channel at } }"
    )
    told = ask(changed)["targetChanges"]
    assert [(row["before"], row["value"]) for row in told] == [(None, 400), (400, 500)]
    assert all(row["actor"].startswith("user:") and row["channel"] == "api" for row in told)

    assert put(None, **MAY) is None
    assert [row["value"] for row in listed()] == [120_000]
    assert [row["value"] for row in ask(changed)["targetChanges"]] == [400, 500, None]
    put(None, **YEAR)
    assert listed() == []


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"metric": "nothing"}, "metric_unknown"),
        ({"county": "atlantis"}, "county_unknown"),
        ({"county": "sandbox"}, "county_unknown"),
        ({"starts": "2042-05-02"}, "target_period_invalid"),
        ({"span": "YEAR"}, "target_period_invalid"),
        ({"value": -1}, "target_value_invalid"),
    ],
)
def test_what_is_no_target(variables, code):
    status, answer = post({"query": SET, "variables": {**MAY, "value": 5, **variables}}, token=city_token())
    assert (status, codes(answer)) == (200, [code])
    assert answer["data"] == {"setTarget": None}


def test_analysts_read_and_do_not_set():
    status, answer = post({"query": SET, "variables": {**MAY, "value": 5}}, token=city_token("city_analyst"))
    assert (status, codes(answer)) == (200, ["forbidden"])
    variables = {"from": "2042-01-01", "to": "2042-12-31"}
    assert ask(READ, variables, role="city_analyst") == {"targets": []}


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"metric": "nothing"}, "metric_unknown"),
        ({"first": 0}, "invalid_value"),
        ({"skip": -1}, "invalid_value"),
    ],
)
def test_what_is_refused_of_a_reader(variables, code):
    body = {"query": READ, "variables": {"from": "2042-01-01", "to": "2042-12-31", **variables}}
    assert codes(post(body, token=city_token())[1]) == [code]


def test_one_statement_reads_them():
    listed()
    with queries() as counted:
        listed()
    assert counted == {"identity": 3, "city": 2, "default": 0}
