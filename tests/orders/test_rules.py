"""Arithmetic: whatever the numbers, the parts add up to what escrow holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DomainError
from kernel.money import share_fen
from orders import geo, rules
from orders.contracts import Datum, Pay, PayBasis, Point
from orders.states import (
    ASSIGNMENT_MOVES,
    AT_WORK,
    ENDED,
    HOLDING,
    ORDER_MOVES,
    UNPAID,
    AssignmentState,
    OrderState,
)

START = datetime(2027, 3, 3, 0, tzinfo=UTC)
rates = st.integers(1, 500_000)
bases = st.sampled_from(PayBasis)


@given(basis=bases, rate=rates, most=st.integers(1, 1_440), share=st.integers(0, 2_000), data=st.data())
def test_what_is_earned_and_what_comes_back_make_up_the_escrow(basis, rate, most, share, data):
    most = 1 if basis in (PayBasis.DAY, PayBasis.LUMP) else most
    premium = data.draw(st.integers(0, 1_000))
    heads = data.draw(st.integers(1, 500))
    head = rules.head_cost(basis=basis, rate_fen=rate, most=most, premium_fen=premium, fee_bp=share)
    escrow = heads * head.total_fen
    for quantity in data.draw(st.lists(st.integers(1, most), max_size=min(heads, 8))):
        wage = rules.wage_fen(basis, rate, quantity)
        fee = share_fen(wage, share)
        assert 0 <= wage <= head.wage_fen
        assert 0 <= fee <= head.fee_fen
        escrow -= wage + fee + premium
    assert escrow >= 0


@given(rate=rates, minutes=st.integers(1, 1_440))
def test_hourly_pay_is_exact_to_half_a_fen_and_grows(rate, minutes):
    wage = rules.wage_fen(PayBasis.HOUR, rate, minutes)
    assert abs(wage * 60 - rate * minutes) <= 30
    assert rules.wage_fen(PayBasis.HOUR, rate, minutes + 1) >= wage


@given(
    wages=st.lists(st.integers(1, 10**8), min_size=1, max_size=20),
    penalty=st.integers(0, 10_000),
    hours_left=st.integers(-24, 48),
)
def test_compensation_never_exceeds_what_is_held(wages, penalty, hours_left):
    paid = [
        rules.compensation_fen(
            wage_max_fen=wage,
            starts_at=START,
            now=START - timedelta(hours=hours_left),
            free_hours=12,
            penalty_bp=penalty,
        )
        for wage in wages
    ]
    assert sum(paid) <= sum(wages)
    assert sum(wages) - sum(paid) + sum(paid) == sum(wages)
    if hours_left >= 12:
        assert sum(paid) == 0


@given(
    minutes=st.integers(15, 1_440), hour=st.integers(1_00, 100_00), rate=st.integers(1, 100_000), basis=bases
)
def test_an_offer_that_holds_the_hourly_floor_earns_it(minutes, hour, rate, basis):
    most = 50 if basis is PayBasis.PIECE else None
    pay = Pay(basis, rate, quantity_expected=most, quantity_max=most)
    expected, _ = rules.quantities(pay, minutes)
    first, *others = rules.floors(
        pay=pay, expected=expected, minutes=minutes, min_wage_hour_fen=hour, min_wage_month_fen=200_000
    )
    if first.held:
        earned = rules.wage_fen(basis, rate, expected)
        assert earned * 60 + 30 >= hour * (expected if basis is PayBasis.HOUR else minutes)
    assert [floor.name for floor in others] == (["min_wage_month_fen"] if basis is PayBasis.DAY else [])


def test_pay_by_the_day_reaches_its_part_of_the_month():
    pay = Pay(PayBasis.DAY, 87_12)
    floors = rules.floors(
        pay=pay, expected=1, minutes=60, min_wage_hour_fen=20_00, min_wage_month_fen=1_895_00
    )
    assert [(floor.floor_fen, floor.held) for floor in floors] == [(20_00, True), (87_13, False)]


@given(
    late=st.integers(-3_600, 8 * 3_600),
    stayed=st.integers(0, 12 * 3_600),
    rest=st.integers(0, 120),
    most=st.integers(1, 900),
)
def test_attended_minutes_are_within_what_is_held(late, stayed, rest, most):
    came = START + timedelta(seconds=late)
    quantity = rules.attended(
        basis=PayBasis.HOUR,
        checked_in_at=came,
        checked_out_at=came + timedelta(seconds=stayed),
        starts_at=START,
        break_minutes=rest,
        expected=most,
        most=most,
        pieces=None,
    )
    assert 1 <= quantity <= most


counts = st.dictionaries(st.sampled_from(AssignmentState), st.integers(0, 3))


@given(state=st.sampled_from(OrderState), counts=counts, still_open=st.booleans())
def test_every_step_is_allowed_and_no_order_ends_with_money_at_work(state, counts, still_open):
    step = rules.next_step(state, counts, still_open=still_open)
    if step is None:
        return
    assert step.to in ORDER_MOVES[state]
    busy = AT_WORK | UNPAID
    if step.to in ENDED:
        assert not any(
            counts.get(one, 0) for one in (busy if step.to is OrderState.SETTLED else AT_WORK)
        ) or (state is OrderState.COMPLETED and not any(counts.get(one, 0) for one in UNPAID))
        assert not (step.to is not OrderState.SETTLED and any(counts.get(one, 0) for one in HOLDING))


def test_the_tables_know_every_state_and_nothing_leaves_an_end():
    assert set(ORDER_MOVES) == set(OrderState)
    assert set(ASSIGNMENT_MOVES) == set(AssignmentState)
    assert all(not ORDER_MOVES[state] for state in ENDED)
    reachable = {OrderState.DRAFT} | {after for moves in ORDER_MOVES.values() for after in moves}
    assert reachable == set(OrderState)


@pytest.mark.parametrize(
    ("pay", "minutes", "expected"),
    [
        (Pay(PayBasis.HOUR, 25_00), 480, (480, 480)),
        (Pay(PayBasis.HOUR, 25_00, quantity_max=600), 480, (480, 600)),
        (Pay(PayBasis.PIECE, 1_00, 100, 150), 480, (100, 150)),
        (Pay(PayBasis.DAY, 200_00), 480, (1, 1)),
    ],
)
def test_quantities(pay, minutes, expected):
    assert rules.quantities(pay, minutes) == expected


def test_texts_keep_rare_names_and_refuse_what_no_page_can_show():
    assert rules.check_text("  𠮷林·甲\u3000场 ", field="title", minimum=2, maximum=80) == "𠮷林·甲\u3000场"
    for bad in ("a\x00b", "a\ud800b", "a\x1bb", "a\nb", "x" * 81, "a\u202eb"):
        with pytest.raises(DomainError):
            rules.check_text(bad, field="title", minimum=2, maximum=80)
    assert rules.check_text("a\nb", field="description", minimum=0, maximum=80, lines=True) == "a\nb"


@given(lat=st.integers(24_000_000, 28_000_000), lon=st.integers(115_000_000, 119_000_000))
def test_datums_agree_within_the_known_shift(lat, lon):
    """GCJ-02 lies 50 to 800 m from WGS-84 in China, and BD-09 about a kilometre from GCJ-02."""
    wgs = Point(lat, lon, Datum.WGS84)
    assert 50 < geo.distance_m(wgs, geo.to_gcj02(wgs)) < 800
    baidu = Point(lat, lon, Datum.BD09)
    assert 300 < geo.distance_m(baidu, geo.to_gcj02(baidu)) < 1_500
    gcj = Point(lat, lon)
    assert geo.to_gcj02(gcj) is gcj


def test_a_degree_of_latitude():
    assert geo.distance_m(Point(26_000_000, 117_000_000), Point(27_000_000, 117_000_000)) == 111_195


@pytest.mark.parametrize(
    ("address", "town"),
    [
        ("福建省三明市将乐县古镛镇果园路 8 号", "古镛镇"),
        ("将 乐 县 黄潭镇", "黄潭镇"),
        ("沙县区凤岗街道府前路", "凤岗街道"),
        ("三明市三元区列东街道", "列东街道"),
        ("水南镇", "水南镇"),
        ("古镛镇开发区 3 号", "古镛镇"),
        ("将乐县万全乡", "万全乡"),
        ("将乐县工业路 1 号", ""),
        ("新乡路 3 号", ""),
        ("将乐县古镇路 1 号", ""),
        ("3 号楼", ""),
        ("", ""),
        ("镇" * 200, ""),
    ],
)
def test_a_town_is_what_the_address_names_after_the_county(address, town):
    assert rules.town_of(address) == town
