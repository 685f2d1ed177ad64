from __future__ import annotations

from datetime import date

import pytest

from compliance.certificates.rules import clean_number, covers, mask_number
from compliance.people import rules
from kernel.errors import DomainError


@pytest.mark.parametrize(
    ("birth", "on", "allowed"),
    [
        (date(2010, 6, 1), date(2026, 6, 1), True),
        (date(2010, 6, 1), date(2026, 5, 31), False),
        (date(2008, 2, 29), date(2024, 2, 29), True),
        (date(2008, 2, 29), date(2024, 2, 28), False),
        (date(2012, 2, 29), date(2028, 2, 29), True),
    ],
)
def test_the_sixteenth_birthday_is_the_first_day_of_work(birth, on, allowed):
    if allowed:
        rules.check_working_age(birth, on, field="id_number")
    else:
        with pytest.raises(DomainError) as refused:
            rules.check_working_age(birth, on, field="id_number")
        assert refused.value.code == "worker_too_young"
        assert "364" in refused.value.refusal.source


def test_who_was_born_on_29_february_is_adult_on_1_march():
    assert rules.adult_on(date(2008, 2, 29)) == date(2026, 3, 1)
    assert rules.adult_on(date(2008, 3, 1)) == date(2026, 3, 1)


@pytest.mark.parametrize("version", ["", None, 1, "x" * 21, "a b", "一", "1\n", True])
def test_consent_names_a_version(version):
    with pytest.raises(DomainError, match="consent_required"):
        rules.check_consent(version)


@pytest.mark.parametrize("codes", ["housekeeping", [1], [None], [["a"]], [str(n) for n in range(41)]])
def test_trades_are_a_short_list_of_texts(codes):
    with pytest.raises(DomainError):
        rules.trade_codes(codes, field="can_do")


def test_trades_are_kept_once_each():
    assert rules.trade_codes(["b", "a", "b"], field="can_do") == ("a", "b")


D = date


@pytest.mark.parametrize(
    ("spans", "whole"),
    [
        ([], False),
        ([(D(2026, 1, 1), D(2026, 1, 31))], True),
        ([(D(2026, 1, 10), D(2026, 1, 20))], True),
        ([(D(2026, 1, 11), D(2026, 1, 20))], False),
        ([(D(2026, 1, 1), D(2026, 1, 19))], False),
        ([(D(2026, 1, 1), D(2026, 1, 14)), (D(2026, 1, 15), D(2026, 1, 31))], True),
        ([(D(2026, 1, 1), D(2026, 1, 13)), (D(2026, 1, 15), D(2026, 1, 31))], False),
        (
            [
                (D(2026, 1, 15), D(2026, 1, 31)),
                (D(2026, 1, 1), D(2026, 1, 16)),
                (D(2025, 1, 1), D(2025, 2, 1)),
            ],
            True,
        ),
    ],
)
def test_certificates_cover_every_day_or_do_not(spans, whole):
    assert covers(spans, first=D(2026, 1, 10), last=D(2026, 1, 20)) is whole


def test_certificate_numbers_are_written_one_way():
    assert clean_number("t35 0428-1990(01)") == "T350428-1990(01)"
    assert mask_number("T350428199001011234") == "T3***************34"
    for bad in ("", "a", "Ｔ1234", "a" * 41, None, 1, "ab\x00cd", "-1234", "ab_cd"):
        with pytest.raises(DomainError, match="certificate_number"):
            clean_number(bad)
