"""Reads of one open county: lists as they stand now or were given out, months three ways, settlements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

from compliance.bordereau import access, rules, statements
from compliance.bordereau.contracts import (
    Bordereau,
    ClaimRow,
    IssuedList,
    LedgerSum,
    ListFormat,
    LossRatio,
    PremiumRow,
    Reconciliation,
    SettlementView,
    StatementRow,
    StatementView,
)
from compliance.bordereau.errors import LIST_NOT_FOUND, SETTLEMENT_NOT_FOUND
from compliance.bordereau.models import IssuedList as IssuedRow
from compliance.bordereau.models import Settlement, Statement
from compliance.bordereau.rules import Stray, TradeSums
from compliance.bordereau.states import SettlementState
from compliance.claims.selectors import claims_between
from compliance.claims.selectors_loss import accepted_by_trade
from compliance.insurance import selectors_lists as policies
from compliance.insurance.selectors_lists import PolicyLine
from files.selectors import read_file
from kernel.actor import Actor
from kernel.clock import business_day, day_bounds
from ledger import selectors as ledger
from ledger.contracts import AccountKind, Movement, partner_account_id

SETTLED: Final = "premium_settlement"
_FOR_EVER: Final = datetime(9999, 12, 31, tzinfo=UTC)


# -- lists -----------------------------------------------------------------------------------------


def build(insurer: str, first: date, last: date) -> Bordereau:
    """The insurer's list of the Shanghai days as it stands now: policies that were issued, by the day
    worked, and claims reported, decided or paid on the days. Raises `bordereau_span`."""
    rules.check_span(first, last)
    lines = policies.lines_between(insurer, first, last)
    premium_rows = tuple(row for row in map(_premium_row, lines) if row.issued)
    claim_rows = tuple(
        ClaimRow(
            claim_id=claim.id,
            number=claim.number,
            policy_id=claim.policy_id,
            certificate_number=claim.certificate_number,
            trade=claim.trade,
            on=claim.on,
            state=str(claim.state),
            reported_on=business_day(claim.reported_at),
            accepted_fen=claim.accepted_fen or 0,
            paid_fen=claim.paid_fen or 0,
        )
        for claim in claims_between(first=first, last=last, insurer=insurer)
    )
    totals = rules.totals(premium_rows, claim_rows)
    return Bordereau(insurer, first, last, premium_rows, claim_rows, totals)


def issued_lists(
    actor: Actor, insurer: str | None = None, *, after: UUID | None = None, limit: int = 50
) -> list[IssuedList]:
    """Lists that were given out, newest first, older than `after`. A partner sees its own."""
    wanted = actor.partner or insurer
    access.check_reads(actor, wanted or "")
    rows = IssuedRow.objects.order_by("-id")
    if wanted is not None:
        rows = rows.filter(insurer=wanted)
    if after is not None:
        rows = rows.filter(id__lt=after)
    return [issued_view(row) for row in rows[:limit]]


def issued_list(actor: Actor, list_id: UUID) -> IssuedList:
    """Raises `bordereau_not_found`, also for another insurer's."""
    row = IssuedRow.objects.filter(id=list_id).first()
    if row is None:
        raise LIST_NOT_FOUND.error(field="list_id")
    access.check_reads(actor, row.insurer)
    return issued_view(row)


def list_content(actor: Actor, list_id: UUID, form: ListFormat) -> bytes:
    """The bytes as they were given out; see `issued_list`."""
    return read_file(issued_list(actor, list_id).files[form])


# -- statements ------------------------------------------------------------------------------------


def statement_of(insurer: str, month: date) -> StatementView | None:
    """The newest statement that the insurer gave for the month."""
    row = Statement.objects.filter(insurer=insurer, month=month).order_by("-id").first()
    return statement_view(row) if row else None


def received_statements(
    actor: Actor, insurer: str | None = None, *, after: UUID | None = None, limit: int = 50
) -> list[StatementView]:
    """Statements as received, newest first. A partner sees its own."""
    wanted = actor.partner or insurer
    access.check_reads(actor, wanted or "")
    rows = Statement.objects.order_by("-id")
    if wanted is not None:
        rows = rows.filter(insurer=wanted)
    if after is not None:
        rows = rows.filter(id__lt=after)
    return [statement_view(row) for row in rows[:limit]]


# -- three ways ------------------------------------------------------------------------------------


def reconcile(insurer: str, month: date, statement: Sequence[StatementRow] | None = None) -> Reconciliation:
    """Policies of the month against what the ledger moved for each of them, and against these rows of
    the insurer's; without rows, two ways only."""
    return _reconcile(insurer, month, statement, None)


def reconcile_newest(insurer: str, month: date) -> Reconciliation:
    """The same with the newest statement that was received for the month, if there is one."""
    newest = statement_of(insurer, month)
    if newest is None:
        return _reconcile(insurer, month, None, None)
    return _reconcile(insurer, month, statements.read_statement(read_file(newest.file_id)), newest.id)


def due_fen(insurer: str, month: date) -> int:
    """What policies of the month left in the insurer's account and no settlement has moved yet."""
    rows = [_premium_row(line) for line in policies.lines_between(insurer, month, rules.last_of(month))]
    moved = _sums(_movements(insurer, month), {row.policy_id for row in rows})
    return _net(moved.values()) - settled_fen(insurer, month)


def settled_fen(insurer: str, month: date) -> int:
    """What settlements of the month have paid to the insurer, less what he paid back."""
    paid = Settlement.objects.filter(insurer=insurer, month=month, state=SettlementState.PAID)
    return sum(amount or 0 for amount in paid.values_list("amount_fen", flat=True))


def _reconcile(
    insurer: str, month: date, statement: Sequence[StatementRow] | None, statement_id: UUID | None
) -> Reconciliation:
    last = rules.last_of(month)
    rows = [_premium_row(line) for line in policies.lines_between(insurer, month, last)]
    known = {row.policy_id for row in rows}
    movements = _movements(insurer, month)
    moved = _sums(movements, known)
    named = {line.policy_id for line in statement or ()} - known
    found = rules.differences(
        rows=rows,
        moved=moved,
        strays=_strays(insurer, month, movements, known),
        statement=statement,
        elsewhere={key: _premium_row(line) for key, line in policies.lines_by_id(insurer, named).items()},
    )
    theirs = None if statement is None else sum(line.premium_fen - line.refund_fen for line in statement)
    return Reconciliation(
        insurer=insurer,
        month=month,
        policies=sum(row.issued for row in rows),
        ours_fen=sum(row.due_fen for row in rows),
        ledger_fen=_net(moved.values()),
        theirs_fen=theirs,
        statement_id=statement_id,
        differences=tuple(found),
    )


def _movements(insurer: str, month: date) -> list[Movement]:
    """Everything that went through the insurer's account since the first of the month's policies was
    asked for, or the month began: a premium is paid before the day it is for."""
    account = ledger.account(AccountKind.PREMIUM_PAYABLE, partner_account_id(insurer))
    if account is None:
        return []
    begins, _ = day_bounds(month)
    asked = policies.first_asked(insurer, month, rules.last_of(month))
    return ledger.movements(account.id, min(begins, asked or begins), _FOR_EVER)


def _sums(movements: Iterable[Movement], known: set[UUID]) -> dict[UUID, LedgerSum]:
    sums: dict[UUID, LedgerSum] = {}
    for line in movements:
        if line.subject in known and line.purpose != SETTLED:
            so_far = sums.get(line.subject, rules.NOTHING)
            sums[line.subject] = LedgerSum(so_far.into_fen + line.into_fen, so_far.out_fen + line.out_fen)
    return sums


def _strays(insurer: str, month: date, movements: Sequence[Movement], known: set[UUID]) -> list[Stray]:
    """Movements that began in the month and that neither a policy of the insurer nor a paid settlement
    explains."""
    since, until = day_bounds(month)[0], day_bounds(rules.last_of(month))[1]
    odd = [line for line in movements if line.subject not in known and since <= line.at < until]
    payments = {line.subject for line in odd if line.purpose != SETTLED}
    explained = policies.lines_by_id(insurer, payments).keys()
    net: dict[UUID, int] = {}
    for line in odd:
        if line.purpose != SETTLED and line.subject not in explained:
            net[line.subject] = net.get(line.subject, 0) + line.into_fen - line.out_fen
    settled = {line.subject: line.out_fen - line.into_fen for line in odd if line.purpose == SETTLED}
    paid = dict(
        Settlement.objects.filter(
            id__in=list(settled), insurer=insurer, state=SettlementState.PAID
        ).values_list("id", "amount_fen")
    )
    return [
        *(Stray(subject, fen, False) for subject, fen in sorted(net.items()) if fen),
        *(Stray(key, fen, True) for key, fen in sorted(settled.items()) if paid.get(key) != fen),
    ]


def _net(sums: Iterable[LedgerSum]) -> int:
    return sum(one.into_fen - one.out_fen for one in sums)


def _premium_row(line: PolicyLine) -> PremiumRow:
    issued = line.issued_at is not None
    return PremiumRow(
        policy_id=line.id,
        certificate_number=line.certificate_number,
        product=line.product,
        layer=line.layer,
        payer=line.payer,
        order_id=line.order_id,
        trade=line.trade,
        on=line.on,
        state=line.state,
        issued=issued,
        premium_fen=line.premium_fen if issued else 0,
        refund_fen=line.refund_fen if issued else 0,
    )


# -- settlements -----------------------------------------------------------------------------------


def settlement(settlement_id: UUID) -> SettlementView:
    """Raises `settlement_not_found`."""
    row = Settlement.objects.filter(id=settlement_id).first()
    if row is None:
        raise SETTLEMENT_NOT_FOUND.error(field="settlement_id")
    return settlement_view(row)


def settlements(
    *, insurer: str | None = None, after: UUID | None = None, limit: int = 50
) -> list[SettlementView]:
    """Newest first, older than `after`."""
    rows = Settlement.objects.order_by("-id")
    if insurer is not None:
        rows = rows.filter(insurer=insurer)
    if after is not None:
        rows = rows.filter(id__lt=after)
    return [settlement_view(row) for row in rows[:limit]]


def accepted_differences(settlement_id: UUID) -> list[Mapping[str, object]]:
    """The differences as they were when the settlement was reconciled."""
    row = Settlement.objects.filter(id=settlement_id).first()
    if row is None:
        raise SETTLEMENT_NOT_FOUND.error(field="settlement_id")
    return list(row.found or [])


# -- loss ratio ------------------------------------------------------------------------------------


def loss_ratio(first: date, last: date, insurer: str | None = None) -> LossRatio:
    """Claims accepted against premiums earned by trade, for work on the Shanghai days. Cells with fewer
    than `rules.FEWEST` policies or people are hidden, and with them whatever would give them away.
    Raises `bordereau_span`."""
    rules.check_span(first, last)
    lines, people = policies.trades_between(first, last, insurer)
    claims = accepted_by_trade(first, last, insurer)
    sums = [
        TradeSums(line.trade, line.policies, line.people, line.due_fen, claims.get(line.trade, 0))
        for line in lines
    ]
    cells, total = rules.loss_cells(sums, people)
    return LossRatio(first, last, insurer, cells, total, sum(cell.masked for cell in cells))


# -- views -----------------------------------------------------------------------------------------


def issued_view(row: IssuedRow) -> IssuedList:
    return IssuedList(
        id=row.id,
        insurer=row.insurer,
        first=row.first,
        last=row.last,
        files={ListFormat.CSV: row.csv_file, ListFormat.XLSX: row.xlsx_file},
        digests={ListFormat.CSV: row.csv_sha256, ListFormat.XLSX: row.xlsx_sha256},
        totals=row.totals,
        issued_at=row.issued_at,
    )


def statement_view(row: Statement) -> StatementView:
    return StatementView(
        id=row.id,
        insurer=row.insurer,
        month=row.month,
        file_id=row.file_id,
        sha256=row.sha256,
        rows=row.rows,
        received_at=row.received_at,
        by=row.by,
    )


def settlement_view(row: Settlement) -> SettlementView:
    return SettlementView(
        id=row.id,
        insurer=row.insurer,
        month=row.month,
        state=SettlementState(row.state),
        amount_fen=row.amount_fen,
        differences=None if row.found is None else len(row.found),
        accepted_reason=row.accepted_reason,
        drafted_by=row.drafted_by,
        drafted_at=row.drafted_at,
        reconciled_by=row.reconciled_by,
        reconciled_at=row.reconciled_at,
        approved_by=row.approved_by,
        approved_at=row.approved_at,
        paid_at=row.paid_at,
        payment_reference=row.payment_reference,
        transfer_id=row.transfer_id,
    )
