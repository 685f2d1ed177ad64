"""Lists, a month three ways and settlements on a real database, with real transfers and files."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import ProgrammingError, connection

from compliance.bordereau import lists, selectors, tasks, use_cases
from compliance.bordereau.contracts import DifferenceKind, ListFormat, StatementRow
from compliance.bordereau.models import IssuedList, Settlement
from compliance.fund import use_cases as fund
from compliance.fund.contracts import Target
from kernel.errors import DomainError
from kernel.ids import uuid7
from kernel.models import AuditRow, TransitionLog
from ledger import selectors as ledger
from ledger.verify import verify_county
from tenants.county import run_in_county
from tests.compliance.bordereau.book import (
    LAST,
    MONTH,
    NOW,
    Book,
    as_csv,
    machine,
    shuffled,
    treasurer,
)
from tests.ledger.bank import race, refused
from webhooks.models import PartnerEvent

K = DifferenceKind


@pytest.fixture
def county(counties):
    return counties["qingliu"]


def received(book, rows, *, actor=None, month=MONTH, name="对账单.csv"):
    return use_cases.receive_statement(
        insurer=book.insurer,
        month=month,
        name=name,
        content=as_csv(rows),
        actor=actor or machine(book.insurer),
        now=NOW,
    )


def of_month(row):
    return MONTH <= row.on <= LAST


# ------------------------------------------------------------------------------------------- three ways


def test_a_clean_month_agrees_three_ways(county):
    with run_in_county(county):
        book = Book()
        book.month(120)
        book.sell(on=date(2027, 4, 1))  # neighbours of the month are none of its business
        book.sell(on=date(2027, 2, 28))
        sent = [row for row in book.statement() if of_month(row)]
        received(book, shuffled(sent, 1))
        found = selectors.reconcile_newest(book.insurer, MONTH)
        assert found.differences == ()
        assert found.theirs_fen == found.ledger_fen == found.ours_fen > 0
        assert selectors.due_fen(book.insurer, MONTH) == found.ours_fen
        assert selectors.reconcile(book.insurer, MONTH).theirs_fen is None
        assert selectors.reconcile("nobody", MONTH).differences == ()


def test_thirty_differences_are_found_and_none_is_false(county):
    """Planted in the ledger, in the policies and in the insurer's file; each on a policy of its own."""
    planted = []
    with run_in_county(county):
        book = Book()
        book.month(110)
        wrong = {  # kind -> what the policy says, with money that does not follow
            K.PREMIUM_UNPAID: [book.sell(money=False) for _ in range(3)],
            K.PREMIUM_SHORT: [book.sell(money=False) for _ in range(2)],
            K.PREMIUM_OVERPAID: [book.sell() for _ in range(2)],
            K.REFUND_MISSING: [book.sell(money=False, state="cancelled", refund_fen=200) for _ in range(2)],
            K.REFUND_TOO_MUCH: [book.sell() for _ in range(1)],
            K.PAID_NEVER_ISSUED: [book.sell(issued=False) for _ in range(2)],
            K.STATEMENT_NEVER_ISSUED: [book.sell(issued=False) for _ in range(2)],
            K.STATEMENT_MISSES: [book.sell() for _ in range(3)],
            K.STATEMENT_TWICE: [book.sell() for _ in range(2)],
            K.STATEMENT_OTHER_MONTH: [book.sell(on=date(2027, 4, 3))],
            K.STATEMENT_PREMIUM: [book.sell() for _ in range(2)],
            K.STATEMENT_REFUND: [book.sell(state="expired", refund_fen=100)],
            K.STATEMENT_CERTIFICATE: [book.sell() for _ in range(2)],
            K.STATEMENT_DAY: [book.sell()],
        }
        for row in wrong[K.PREMIUM_SHORT]:
            book.paid(row.id, row.premium_fen - 7)
        for row in wrong[K.PREMIUM_OVERPAID]:
            book.paid(row.id, row.premium_fen)
        for row in wrong[K.REFUND_MISSING]:
            book.paid(row.id, row.premium_fen)
        for row in wrong[K.REFUND_TOO_MUCH]:
            book.refunded(row.id, 11)
        for row in wrong[K.PAID_NEVER_ISSUED]:
            book.paid(row.id, 350, purpose="basic_premium")
        strays = [uuid7(), uuid7()]
        for stray in strays:
            book.paid(stray, 123, at=NOW - timedelta(days=10))
        settled = uuid7()
        book.refunded(settled, 50, purpose=selectors.SETTLED, at=NOW - timedelta(days=9))

        statement = {row.policy_id: row for row in book.statement() if of_month(row)}

        def change(kind, **columns):
            for row in wrong[kind]:
                line = statement[row.id]
                statement[row.id] = replace(line, **{name: make(line) for name, make in columns.items()})

        change(K.STATEMENT_PREMIUM, premium_fen=lambda line: line.premium_fen + 100)
        change(K.STATEMENT_REFUND, refund_fen=lambda line: 0)
        change(K.STATEMENT_CERTIFICATE, certificate_number=lambda line: f"{line.certificate_number}-X")
        change(K.STATEMENT_DAY, on=lambda line: line.on - timedelta(days=1))
        for row in wrong[K.STATEMENT_MISSES]:
            del statement[row.id]
        sent = list(statement.values())
        sent += [statement[row.id] for row in wrong[K.STATEMENT_TWICE]]
        (other,) = wrong[K.STATEMENT_OTHER_MONTH]
        sent.append(StatementRow(0, other.id, other.certificate_number, other.premium_fen, 0, other.on))
        sent += [StatementRow(0, row.id, "LATE", 300, 0, row.on) for row in wrong[K.STATEMENT_NEVER_ISSUED]]
        unknown = uuid7()
        sent.append(StatementRow(0, unknown, "NOBODY", 300, 0, MONTH))

        planted += [(kind, row.id) for kind, rows in wrong.items() for row in rows]
        planted += [(K.PAYMENT_STRAY, stray) for stray in strays]
        planted += [(K.SETTLEMENT_STRAY, settled), (K.STATEMENT_UNKNOWN, unknown)]
        received(book, shuffled(sent, 2))
        found = selectors.reconcile_newest(book.insurer, MONTH)
    assert len(planted) == 30
    assert len({kind for kind, _ in planted}) >= 8
    assert sorted((one.kind, str(one.policy_id)) for one in found.differences) == sorted(
        (kind, str(row_id)) for kind, row_id in planted
    )


def test_premiums_of_the_fund_and_the_reserve_count_for_their_policy(county):
    with run_in_county(county):
        book = Book()
        row = book.sell(money=False, premium_fen=500, layer="basic", payer="fund")
        book.paid(row.id, 420, purpose="basic_premium")
        book.paid(row.id, 80, purpose="premium_difference")
        assert selectors.reconcile(book.insurer, MONTH).differences == ()


# ------------------------------------------------------------------------------------------- settlements


def settled(county, book, *, reconciler, approver, accept=""):
    """Draft to approved; returns the settlement's id."""
    with run_in_county(county):
        made = use_cases.draft_settlement(insurer=book.insurer, month=MONTH, actor=reconciler, now=NOW)
    with run_in_county(county):
        use_cases.reconcile_settlement(settlement_id=made.id, accept_reason=accept, actor=reconciler, now=NOW)
    with run_in_county(county):
        use_cases.approve_settlement(settlement_id=made.id, actor=approver, now=NOW)
    return made.id


def balance(book):
    view = ledger.account_by_id(book.account)
    assert view is not None
    return view.balance_fen


def test_a_month_is_settled_by_two_people_and_a_late_refund_comes_back(county):
    one, two = treasurer(), treasurer()
    with run_in_county(county):
        book = Book()
        book.month(30)
        later = book.sell(on=date(2027, 4, 9))  # not of the month: stays in the account
        due = selectors.due_fen(book.insurer, MONTH)
        assert due == balance(book) - later.premium_fen
    first = settled(county, book, reconciler=one, approver=two)
    with run_in_county(county):
        paid = use_cases.pay_settlement(settlement_id=first, reference="BF-1", actor=one, now=NOW)
        assert (paid.state, paid.amount_fen, paid.differences) == ("paid", due, 0)
        assert balance(book) == later.premium_fen
        assert selectors.due_fen(book.insurer, MONTH) == 0
        (line,) = [row for row in ledger.statement(book.account).lines if row.subject == first]
        assert (line.purpose, line.amount_fen, line.id) == (selectors.SETTLED, -due, paid.transfer_id)
        assert selectors.reconcile(book.insurer, MONTH).differences == ()
        assert [row.to for row in TransitionLog.objects.filter(subject=first).order_by("id")] == [
            "draft",
            "reconciled",
            "approved",
            "paid",
        ]
        assert AuditRow.objects.filter(subject=first, act="settlement.paid").exists()
        (event,) = PartnerEvent.objects.filter(partner=book.insurer, subject=first)
        assert event.data == {"settlement_id": str(first), "month": "2027-03-01", "amount_fen": due}
        row = book.rows[0]
        row.refund_fen, row.state = 120, "cancelled"
        row.save(update_fields=["refund_fen", "state"])
        book.refunded(row.id, 120, at=NOW + timedelta(days=1))
        assert selectors.due_fen(book.insurer, MONTH) == -120
    second = settled(county, book, reconciler=two, approver=one)
    with run_in_county(county):
        back = use_cases.pay_settlement(settlement_id=second, reference="BF-2", actor=two, now=NOW)
        assert back.amount_fen == -120
        assert balance(book) == later.premium_fen
        assert selectors.reconcile(book.insurer, MONTH).differences == ()
        assert verify_county().problems == []


def test_nobody_approves_what_he_reconciled(county):
    one = treasurer()
    with run_in_county(county):
        book = Book()
        book.sell()
        made = use_cases.draft_settlement(insurer=book.insurer, month=MONTH, actor=one, now=NOW)

        def approve(actor):
            return refused(lambda: use_cases.approve_settlement(settlement_id=made.id, actor=actor, now=NOW))

        def pay():
            return refused(
                lambda: use_cases.pay_settlement(settlement_id=made.id, reference="x", actor=one, now=NOW)
            )

        assert approve(treasurer()) == "stale_state"  # not reconciled yet
        use_cases.reconcile_settlement(settlement_id=made.id, actor=one, now=NOW)
        assert pay() == "stale_state"
        assert approve(one) == "settlement_own"
        assert approve(treasurer()) is None
        assert pay() is None
        assert pay() == "stale_state"
        assert (
            refused(lambda: use_cases.approve_settlement(settlement_id=uuid7(), actor=one, now=NOW))
            == "settlement_not_found"
        )


def test_differences_stop_a_settlement_until_somebody_says_why(county):
    one = treasurer()
    with run_in_county(county):
        book = Book()
        book.month(20)
        row = book.sell(money=False)
        made = use_cases.draft_settlement(insurer=book.insurer, month=MONTH, actor=one, now=NOW)
        with pytest.raises(DomainError, match="settlement_differs") as caught:
            use_cases.reconcile_settlement(settlement_id=made.id, actor=one, now=NOW)
        assert caught.value.params["count"] == 1
        view = use_cases.reconcile_settlement(
            settlement_id=made.id, accept_reason="保险公司已确认", actor=one, now=NOW
        )
        assert (view.differences, view.accepted_reason) == (1, "保险公司已确认")
        assert view.amount_fen == balance(book)  # what there is, not what should be
        (kept,) = selectors.accepted_differences(made.id)
        assert (kept["kind"], kept["policy_id"]) == ("premium_unpaid", str(row.id))


def test_money_that_moved_after_reconciling_is_not_paid(county):
    one, two = treasurer(), treasurer()
    with run_in_county(county):
        book = Book()
        book.sell(premium_fen=400)
    settlement_id = settled(county, book, reconciler=one, approver=two)
    with run_in_county(county):
        row = book.rows[0]
        row.refund_fen = 100
        row.save(update_fields=["refund_fen"])
        book.refunded(row.id, 100)
    with pytest.raises(DomainError, match="settlement_moved") as caught, run_in_county(county):
        use_cases.pay_settlement(settlement_id=settlement_id, reference="x", actor=one, now=NOW)
    assert "3.00" in caught.value.text("zh")
    with run_in_county(county):
        assert selectors.settlement(settlement_id).state == "approved"
        use_cases.withdraw_settlement(settlement_id=settlement_id, reason="金额有变", actor=one, now=NOW)
    again = settled(county, book, reconciler=one, approver=two)
    with run_in_county(county):
        view = use_cases.pay_settlement(settlement_id=again, reference="BF", actor=one, now=NOW)
        assert (view.amount_fen, balance(book)) == (300, 0)


def test_a_month_has_one_open_settlement_and_only_once_it_is_over(county):
    one = treasurer()
    with run_in_county(county):
        book = Book()

        def draft(month, actor=one):
            return refused(
                lambda: use_cases.draft_settlement(insurer=book.insurer, month=month, actor=actor, now=NOW)
            )

        assert draft(date(2027, 4, 1)) == "bordereau_not_over"
        assert draft(date(2027, 3, 2)) == "month_invalid"
        assert draft(MONTH, replace(one, scopes=frozenset({"bordereaux:read"}))) == "forbidden"

    def start(_):
        try:
            with run_in_county(county):
                use_cases.draft_settlement(insurer=book.insurer, month=MONTH, actor=one, now=NOW)
        except DomainError as error:
            return error.code
        return "drafted"

    assert sorted(race(4, start)) == ["drafted", *["settlement_exists"] * 3]
    with run_in_county(county):
        assert Settlement.objects.filter(insurer=book.insurer).count() == 1


def test_a_settlement_of_nothing_moves_nothing(county):
    one, two = treasurer(), treasurer()
    with run_in_county(county):
        book = Book()
        book.sell(state="cancelled", premium_fen=300, refund_fen=300)
    settlement_id = settled(county, book, reconciler=one, approver=two)
    with run_in_county(county):
        view = use_cases.pay_settlement(settlement_id=settlement_id, reference="none", actor=one, now=NOW)
        assert (view.state, view.amount_fen, view.transfer_id) == ("paid", 0, None)


# ------------------------------------------------------------------------------------------------- lists


def test_a_list_is_given_out_once_and_stays_as_it_was(county):
    officer = treasurer()
    with run_in_county(county):
        book = Book()
        book.month(12)
        book.claim(book.rows[0])
        book.claim(book.rows[1], accepted_fen=None, paid_fen=None, decided_at=None, state="filed")
        live = selectors.build(book.insurer, MONTH, LAST)
        assert (live.totals.policies, live.totals.claims) == (len(live.premium_rows), 2)
        assert (live.totals.accepted_fen, live.totals.paid_fen) == (5_000, 5_000)
        assert live.totals.due_fen == selectors.due_fen(book.insurer, MONTH)
        asked = {"insurer": book.insurer, "first": MONTH, "last": LAST, "actor": officer, "now": NOW}
        given = use_cases.issue_list(**asked)
        book.sell()
        assert use_cases.issue_list(**asked) == given
        (event,) = PartnerEvent.objects.filter(partner=book.insurer)
        assert (event.type, event.subject) == ("cn.linggong.bordereau.issued.v1", given.id)
        assert event.data["due_fen"] == live.totals.due_fen
        assert selectors.build(book.insurer, MONTH, LAST).totals != live.totals
    with run_in_county(county):
        for form in ListFormat:
            content = selectors.list_content(officer, given.id, form)
            assert hashlib.sha256(content).hexdigest() == given.digests[form]
        assert selectors.list_content(officer, given.id, ListFormat.CSV) == lists.write(live, ListFormat.CSV)
        assert given.totals["due_fen"] == live.totals.due_fen
        assert (
            refused(lambda: use_cases.issue_list(**asked | {"last": date(2027, 4, 2)}))
            == "bordereau_not_over"
        )
        assert (
            refused(lambda: use_cases.issue_list(**asked | {"first": date(2027, 4, 1)})) == "bordereau_span"
        )


def test_an_insurer_sees_and_hands_in_its_own_alone(county):
    with run_in_county(county):
        book, other = Book(), Book()
        book.sell()
        given = use_cases.issue_list(insurer=book.insurer, first=MONTH, last=LAST, actor=treasurer(), now=NOW)
        own, stranger = machine(book.insurer), machine(other.insurer)
        assert selectors.issued_lists(own) == [given]
        assert selectors.issued_lists(stranger) == []
        assert selectors.issued_lists(stranger, book.insurer) == []
        assert selectors.list_content(own, given.id, ListFormat.CSV)
        assert refused(lambda: selectors.issued_list(stranger, given.id)) == "bordereau_not_found"
        assert refused(lambda: received(book, book.statement(), actor=stranger)) == "bordereau_not_found"
        reader = replace(own, scopes=frozenset({"partner:read"}))
        assert refused(lambda: received(book, book.statement(), actor=reader)) == "forbidden"
        assert (
            refused(
                lambda: use_cases.issue_list(insurer=book.insurer, first=MONTH, last=LAST, actor=own, now=NOW)
            )
            == "forbidden"
        )
        assert received(book, book.statement()).rows == 1
        assert selectors.received_statements(stranger) == []


def test_the_newest_statement_counts_and_the_same_bytes_are_the_same(county):
    with run_in_county(county):
        book = Book()
        row = book.sell(premium_fen=400)
        wrong = [replace(line, premium_fen=401) for line in book.statement()]
        first = received(book, wrong)
        assert received(book, wrong, name="again.csv") == first
        assert [one.kind for one in selectors.reconcile_newest(book.insurer, MONTH).differences] == [
            K.STATEMENT_PREMIUM
        ]
        second = received(book, book.statement())
        assert second.id != first.id
        found = selectors.reconcile_newest(book.insurer, MONTH)
        assert (found.differences, found.statement_id, found.theirs_fen) == ((), second.id, row.premium_fen)


def test_the_timer_gives_out_what_is_over_once(county):
    with run_in_county(county) as work:
        yesterday = (work.now + timedelta(hours=8)).date() - timedelta(days=1)
        book = Book()
        book.sell(on=yesterday)
        book.sell(on=yesterday.replace(day=1) - timedelta(days=3))
        book.sell(on=yesterday + timedelta(days=1))  # today is not over
    tasks.issue_lists(county)
    assert tasks.issue_lists(county) == 0
    with run_in_county(county):
        spans = {(row.first, row.last) for row in IssuedList.objects.filter(insurer=book.insurer)}
    month_end = yesterday.replace(day=1) - timedelta(days=1)
    if yesterday.day > 3:
        assert spans == {(yesterday, yesterday), (month_end.replace(day=1), month_end)}
    assert (yesterday, yesterday) in spans


# ------------------------------------------------------------------------------------------- loss ratio


def test_loss_ratio_by_trade_hides_what_could_be_guessed(county):
    with run_in_county(county):
        book = Book()
        for trade, policies, people in (("sorting", 12, 12), ("moving", 6, 6), ("fruit_picking", 3, 3)):
            workers = [uuid7() for _ in range(people)]
            for number in range(policies):
                book.sell(trade=trade, premium_fen=400, worker_id=workers[number % people])
        book.claim(
            next(row for row in book.rows if row.trade == "sorting"), accepted_fen=1_200, paid_fen=None
        )
        found = selectors.loss_ratio(MONTH, LAST, book.insurer)
        cells = {cell.trade: cell for cell in found.cells}
        assert (cells["sorting"].premium_fen, cells["sorting"].claims_fen, cells["sorting"].permille) == (
            4_800,
            1_200,
            250,
        )
        assert cells["fruit_picking"].masked  # three policies
        assert cells["moving"].masked  # the total would give the other away
        assert (found.masked_trades, found.total.policies, found.total.premium_fen) == (2, 21, 8_400)
        assert selectors.loss_ratio(MONTH, LAST, "nobody").total.policies == 0


# ------------------------------------------------------------------------------------------- privileges


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE bordereau_issuedlist SET totals = '{}'",
        "DELETE FROM bordereau_issuedlist",
        "UPDATE bordereau_statement SET rows = 0",
        "DELETE FROM bordereau_settlement",
        "UPDATE bordereau_settlement SET month = '2027-01-01'",
    ],
)
def test_what_was_given_out_cannot_be_changed(county, statement):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        run_in_county(county),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_the_fund_and_the_settlement_meet_in_one_account(county):
    """A draw of the fund is due to the insurer, and its refund lowers what is settled."""
    one = treasurer()
    with run_in_county(county) as work:
        book = Book()
        today = (work.now + timedelta(hours=8)).date()
        program = fund.start_program(
            name="保障",
            from_day=today,
            to_day=today,
            budget_fen=1_000,
            slice_fen=500,
            actor=one,
            now=work.now,
        )
        fund.deposit(target=Target.FUND, amount_fen=1_000, reference=str(uuid7()), actor=one, now=work.now)
        row = book.sell(
            money=False, premium_fen=300, layer="basic", payer="fund", on=today, requested_at=work.now
        )
        assert fund.draw(policy_id=row.id, insurer=book.insurer, amount_fen=300, now=work.now)
        month = today.replace(day=1)
        assert selectors.due_fen(book.insurer, month) == 300
        assert selectors.reconcile(book.insurer, month).differences == ()
        fund.give_back(policy_id=row.id, amount_fen=120, now=work.now)
        (one_difference,) = selectors.reconcile(book.insurer, month).differences
        assert one_difference.kind == K.REFUND_TOO_MUCH
        fund.close_program(program_id=program.id, reason="test over", actor=one, now=work.now)
