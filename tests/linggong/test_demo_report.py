"""The demonstration's report is asked after minutes of play: what it asks must pass the city's door."""

from __future__ import annotations

from graphql import parse

from cityql.limits import MAX_COST, measure
from linggong.commands.demo.report import QUERY


def test_the_report_costs_less_than_the_city_allows() -> None:
    size = measure(parse(QUERY), {"first": "2026-03-01", "last": "2026-03-31"})
    assert size.cost <= MAX_COST
