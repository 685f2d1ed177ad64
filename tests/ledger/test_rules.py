from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from kernel.ids import uuid7
from ledger.contracts import AccountKind, Line
from ledger.rules import PURPOSES, Balance, plan, purpose_text


def account(fen: int, *, held: int = 0, kind: AccountKind = AccountKind.WORKER_WALLET) -> Balance:
    return Balance(uuid7(), kind, True, fen, held, locked=True)


def line(debit: Balance, credit: Balance, fen: int) -> Line:
    return Line(debit.id, credit.id, fen, "wage", uuid7())


def by_id(*accounts: Balance) -> dict[UUID, Balance]:
    return {one.id: one for one in accounts}


def test_a_later_line_may_pay_out_what_an_earlier_one_brought():
    a, b, c = account(100), account(0), account(0)
    result = plan([line(a, b, 100), line(b, c, 60)], by_id(a, b, c))
    assert result.shortfalls == {}
    assert result.changes == {a.id: -100, b.id: 40, c.id: 60}


def test_an_earlier_line_may_not_pay_out_what_a_later_one_brings():
    a, b, c = account(100), account(0), account(0)
    result = plan([line(b, c, 60), line(a, b, 100)], by_id(a, b, c))
    assert result.shortfalls == {b.id: 60}


def test_held_money_is_not_available():
    a, b = account(100, held=30), account(0)
    assert plan([line(a, b, 71)], by_id(a, b)).shortfalls == {a.id: 1}


def test_unlocked_accounts_are_collected_into():
    fee = Balance(uuid7(), AccountKind.FEE_INCOME, False, 0, 0, locked=False)
    a = account(100)
    result = plan([line(a, fee, 5), line(a, fee, 6)], by_id(a, fee))
    assert result.changes == {a.id: -11}
    assert result.collected == [(0, fee.id, 5), (1, fee.id, 6)]


@given(
    start=st.lists(st.integers(0, 100), min_size=3, max_size=3),
    moves=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(1, 100)), max_size=8),
)
def test_the_shortfall_is_exact(start, moves):
    """With just the shortfall added every line succeeds; one fen less, and it would not."""
    accounts = [account(fen) for fen in start]
    lines = [line(accounts[a], accounts[b], fen) for a, b, fen in moves if a != b]
    short = plan(lines, by_id(*accounts)).shortfalls
    for one in accounts:
        one.balance_fen += short.get(one.id, 0)
    result = plan(lines, by_id(*accounts))
    assert result.shortfalls == {}
    assert sum(result.changes.values()) == 0
    for one in accounts:
        if one.id in short:
            one.balance_fen -= 1
            assert plan(lines, by_id(*accounts)).shortfalls == {one.id: 1}
            one.balance_fen += 1


def test_every_purpose_has_words_in_both_languages():
    for code in PURPOSES:
        assert purpose_text(code, "zh") != purpose_text(code, "en") != code
    assert purpose_text("something_new", "zh") == "something_new"
