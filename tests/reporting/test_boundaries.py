"""Counties that merged: no row moves, sums hold, and the day or today's map says whose they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from kernel import facts
from kernel.ids import uuid7
from reporting import territory
from reporting.contracts import Boundaries, Dimension, FigureQuery
from reporting.figures import figures
from reporting.folder import fold_all
from tenants import directory
from tenants.county import run_in_county

FIRST, LAST = date(2035, 1, 1), date(2035, 12, 31)
SPLIT = date(2035, 4, 16)


@pytest.fixture(scope="module")
def trade(counties) -> str:
    """Places paid, each by another person, before and after the middle of April."""
    code = f"s-{uuid7().hex}"
    for slug, days in (
        ("jianning", (date(2035, 2, 2), date(2035, 4, 15), date(2035, 4, 16), date(2035, 6, 1))),
        ("youxi", (date(2035, 3, 3), date(2035, 5, 5))),
        ("mingxi", (date(2035, 7, 7),)),
    ):
        with run_in_county(counties[slug]):
            for day in days:
                facts.record(
                    "place.paid",
                    now=datetime.now(UTC),
                    day=day,
                    subject=uuid7(),
                    trade=code,
                    person_key=uuid7().hex,
                    role="worker",
                    values={},
                )
        fold_all(counties[slug])
    return code


@pytest.fixture
def merged(counties, monkeypatch):
    """Jianning and Youxi became Mingxi: one in mid-April, the other on the first of May."""
    heir = counties["mingxi"].id
    steps = {"jianning": SPLIT, "youxi": date(2035, 5, 1)}
    refs = [
        replace(ref, succeeded_by=heir, succeeded_on=steps[ref.slug]) if ref.slug in steps else ref
        for ref in directory.all_counties(sandbox=True)
    ]
    monkeypatch.setattr(territory.directory, "all_counties", lambda *, sandbox=False: refs)


def counted(
    trade: str, boundaries: Boundaries, *group_by: Dimension, **how: object
) -> dict[str, list[int | None]]:
    query = FigureQuery(
        FIRST,
        LAST,
        ("places_paid", "workers"),
        trades=(trade,),
        group_by=group_by or (Dimension.COUNTY,),
        boundaries=boundaries,
        **how,  # type: ignore[arg-type]  # as asked
    )
    found = figures(query)
    rows = {
        f"{row.county}{f' {row.first:%m}' if row.first else ''}": [value.value for value in row.values]
        for row in found.rows
    }
    return {key: values for key, values in rows.items() if any(values)} | {
        "total": [value.value for value in found.total.values]
    }


def test_without_a_succession_each_county_has_its_own(trade):
    own = {"jianning": [4, 4], "youxi": [2, 2], "mingxi": [1, 1], "total": [7, 7]}
    assert counted(trade, Boundaries.AS_WERE) == counted(trade, Boundaries.TODAY) == own


def test_as_they_were_each_day_counts_for_the_county_in_charge(trade, merged):
    assert counted(trade, Boundaries.AS_WERE) == {
        "jianning": [2, 2],
        "youxi": [1, 1],
        "mingxi": [4, 4],
        "total": [7, 7],
    }
    assert counted(trade, Boundaries.AS_WERE, Dimension.COUNTY, Dimension.MONTH) == {
        "jianning 02": [1, 1],
        "jianning 04": [1, 1],
        "youxi 03": [1, 1],
        "mingxi 04": [1, 1],
        "mingxi 05": [1, 1],
        "mingxi 06": [1, 1],
        "mingxi 07": [1, 1],
        "total": [7, 7],
    }


def test_by_todays_map_all_the_past_is_the_successors(trade, merged):
    assert counted(trade, Boundaries.TODAY) == {"mingxi": [7, 7], "total": [7, 7]}


def test_asking_for_one_county_asks_for_its_part(trade, merged):
    as_were = Boundaries.AS_WERE
    assert counted(trade, as_were, counties=("mingxi",)) == {"mingxi": [4, 4], "total": [4, 4]}
    assert counted(trade, as_were, counties=("jianning",)) == {"jianning": [2, 2], "total": [2, 2]}
    assert counted(trade, Boundaries.TODAY, counties=("jianning",)) == {"total": [0, 0]}
    found = figures(FigureQuery(FIRST, LAST, ("places_paid",), counties=("mingxi",), trades=(trade,)))
    assert {one.county for one in found.freshness} == {"jianning", "youxi", "mingxi"}, "all bear on it"


def test_a_successor_may_have_a_successor(trade, counties, monkeypatch):
    chain = {"jianning": ("youxi", date(2035, 4, 1)), "youxi": ("mingxi", date(2035, 6, 1))}
    refs = [
        replace(ref, succeeded_by=counties[chain[ref.slug][0]].id, succeeded_on=chain[ref.slug][1])
        if ref.slug in chain
        else ref
        for ref in directory.all_counties(sandbox=True)
    ]
    monkeypatch.setattr(territory.directory, "all_counties", lambda *, sandbox=False: refs)
    assert counted(trade, Boundaries.AS_WERE) == {
        "jianning": [1, 1],
        "youxi": [4, 4],
        "mingxi": [2, 2],
        "total": [7, 7],
    }
    assert counted(trade, Boundaries.TODAY) == {"mingxi": [7, 7], "total": [7, 7]}
