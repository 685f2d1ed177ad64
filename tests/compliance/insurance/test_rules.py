"""What can be judged without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.insurance import rules
from compliance.insurance.errors import ANSWER_INVALID
from compliance.insurance.port import BindAnswer, Decision
from compliance.insurance.states import LIVE, POLICY, SOLD, WAITING, PolicyState
from compliance.rates.contracts import Starts
from kernel.clock import day_bounds
from kernel.errors import DomainError

ON = date(2026, 12, 3)
NOON = datetime(2026, 12, 3, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai
DAY = timedelta(days=1)


def test_the_machine_names_every_state_and_its_groups_agree():
    assert set(POLICY.moves) == set(PolicyState)
    assert WAITING | SOLD == LIVE
    assert {state for state in PolicyState if POLICY.moves[state]} <= LIVE


@pytest.mark.parametrize("state", PolicyState)
def test_only_what_has_not_started_is_refunded(state):
    assert rules.refund_fen(state, 300) == (300 if PolicyState.CANCELLED in POLICY.moves[state] else 0)


@pytest.mark.parametrize(
    ("starts", "issued_at", "asked_for", "expected"),
    [
        (Starts.AT_ONCE, NOON, None, NOON),
        (Starts.AT_ONCE, NOON - DAY, None, day_bounds(ON)[0]),  # not before the day insured
        (Starts.AT_ONCE, NOON, NOON + timedelta(hours=1), NOON + timedelta(hours=1)),
        (Starts.AT_ONCE, NOON, NOON - DAY, NOON),  # never earlier than the product says
        (Starts.NEXT_MIDNIGHT, NOON - DAY, None, day_bounds(ON)[0]),
        (Starts.NEXT_MIDNIGHT, NOON - 3 * DAY, None, day_bounds(ON)[0]),
        (Starts.NEXT_MIDNIGHT, NOON, None, day_bounds(ON)[1]),
    ],
)
def test_when_cover_begins(starts, issued_at, asked_for, expected):
    assert rules.covers_from(starts, ON, issued_at, asked_for) == expected


def test_a_midnight_product_is_not_for_today():
    rules.check_starts_in_time(Starts.NEXT_MIDNIGHT, ON, NOON - DAY)
    rules.check_starts_in_time(Starts.AT_ONCE, ON, NOON)
    with pytest.raises(DomainError, match="cover_starts_tomorrow"):
        rules.check_starts_in_time(Starts.NEXT_MIDNIGHT, ON, NOON)


@given(st.integers(1, 31), st.integers(-40, 40))
def test_work_is_checked_in_on_the_days_covered_or_around_midnight(days, off):
    if -1 <= off <= days:
        rules.check_day(ON, days, ON + off * DAY)
    else:
        with pytest.raises(DomainError, match="cover_not_in_force"):
            rules.check_day(ON, days, ON + off * DAY)


@given(st.integers(1, 31))
def test_cover_ends_at_the_midnight_after_its_last_day(days):
    assert rules.covers_until(ON, days) == day_bounds(ON + (days - 1) * DAY)[1]


@given(st.integers(0, 1_000))
def test_pauses_are_bounded_and_the_breaker_needs_five(count):
    assert timedelta(seconds=4) <= rules.ask_again_after(count) <= timedelta(minutes=6)
    assert timedelta(seconds=4) <= rules.tell_again_after(count) <= timedelta(minutes=72)
    pause = rules.breaker_open_for(count)
    if count < 5:
        assert pause is None
    else:
        assert pause is not None
        assert timedelta(seconds=30) <= pause <= timedelta(minutes=5)


def test_a_slip_is_read_as_people_write_it():
    slip = rules.new_slip()
    assert rules.read_slip(f" {slip[:5].lower()}-{slip[5:]} ") == slip
    assert len({rules.new_slip() for _ in range(1_000)}) == 1_000
    for wrong in ("", slip[:9], slip + "2", "0" * 10, "O" * 10, "一" * 10):
        assert rules.read_slip(wrong) is None


GOOD = {"certificate_number": "MJ-1", "certificate_sha256": "0" * 64, "premium_fen": 300}


@pytest.mark.parametrize(
    "answer",
    [
        BindAnswer(Decision.ISSUED, **{**GOOD, "certificate_number": ""}),
        BindAnswer(Decision.ISSUED, **{**GOOD, "certificate_number": "x" * 65}),
        BindAnswer(Decision.ISSUED, **{**GOOD, "certificate_number": "张三"}),
        BindAnswer(Decision.ISSUED, **{**GOOD, "certificate_sha256": "0" * 63}),
        BindAnswer(Decision.ISSUED, **{**GOOD, "certificate_sha256": "F" * 64}),
        BindAnswer(Decision.REFUSED),
        BindAnswer(Decision.REFUSED, reason="张三有病史"),
        BindAnswer(Decision.REFUSED, reason="x" * 61),
    ],
)
def test_an_answer_that_lacks_what_makes_it_one(answer):
    with pytest.raises(DomainError) as refusal:
        rules.check_answer(answer)
    assert refusal.value.refusal is ANSWER_INVALID


def test_answers_that_are_ones():
    for answer in (
        BindAnswer(Decision.ISSUED, **GOOD),
        BindAnswer(Decision.REFUSED, reason="sum_exceeded"),
        BindAnswer(Decision.PENDING),
        BindAnswer(Decision.CANCELLED),
    ):
        rules.check_answer(answer)
