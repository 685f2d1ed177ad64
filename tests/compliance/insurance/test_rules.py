"""Rates and states that can be judged without a database."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.insurance import rules
from compliance.insurance.contracts import RateLine
from compliance.insurance.port import BindRequest, InsurerUnavailable
from compliance.insurance.sandbox import SandboxInsurer
from compliance.insurance.seed import sample_lines
from compliance.insurance.states import LIVE, POLICY, TABLE, PolicyState, TableState
from kernel.errors import DomainError

LINE = RateLine(1, 300, 100_000_000, 2_000_000)


def test_the_sample_lies_in_the_reported_range():
    lines = sample_lines()
    assert [line.risk_class for line in lines] == [1, 2, 3, 4, 5, 6]
    assert all(300 <= line.premium_fen <= 1_000 for line in lines)
    assert max(line.death_disability_cover_fen for line in lines) == 100_000_000


@pytest.mark.parametrize(
    ("lines", "classes", "code"),
    [
        ([], {"sorting": 1}, "rate_table_invalid"),
        ([LINE], {}, "rate_table_invalid"),
        ([LINE, LINE], {"sorting": 1}, "rate_table_invalid"),
        ([LINE], {"sorting": 2}, "rate_table_invalid"),
        ([RateLine(0, 300, 1, 1)], {"sorting": 0}, "rate_table_invalid"),
        ([RateLine(7, 300, 1, 1)], {"sorting": 0}, "rate_table_invalid"),
        ([RateLine(1, 0, 1, 1)], {"sorting": 1}, "amount_invalid"),
        ([RateLine(1, 300, -1, 1)], {"sorting": 1}, "amount_invalid"),
    ],
)
def test_a_table_that_cannot_be_quoted_from_is_refused(lines, classes, code):
    with pytest.raises(DomainError) as refusal:
        rules.check_table(lines, classes)
    assert refusal.value.code == code


def test_class_zero_needs_no_rate():
    rules.check_table([LINE], {"sorting": 1, "height_work": 0})


@given(st.permutations(sample_lines()))
def test_the_digest_does_not_depend_on_order(lines):
    classes = {"sorting": 2, "moving": 4}
    assert rules.table_digest(lines, classes) == rules.table_digest(sample_lines(), classes)


def test_the_digest_sees_one_fen():
    dearer = [RateLine(1, 301, 100_000_000, 2_000_000)]
    assert rules.table_digest(dearer, {"sorting": 1}) != rules.table_digest([LINE], {"sorting": 1})


@pytest.mark.parametrize("state", PolicyState)
def test_only_what_has_not_started_is_refunded(state):
    refund = rules.refund_fen(state, 300)
    assert refund == (300 if PolicyState.CANCELLED in POLICY.moves[state] else 0)


def test_machines_name_every_state():
    assert set(POLICY.moves) == set(PolicyState)
    assert set(TABLE.moves) == set(TableState)
    assert {s for s in PolicyState if POLICY.moves[s]} <= LIVE


def test_cover_starts_on_its_day_or_around_midnight():
    on = date(2026, 3, 1)
    for day in (date(2026, 2, 28), on, date(2026, 3, 2)):
        rules.check_starts(on, day)
    for day in (date(2026, 2, 27), date(2026, 3, 3)):
        with pytest.raises(DomainError):
            rules.check_starts(on, day)


def request(insured: str) -> BindRequest:
    return BindRequest(
        policy_id=UUID(int=7),
        county_code="350428",
        product="casual_accident",
        table_version=1,
        trade="sorting",
        risk_class=2,
        on=date(2026, 3, 1),
        premium_fen=400,
        death_disability_cover_fen=100_000_000,
        medical_cover_fen=2_000_000,
        insured=UUID(insured),
    )


def test_the_sandbox_answers_the_same_twice_and_has_two_special_persons():
    insurer = SandboxInsurer()
    usual = request("01890000-0000-7000-8000-000000000001")
    answer = insurer.bind(usual)
    assert answer.bound
    assert answer == insurer.bind(usual)
    assert answer.certificate_number == f"SBX-350428-{UUID(int=7).hex.upper()}"
    assert not insurer.bind(request("01890000-0000-7000-8000-00000000dead")).bound
    with pytest.raises(InsurerUnavailable):
        insurer.bind(request("01890000-0000-7000-8000-000000000bad"))
