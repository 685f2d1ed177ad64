"""Targets: who may set them, what is recorded, and what a figure is held against."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import ProgrammingError, connections

from kernel.actor import Actor, Channel
from kernel.errors import DomainError
from kernel.ids import uuid7
from reporting import targets
from reporting.contracts import Compare, Dimension, FigureQuery, Span
from reporting.figures import figures
from reporting.use_cases.set_target import set_target

PLANNER = Actor(uuid7(), frozenset({"figures:write"}), frozenset({"city_admin"}), Channel.APP)
NOW = datetime(2036, 1, 1, tzinfo=UTC)
MAY = date(2036, 5, 1)


def put(value: int | None, *, metric: str = "orders_settled", county: str | None = None, **changes):
    given = {"span": Span.MONTH, "starts": MAY, "actor": PLANNER, "now": NOW} | changes
    return set_target(metric=metric, county=county, value=value, **given)


def test_each_change_of_a_target_is_on_record(counties):
    assert put(100).value == 100
    assert put(100).value == 100
    assert put(120).value == 120
    assert put(None) is None
    assert put(None) is None
    told = targets.changes("orders_settled", None, Span.MONTH, MAY)
    assert [(one.before, one.value) for one in told] == [(None, 100), (100, 120), (120, None)]
    assert {one.actor for one in told} == {PLANNER.key}
    with pytest.raises(ProgrammingError, match="permission denied"), connections["city"].cursor() as cursor:
        cursor.execute("DELETE FROM public.reporting_targetchange")


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"metric": "luck"}, "metric_unknown"),
        ({"metric": "fill_le_5"}, "metric_unknown"),
        ({"county": "sandbox"}, "county_unknown"),
        ({"starts": date(2036, 5, 2)}, "target_period_invalid"),
        ({"span": Span.YEAR}, "target_period_invalid"),
        ({"value": -1}, "target_value_invalid"),
        ({"value": True}, "target_value_invalid"),
        ({"value": 2**60}, "target_value_invalid"),
        ({"actor": Actor(uuid7(), frozenset({"city:read"}), frozenset(), Channel.APP)}, "forbidden"),
    ],
)
def test_refusals(counties, how, code):
    with pytest.raises(DomainError) as refusal:
        put(**({"value": 5} | how))
    assert refusal.value.code == code


def test_figures_are_held_against_the_targets_of_their_period(counties):
    for month, value in ((1, 10), (2, 20), (3, 30)):
        put(value, starts=date(2036, month, 1))
        put(value + 1, starts=date(2036, month, 1), county="youxi")
    put(5_000, metric="insured_places_bp", starts=date(2036, 1, 1))
    metrics = ("orders_settled", "insured_places_bp")
    by_month = figures(
        FigureQuery(
            date(2036, 1, 1),
            date(2036, 3, 31),
            metrics,
            group_by=(Dimension.MONTH,),
            compare=Compare.TARGET,
        )
    )
    assert [row.values[0].target for row in by_month.rows] == [10, 20, 30]
    assert [row.values[0].change for row in by_month.rows] == [-10, -20, -30]
    assert [row.values[1].target for row in by_month.rows] == [5_000, None, None]
    assert by_month.rows[0].values[1].change is None, "a share of nothing is not below its target"
    assert by_month.compared is None
    assert by_month.total.values[0].target == 60, "a sum is to reach what its months are to reach"
    assert by_month.total.values[1].target is None, "a share is not"
    by_county = figures(
        FigureQuery(
            date(2036, 1, 1), date(2036, 1, 31), metrics, group_by=(Dimension.COUNTY,), compare=Compare.TARGET
        )
    )
    seen = {row.county: row.values[0].target for row in by_county.rows}
    assert (seen["youxi"], seen["mingxi"], by_county.total.values[0].target) == (11, None, 10)
    cut = FigureQuery(date(2036, 1, 2), date(2036, 1, 31), metrics, compare=Compare.TARGET)
    assert figures(cut).total.values[0].target is None, "part of a month has no target"
    put(500, span=Span.YEAR, starts=date(2036, 1, 1))
    year = FigureQuery(date(2036, 1, 1), date(2036, 12, 31), metrics, compare=Compare.TARGET)
    assert figures(year).total.values[0].target == 500
    listed = targets.targets(date(2036, 1, 1), date(2036, 3, 31), metric="orders_settled")
    assert [(one.county, one.value) for one in listed if one.starts.month == 2] == [(None, 20), ("youxi", 21)]
