from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, ProgrammingError, connection

from kernel.errors import DomainError
from kernel.ids import uuid7
from ledger import postings, rules, selectors, use_cases
from ledger.contracts import AccountKind, Line, partner_account_id
from ledger.models import Account, CollectQueue, Transfer
from ledger.verify import verify_county
from tenants.county import run_in_county
from tests.ledger.bank import collector, figures, opened, race, refused, seen

WORKER, EMPLOYER, ESCROW = (
    AccountKind.WORKER_WALLET,
    AccountKind.EMPLOYER_WALLET,
    AccountKind.ORDER_ESCROW,
)
SLICE = AccountKind.COVER_FUND_SLICE
FEE, PREMIUM, CLEARING = (
    AccountKind.FEE_INCOME,
    AccountKind.PREMIUM_PAYABLE,
    AccountKind.CHANNEL_CLEARING,
)


@pytest.fixture
def county(counties):
    return counties["jiangle"]


def move(work, debit, credit, fen, **more):
    return use_cases.transfer(lines=[Line(debit, credit, fen, "wage", uuid7())], now=work.now, **more)


def test_money_moves_and_all_accounts_together_stay_at_zero(county):
    with run_in_county(county) as work:
        employer, worker = opened(work, EMPLOYER, 30_000), opened(work, WORKER)
        (transfer_id,) = move(work, employer, worker, 30_000)
    with run_in_county(county):
        assert figures(employer) == (0, 0)
        assert figures(worker) == (30_000, 0)
        assert Transfer.objects.get(id=transfer_id).phase == "posted"
        assert verify_county().problems == []


def test_insufficient_funds_names_the_shortfall_and_leaves_nothing(county):
    with run_in_county(county) as work:
        employer, worker = opened(work, EMPLOYER, 100), opened(work, WORKER)
        fee = collector(work, FEE)
        lines = [Line(employer, worker, 90, "wage", uuid7()), Line(employer, fee, 15, "fee", uuid7())]
    with pytest.raises(DomainError) as caught, run_in_county(county) as work:
        use_cases.transfer(lines=lines, now=work.now, field="wage_fen")
    assert (caught.value.code, caught.value.field) == ("insufficient_funds", "wage_fen")
    assert caught.value.params["shortfall_fen"] == 5
    assert "0.05" in caught.value.text("zh")
    with run_in_county(county):
        assert figures(employer) == (100, 0)
        assert figures(worker) == (0, 0)


def test_unknown_accounts_and_amounts_are_refused(county):
    with run_in_county(county) as work:
        employer, worker = opened(work, EMPLOYER, 100), opened(work, WORKER)
        assert refused(lambda: move(work, employer, uuid7(), 1)) == "account_unknown"
        for fen in (0, -1, 10**11 + 1, True, 1.0, "1"):
            assert refused(partial(move, work, employer, worker, fen)) == "amount_invalid"
        assert use_cases.transfer(lines=[], now=work.now) == []


def test_an_account_is_opened_once_however_many_ask(county):
    owner = uuid7()

    def open_it(_):
        with run_in_county(county) as work:
            return use_cases.open_account(kind=WORKER, owner_id=owner, now=work.now)

    assert len(set(race(16, open_it))) == 1
    with run_in_county(county) as work:
        assert collector(work, FEE) == collector(work, FEE)
        with pytest.raises(ValueError, match="owner"):
            use_cases.open_account(kind=WORKER, now=work.now)
        with pytest.raises(ValueError, match="owner"):
            use_cases.open_account(kind=FEE, owner_id=uuid7(), now=work.now)
        with pytest.raises(ValueError, match="owner"):
            use_cases.open_account(kind=PREMIUM, now=work.now)


def test_premiums_payable_are_an_account_an_insurer(county):
    with run_in_county(county) as work:
        employer = opened(work, EMPLOYER, 1_000)
        ours, theirs = (
            use_cases.open_account(kind=PREMIUM, owner_id=partner_account_id(code), now=work.now)
            for code in ("minjiang", "jinxi")
        )
        assert ours != theirs
        before = figures(theirs), selectors.collected()[PREMIUM]
        move(work, employer, ours, 400)
        assert refused(lambda: move(work, theirs, employer, before[0][0] + 1)) == "insufficient_funds"
        assert (figures(theirs), selectors.collected()[PREMIUM]) == (before[0], before[1] + 400)
        assert CollectQueue.objects.filter(account_id=ours).exists()  # summed without folding


def test_the_cover_fund_is_filled_from_the_bank_and_spent_no_further(county):
    with run_in_county(county) as work:
        clearing, fund = collector(work, CLEARING), collector(work, AccountKind.COVER_FUND)
        reserve, slice_ = collector(work, AccountKind.COVER_RESERVE), opened(work, SLICE)
        before = figures(fund)[0]
        move(work, clearing, fund, 5_000)
        move(work, clearing, reserve, 700)
        move(work, fund, slice_, 4_000)
        assert (figures(fund)[0], figures(slice_)) == (before + 1_000, (4_000, 0))
        assert refused(lambda: move(work, fund, slice_, before + 1_001)) == "insufficient_funds"
        assert refused(lambda: move(work, slice_, collector(work, PREMIUM), 4_001)) == "insufficient_funds"
        assert verify_county().problems == []


def test_movements_tell_what_a_subject_paid_and_got_back(county):
    with run_in_county(county) as work:
        payable, employer = collector(work, PREMIUM), opened(work, EMPLOYER, 1_000)
        one, two = sorted([uuid7(), uuid7()])
        lines = [
            Line(employer, payable, 400, "premium", one),
            Line(employer, payable, 300, "premium", two),
            Line(employer, payable, 30, "premium", two),
            Line(payable, employer, 400, "premium_refund", one),
        ]
        use_cases.transfer(lines=lines, now=work.now)

        def moved(since, until):
            found = selectors.movements(payable, since, until)
            return [
                (line.subject, line.purpose, line.into_fen, line.out_fen)
                for line in found
                if line.subject in {one, two}
            ]

        assert moved(work.now, work.now + timedelta(seconds=1)) == [
            (one, "premium", 400, 0),
            (one, "premium_refund", 0, 400),
            (two, "premium", 330, 0),
        ]
        assert moved(work.now - timedelta(days=1), work.now) == []


def test_crossing_transfers_do_not_deadlock(county):
    with run_in_county(county) as work:
        pair = opened(work, EMPLOYER, 100_000), opened(work, EMPLOYER, 100_000)

    def cross(number):
        for _ in range(40):
            with run_in_county(county) as work:
                move(work, pair[number % 2], pair[1 - number % 2], 1)

    race(8, cross)
    with run_in_county(county):
        assert [figures(account) for account in pair] == [(100_000, 0)] * 2


def test_paying_many_in_any_order_does_not_deadlock_when_locked_first(county):
    with run_in_county(county) as work:
        payers = [opened(work, ESCROW, 10_000) for _ in range(4)]
        workers = [opened(work, WORKER) for _ in range(6)]

    def pay(number):
        for _ in range(20):
            with run_in_county(county) as work:
                use_cases.lock_accounts(account_ids=[payers[number], *workers], now=work.now)
                for worker in workers if number % 2 else reversed(workers):
                    move(work, payers[number], worker, 1)

    race(4, pay)
    with run_in_county(county):
        assert [figures(worker) for worker in workers] == [(80, 0)] * 6


def test_a_collector_pays_only_what_it_has_unfolded_money_included(county):
    with run_in_county(county) as work:
        premium, employer, worker = (
            collector(work, PREMIUM),
            opened(work, EMPLOYER, 1_000),
            opened(work, WORKER),
        )
        before = seen(premium).balance_fen
        move(work, employer, premium, 1_000)
        assert CollectQueue.objects.filter(account_id=premium).exists()
        assert seen(premium).balance_fen == before + 1_000
        short = refused(lambda: move(work, premium, worker, before + 1_001))
        assert short == "insufficient_funds"
        move(work, premium, worker, before + 1_000)
        assert seen(premium).balance_fen == 0
        assert not CollectQueue.objects.filter(account_id=premium).exists()
    with run_in_county(county):
        assert verify_county().problems == []


def test_clearing_mirrors_the_bank_and_may_be_below_zero(county):
    with run_in_county(county) as work:
        before = seen(collector(work, CLEARING)).balance_fen
        opened(work, EMPLOYER, 700)
        clearing = selectors.account(CLEARING)
        assert clearing is not None
        assert clearing.balance_fen == before - 700
        use_cases.fold_collectors(now=work.now)
        assert seen(clearing.id).balance_fen == before - 700


def _transfer_and_fail(lines, work):
    use_cases.transfer(lines=lines, now=work.now)
    raise ZeroDivisionError


def test_folding_under_four_writers_counts_every_row_and_fen(county):
    batches, batch = 60, 10
    with run_in_county(county) as work:
        fee, premium = collector(work, FEE), collector(work, PREMIUM)
        writers = [opened(work, EMPLOYER, 100_000) for _ in range(4)]
        use_cases.fold_collectors(now=work.now)
        start = {account: figures(account)[0] for account in (fee, premium)}
        rows_before = Transfer.objects.filter(credit__in=[fee, premium]).count()
    writing = [True] * 4

    def fold(number):
        folded = 0
        while any(writing):
            with run_in_county(county) as work:
                folded += use_cases.fold_collectors(now=work.now, limit=37)  # splits batches
        return folded

    def write(number):
        wallet = writers[number]
        lines = [Line(wallet, (fee, premium)[i % 2], 1 + i, "fee", uuid7()) for i in range(batch)]
        for index in range(batches):
            with run_in_county(county) as work:
                use_cases.transfer(lines=lines, now=work.now)
            if index % 10 == 9:  # one that rolls back after its rows were queued
                with pytest.raises(ZeroDivisionError), run_in_county(county) as work:
                    _transfer_and_fail(lines, work)
        writing[number] = False
        return 0

    folded = sum(race(6, lambda number: write(number) if number < 4 else fold(number)))
    with run_in_county(county) as work:
        rest = use_cases.fold_collectors(now=work.now)
        assert folded + rest == 4 * batches * batch
        assert not CollectQueue.objects.exists()
        assert Transfer.objects.filter(credit__in=[fee, premium]).count() - rows_before == folded + rest
        stored = {row.id: row.balance_fen for row in Account.objects.filter(id__in=[fee, premium])}
        assert stored[fee] - start[fee] == 4 * batches * (1 + 3 + 5 + 7 + 9)
        assert stored[premium] - start[premium] == 4 * batches * (2 + 4 + 6 + 8 + 10)
        assert verify_county().problems == []


# ------------------------------------------------------------------------------------- append-only, guarded


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_transfer SET amount_fen = 1",
        "DELETE FROM ledger_transfer",
        "TRUNCATE ledger_transfer",
        "UPDATE ledger_account SET kind = 'fee_income'",
        "UPDATE ledger_account SET guarded = false",
        "DELETE FROM ledger_account",
        "UPDATE ledger_collectqueue SET amount_fen = 1",
        "UPDATE ledger_withdrawal SET amount_fen = 1",
        "UPDATE ledger_topup SET amount_fen = 1",
        "DELETE FROM ledger_withdrawal",
    ],
)
def test_history_cannot_be_changed(county, statement):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        run_in_county(county),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


COLLECTING = {"kind": "penalty_income", "owner_id": None, "guarded": False}


def insert_account(work, **columns):
    row = {"kind": WORKER, "owner_id": uuid7(), "guarded": True, "opened_at": work.now} | columns
    Account.objects.create(**row)


@pytest.mark.parametrize(
    ("constraint", "columns"),
    [
        ("account_guarded", {"balance_fen": -1}),
        ("account_guarded", {"balance_fen": 5, "held_fen": 6}),
        ("account_guarded", {"balance_fen": 5, "held_fen": -1}),
        ("account_collecting_covered", COLLECTING | {"balance_fen": -1}),
        ("account_collecting_covered", COLLECTING | {"held_fen": 1}),
        ("account_kind_owner", {"guarded": False}),
        ("account_kind_owner", {"owner_id": None}),
        ("account_kind_owner", {"kind": "fee_income"}),
        ("account_kind_owner", {"kind": "premium_payable"}),
        ("account_kind_owner", {"kind": "premium_payable", "guarded": False, "owner_id": None}),
        ("account_kind_owner", {"kind": "cover_fund", "guarded": False}),
        ("account_kind_owner", {"kind": "cover_fund_slice", "owner_id": None}),
    ],
)
def test_the_database_guards_accounts_by_itself(county, constraint, columns):
    with pytest.raises(IntegrityError, match=constraint), run_in_county(county) as work:
        insert_account(work, **columns)


@pytest.mark.parametrize(
    ("constraint", "columns"),
    [
        ("transfer_amount", {"amount_fen": 0}),
        ("transfer_phase", {"phase": "post"}),
        ("transfer_phase", {"phase": "other"}),
    ],
)
def test_the_database_guards_transfers_by_itself(county, constraint, columns):
    row = {"phase": "posted", "debit": uuid7(), "credit": uuid7(), "amount_fen": 1} | columns
    with pytest.raises(IntegrityError, match=constraint), run_in_county(county) as work:
        Transfer.objects.create(purpose="wage", subject=uuid7(), at=work.now, **row)


def test_an_account_does_not_pay_itself(county):
    with run_in_county(county) as work:
        wallet = opened(work, WORKER, 100)
    with pytest.raises(IntegrityError, match="transfer_two_accounts"), run_in_county(county) as work:
        move(work, wallet, wallet, 1)


def test_without_the_check_in_python_the_guarded_update_still_refuses(county, monkeypatch):
    """The plan is one guard, the condition in the UPDATE the next, the CHECK the last."""
    monkeypatch.setattr(rules.Balance, "available_fen", 10**12)
    with pytest.raises(postings.LedgerBroken), run_in_county(county) as work:
        move(work, opened(work, EMPLOYER, 100), opened(work, WORKER), 101)
    unguarded = postings._WRITE.replace("AND (c.balance_fen >=", "AND (true OR c.balance_fen >=")
    assert unguarded != postings._WRITE
    monkeypatch.setattr(postings, "_WRITE", unguarded)
    with pytest.raises(IntegrityError, match="account_guarded"), run_in_county(county) as work:
        move(work, opened(work, EMPLOYER, 100), opened(work, WORKER), 101)


def test_a_batch_is_two_statements_whatever_its_length(county, django_assert_max_num_queries):
    with run_in_county(county) as work:
        employer, worker, fee = opened(work, EMPLOYER, 1_000), opened(work, WORKER), collector(work, FEE)
        for length in (1, 50):
            lines = [Line(employer, (worker, fee)[i % 2], 1, "wage", uuid7()) for i in range(length)]
            with django_assert_max_num_queries(2, connection=connection):
                use_cases.transfer(lines=lines, now=work.now)
