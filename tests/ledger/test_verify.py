"""Verification finds what is planted, and each statement and account explains itself."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection

from kernel.ids import uuid7
from ledger import selectors, use_cases
from ledger.contracts import AccountKind, Line, Phase, StatementLine
from ledger.models import CollectQueue, Transfer
from ledger.verify import verify_county
from tenants.county import run_in_county
from tests.ledger.bank import collector, figures, opened, seen


@pytest.fixture
def county(counties):
    return counties["jiangle"]


class Undone(Exception):
    """Planted faults must not outlive their test."""


@contextmanager
def planted(county):
    """A county whose ledger may be broken: everything rolls back."""
    try:
        with run_in_county(county) as work:
            yield work
            raise Undone
    except Undone:
        pass


def execute(sql, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def held_in_escrow(work, fen=100):
    escrow = opened(work, AccountKind.ORDER_ESCROW, 500)
    worker = opened(work, AccountKind.WORKER_WALLET)
    order = seen(escrow).owner_id
    assert order is not None
    pending = use_cases.hold(
        debit=escrow,
        credit=worker,
        amount_fen=fen,
        purpose="wage",
        subject=order,
        now=work.now,
        expires_at=work.now + timedelta(hours=1),
    )
    return escrow, worker, order, pending


def resolve(work, pending, **columns):
    row = Transfer.objects.get(id=pending)
    Transfer.objects.create(
        **{
            "phase": "void",
            "debit": row.debit,
            "credit": row.credit,
            "amount_fen": row.amount_fen,
            "purpose": row.purpose,
            "subject": row.subject,
            "pending_id": pending,
            "at": work.now,
        }
        | columns
    )


def test_a_clean_county_has_no_problems(county):
    with planted(county) as work:
        held_in_escrow(work)
        report = verify_county()
        assert (report.problems, report.sum_fen, report.clean) == ([], 0, True)
        assert report.transfers == Transfer.objects.count()


def test_a_balance_its_transfers_do_not_make(county):
    with planted(county) as work:
        wallet = opened(work, AccountKind.WORKER_WALLET, 100)
        execute("UPDATE ledger_account SET balance_fen = 107 WHERE id = %s", wallet)
        report = verify_county()
        assert report.sum_fen == 7
        assert report.problems == [
            "all accounts together hold 7 fen instead of 0",
            f"account {wallet} (worker_wallet) stores 107 fen, its transfers make 100 fen",
        ]


def test_a_held_amount_its_holds_do_not_make(county):
    with planted(county) as work:
        escrow, *_ = held_in_escrow(work)
        execute("UPDATE ledger_account SET held_fen = 99 WHERE id = %s", escrow)
        assert verify_county().problems == [
            f"account {escrow} (order_escrow) stores 99 fen held, its open holds make 100 fen"
        ]


def test_a_queued_amount_that_was_lost(county):
    with planted(county) as work:
        fee = collector(work, AccountKind.FEE_INCOME)
        use_cases.fold_collectors(now=work.now, limit=10**6)
        wallet = opened(work, AccountKind.EMPLOYER_WALLET, 100)
        use_cases.transfer(lines=[Line(wallet, fee, 30, "fee", uuid7())], now=work.now)
        CollectQueue.objects.filter(account_id=fee).delete()
        assert [problem for problem in verify_county().problems if str(fee) in problem]


def test_a_collector_that_paid_more_than_it_had(county):
    with planted(county) as work:
        fund = collector(work, AccountKind.COVER_FUND)
        stands = figures(fund)[0]
        CollectQueue.objects.create(account_id=fund, transfer_id=uuid7(), amount_fen=-stands - 3)
        assert f"account {fund} (cover_fund) collects and stands at -3 fen" in verify_county().problems


def test_a_transfer_that_names_no_account(county):
    with planted(county) as work:
        nobody = uuid7()
        Transfer.objects.create(
            phase="pending",
            debit=nobody,
            credit=uuid7(),
            amount_fen=5,
            purpose="x",
            subject=nobody,
            at=work.now,
        )
        assert [problem for problem in verify_county().problems if f"{nobody} does not exist" in problem]


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"phase": "post", "amount_fen": 101}, "which holds 100 fen"),
        ({"amount_fen": 99}, "which holds 100 fen"),
        ({"subject": uuid7()}, "whose accounts or subject are others"),
    ],
)
def test_a_resolution_that_does_not_fit_its_hold(county, columns, words):
    with planted(county) as work:
        *_, pending = held_in_escrow(work)
        resolve(work, pending, **columns)
        assert [problem for problem in verify_county().problems if problem.endswith(words)]


def test_a_post_after_expiry_and_a_resolution_of_no_hold(county):
    with planted(county) as work:
        *_, pending = held_in_escrow(work)
        resolve(work, pending, phase="post", at=work.now + timedelta(hours=1))
        assert [problem for problem in verify_county().problems if "after it had expired" in problem]
        wallet = opened(work, AccountKind.EMPLOYER_WALLET, 5)
        line = Line(wallet, opened(work, AccountKind.WORKER_WALLET), 5, "wage", uuid7())
        (posted,) = use_cases.transfer(lines=[line], now=work.now)
        resolve(work, posted)
        assert [problem for problem in verify_county().problems if "is posted and no hold" in problem]


def test_the_escrow_of_a_settled_order_is_empty(county):
    with planted(county) as work:
        escrow, _, order, pending = held_in_escrow(work)
        assert verify_county().problems == []
        assert verify_county([order]).problems == [
            f"order {order} is settled, yet its escrow {escrow} has 500 fen and holds 100 fen"
        ]
        use_cases.post_hold(hold_id=pending, amount_fen=100, now=work.now)
        fee = collector(work, AccountKind.FEE_INCOME)
        use_cases.transfer(lines=[Line(escrow, fee, 400, "fee", order)], now=work.now)
        assert verify_county([order]).problems == []


# --------------------------------------------------------------------------------------------- statements


def test_a_statement_explains_every_fen_newest_first(county):
    with run_in_county(county) as work:
        escrow, worker, order, pending = held_in_escrow(work)
        later = work.now + timedelta(minutes=1)
        use_cases.post_hold(hold_id=pending, amount_fen=60, now=later)
    with run_in_county(county):
        posted, held, funded = selectors.statement(escrow).lines
        assert (funded.purpose, funded.counter_kind) == ("top_up", AccountKind.CHANNEL_CLEARING)
        assert (funded.amount_fen, funded.held_fen) == (500, 0)
        assert (held.phase, held.amount_fen, held.held_fen) == (Phase.PENDING, 0, 100)
        assert (posted.phase, posted.amount_fen, posted.held_fen) == (Phase.POST, -60, -100)
        assert (posted.at, posted.subject, posted.counter_kind) == (later, order, AccountKind.WORKER_WALLET)
        (received,) = selectors.statement(worker).lines  # the hold itself is not the payee's affair
        assert (received.amount_fen, received.counter_kind) == (60, AccountKind.ORDER_ESCROW)


def test_pages_of_a_statement_give_each_line_once(county, django_assert_num_queries):
    with run_in_county(county) as work:
        wallet = opened(work, AccountKind.EMPLOYER_WALLET, 100)
        payee = opened(work, AccountKind.WORKER_WALLET)
        use_cases.transfer(lines=[Line(wallet, payee, 1, "wage", uuid7())] * 10, now=work.now)
        use_cases.transfer(lines=[Line(payee, wallet, 1, "refund", uuid7())] * 4, now=work.now)
    with run_in_county(county):
        lines: list[StatementLine] = []
        cursor = None
        while True:
            with django_assert_num_queries(1, connection=connection):
                page = selectors.statement(wallet, cursor, 4)
            assert len(page.lines) <= 4
            lines += page.lines
            if page.next is None:
                break
            cursor = page.next
        assert len({line.id for line in lines}) == len(lines) == 15
        places = [(line.at, line.id) for line in lines]
        assert places == sorted(places, reverse=True)
        assert sum(line.amount_fen for line in lines) == figures(wallet)[0] == 94


def test_what_is_not_there_is_none(county):
    with run_in_county(county):
        assert selectors.account(AccountKind.WORKER_WALLET, uuid7()) is None
        assert selectors.account_by_id(uuid7()) is None
        assert selectors.hold(uuid7()) is None
        assert selectors.statement(uuid7()).lines == ()
        assert selectors.accounts(AccountKind.WORKER_WALLET, [uuid7()]) == {}
