"""Small cells: what is shown never tells, by itself or taken off the total, of fewer than five cases."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import facts
from kernel.ids import uuid7
from reporting.contracts import SMALL_CELL, Compare, Dimension, FigureQuery
from reporting.dictionary import declarations
from reporting.figures import figures
from reporting.folder import fold_all
from reporting.masking import hidden, hidden_running
from tenants.county import run_in_county

MONEY = declarations()["claims_paid_fen"]
RATIO = declarations()["loss_ratio_bp"]


def table(cases: list[int]) -> dict[int, dict[str, int]]:
    return {row: {"claims_paid": n, "claims_paid_fen": 100 * n} for row, n in enumerate(cases)}


@given(st.lists(st.integers(0, 12), max_size=12))
def test_nothing_is_told_of_a_few(cases):
    gone, whole = hidden(MONEY, table(cases), {"claims_paid": sum(cases)})
    for row, n in enumerate(cases):
        assert row in gone or n == 0 or n >= SMALL_CELL
    if not whole:
        assert not 0 < sum(cases) < SMALL_CELL
        rest = [cases[row] for row in gone if cases[row]]
        assert not rest or (len(rest) > 1 and sum(rest) >= SMALL_CELL), "the total less the rows shown"
    shown = [n for row, n in enumerate(cases) if row not in gone and n]
    if all(n >= SMALL_CELL for n in cases if n):
        assert len(shown) == len([n for n in cases if n]), "nothing is hidden without need"
        assert not whole


@given(st.lists(st.integers(0, 8), max_size=15))
def test_running_totals_tell_no_step_of_a_few(steps):
    gone, last = hidden_running(MONEY, list(table(steps).items()))
    pending = 0
    for row, n in enumerate(steps):
        pending += n
        if row not in gone:
            assert pending == 0 or pending >= SMALL_CELL
            pending = 0
    assert last == (pending > 0)


def test_a_ratio_is_hidden_with_any_part_of_it():
    row = {
        "policies_issued": 20,
        "basic_places": 2,
        "claims_accepted": 7,
        "claims_accepted_fen": 900,
        "fund_premiums_fen": 10,
        "employer_premiums_fen": 2_000,
    }
    other = {**row, "basic_places": 10}
    gone, whole = hidden(RATIO, {"a": row, "b": other, "c": other}, {code: 3 * n for code, n in row.items()})
    assert "a" in gone, "the fund's premium is of two policies, and would come of the ratio"
    assert len(gone) > 1
    assert not whole
    assert hidden(RATIO, {"b": other}, other) == (frozenset(), False)


@pytest.fixture(scope="module")
def trade(counties) -> str:
    """Claims paid: two in one county, six and nine in two others, in May 2033; six in June, in the first."""
    code = f"m-{uuid7().hex}"
    for slug, day, number in (
        ("jianning", date(2033, 5, 3), 2),
        ("youxi", date(2033, 5, 4), 6),
        ("mingxi", date(2033, 5, 5), 9),
        ("jianning", date(2033, 6, 5), 6),
    ):
        with run_in_county(counties[slug]):
            for _ in range(number):
                facts.record(
                    "claim.paid",
                    now=datetime.now(UTC),
                    day=day,
                    subject=uuid7(),
                    trade=code,
                    values={"amount_fen": 1_000},
                )
        fold_all(counties[slug])
    return code


def test_an_answer_hides_small_cells_and_what_would_give_them_away(trade):
    query = FigureQuery(
        date(2033, 5, 1),
        date(2033, 5, 31),
        ("claims_paid", "claims_paid_fen"),
        trades=(trade,),
        group_by=(Dimension.COUNTY,),
        order_by="claims_paid_fen",
    )
    found = figures(query)
    seen = {row.county: row.values[1] for row in found.rows if row.values[0].value}
    assert {county for county, value in seen.items() if value.hidden} == {"jianning", "youxi"}
    assert all(value.value is None for value in seen.values() if value.hidden)
    assert "不显示" in seen["youxi"].text_zh
    assert seen["mingxi"].value == 9_000
    assert found.total.values[1].value == 17_000
    assert found.rows[0].county == "mingxi", "what is hidden is ranked last"
    alone = figures(
        FigureQuery(
            date(2033, 5, 1), date(2033, 5, 31), ("claims_paid_fen",), counties=("jianning",), trades=(trade,)
        )
    )
    assert alone.total.values[0].hidden


def test_a_comparison_tells_no_small_cell_either(trade):
    june = figures(
        FigureQuery(
            date(2033, 6, 1),
            date(2033, 6, 30),
            ("claims_paid_fen",),
            counties=("jianning",),
            trades=(trade,),
            compare=Compare.PREVIOUS,
        )
    ).total.values[0]
    assert (june.value, june.before, june.change) == (6_000, None, None)
    running = figures(
        FigureQuery(
            date(2033, 5, 1),
            date(2033, 6, 30),
            ("claims_paid_fen",),
            counties=("jianning",),
            trades=(trade,),
            group_by=(Dimension.MONTH,),
            cumulative=True,
        )
    )
    assert [row.values[0].value for row in running.rows] == [None, 8_000]
