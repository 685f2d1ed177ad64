"""Comparing a month three ways, adding lists up, and hiding small cells. Pure: no database, no clock."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from compliance.bordereau.contracts import (
    ClaimRow,
    Difference,
    DifferenceKind,
    LedgerSum,
    LossCell,
    PremiumRow,
    StatementRow,
    Totals,
)
from compliance.bordereau.errors import MONTH_INVALID, SPAN_INVALID
from kernel.money import yuan

MOST_DAYS: Final = 366
WAITING: Final = frozenset({"requested", "pending"})
FEWEST: Final = 5  # policies and people that must stand behind a cell
NOTHING: Final = LedgerSum(0, 0)

# -- months ----------------------------------------------------------------------------------------


def month_of(day: date) -> date:
    """The first day of the day's month."""
    return day.replace(day=1)


def last_of(month: date) -> date:
    """The last day of the month."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def parse_month(text: object, *, field: str = "month") -> date:
    """`2026-11` as the first day of that month, or `month_invalid`."""
    if not isinstance(text, str) or not re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", text):
        raise MONTH_INVALID.error(field=field)
    return date.fromisoformat(f"{text}-01")


def check_span(first: date, last: date) -> None:
    """Raises `bordereau_span`."""
    if not 0 <= (last - first).days < MOST_DAYS:
        raise SPAN_INVALID.error(field="last", most=MOST_DAYS)


# -- totals ----------------------------------------------------------------------------------------


def totals(premiums: Iterable[PremiumRow], claims: Iterable[ClaimRow]) -> Totals:
    """What a list adds up to."""
    issued, told = [row for row in premiums if row.issued], list(claims)
    return Totals(
        policies=len(issued),
        premium_fen=sum(row.premium_fen for row in issued),
        refund_fen=sum(row.refund_fen for row in issued),
        due_fen=sum(row.due_fen for row in issued),
        claims=len(told),
        accepted_fen=sum(row.accepted_fen for row in told),
        paid_fen=sum(row.paid_fen for row in told),
    )


# -- three ways ------------------------------------------------------------------------------------

_K = DifferenceKind
_WORDS: Final[Mapping[DifferenceKind, tuple[str, str]]] = {
    _K.PREMIUM_UNPAID: (
        "保单 {certificate} 应付保费 {ours} 元，账上没有付款",
        "policy {certificate}: a premium of {ours} yuan is due and the ledger shows no payment",
    ),
    _K.PREMIUM_SHORT: (
        "保单 {certificate} 应结 {ours} 元，账上只有 {ledger} 元",
        "policy {certificate}: {ours} yuan are due, the ledger shows only {ledger} yuan",
    ),
    _K.PREMIUM_OVERPAID: (
        "保单 {certificate} 应结 {ours} 元，账上却有 {ledger} 元",
        "policy {certificate}: {ours} yuan are due, the ledger shows {ledger} yuan",
    ),
    _K.REFUND_MISSING: (
        "保单 {certificate} 应退 {ours} 元，账上只退了 {ledger} 元",
        "policy {certificate}: {ours} yuan are to come back, the ledger shows only {ledger} yuan",
    ),
    _K.REFUND_TOO_MUCH: (
        "保单 {certificate} 应退 {ours} 元，账上退了 {ledger} 元",
        "policy {certificate}: {ours} yuan are to come back, the ledger shows {ledger} yuan",
    ),
    _K.PAID_NEVER_ISSUED: (
        "保单 {policy} 从未出单，账上却有 {ledger} 元",
        "policy {policy} was never issued, yet the ledger shows {ledger} yuan for it",
    ),
    _K.PAYMENT_STRAY: (
        "账上有 {ledger} 元，对应的 {policy} 不是该公司的保单",
        "the ledger shows {ledger} yuan for {policy}, which is no policy of this insurer",
    ),
    _K.SETTLEMENT_STRAY: (
        "账上有 {ledger} 元结算款，没有对应的结算 {policy}",
        "the ledger shows {ledger} yuan settled, and {policy} is no settlement paid",
    ),
    _K.STATEMENT_MISSES: (
        "保单 {certificate}（{ours} 元）不在对账单上",
        "policy {certificate} ({ours} yuan) is not in the statement",
    ),
    _K.STATEMENT_UNKNOWN: (
        "对账单第 {line} 行 {certificate}（{theirs} 元）不是本县的保单",
        "line {line} of the statement, {certificate} ({theirs} yuan), is no policy of this county",
    ),
    _K.STATEMENT_TWICE: (
        "对账单第 {line} 行重复列出保单 {certificate}（{theirs} 元）",
        "line {line} of the statement lists policy {certificate} ({theirs} yuan) once more",
    ),
    _K.STATEMENT_OTHER_MONTH: (
        "对账单第 {line} 行保单 {certificate} 属于 {on}，不在本月",
        "line {line} of the statement: policy {certificate} is for {on}, another month",
    ),
    _K.STATEMENT_NEVER_ISSUED: (
        "对账单第 {line} 行对从未出单的保单 {policy} 收取 {theirs} 元",
        "line {line} of the statement charges {theirs} yuan for policy {policy}, never issued",
    ),
    _K.STATEMENT_PREMIUM: (
        "保单 {certificate} 保费为 {ours} 元，对账单为 {theirs} 元",
        "policy {certificate}: the premium is {ours} yuan, the statement says {theirs} yuan",
    ),
    _K.STATEMENT_REFUND: (
        "保单 {certificate} 退费为 {ours} 元，对账单为 {theirs} 元",
        "policy {certificate}: the refund is {ours} yuan, the statement says {theirs} yuan",
    ),
    _K.STATEMENT_CERTIFICATE: (
        "保单 {policy} 的凭证号为 {certificate}，对账单为 {other}",
        "policy {policy} has certificate {certificate}, the statement says {other}",
    ),
    _K.STATEMENT_DAY: (
        "保单 {certificate} 的保障日为 {on}，对账单为 {other}",
        "policy {certificate} is for {on}, the statement says {other}",
    ),
}


@dataclass(frozen=True, slots=True)
class Stray:
    """A movement of the month through the insurer's account that no policy of his explains."""

    subject: UUID
    net_fen: int
    settlement: bool


def differences(
    *,
    rows: Sequence[PremiumRow],
    moved: Mapping[UUID, LedgerSum],
    strays: Sequence[Stray],
    statement: Sequence[StatementRow] | None,
    elsewhere: Mapping[UUID, PremiumRow],
) -> list[Difference]:
    """Everything that does not agree, first policies against the ledger, then against the statement.

    `rows` are all of the insurer's policies of the month, `moved` what the ledger shows for each,
    `elsewhere` his policies of other months that the statement names. One cause gives one difference: a
    statement is held against the policy, never against the ledger too.
    """
    found = [one for row in rows for one in _against_ledger(row, moved.get(row.policy_id, NOTHING))]
    for stray in strays:
        kind = _K.SETTLEMENT_STRAY if stray.settlement else _K.PAYMENT_STRAY
        found.append(_difference(kind, stray.subject, ledger_fen=stray.net_fen, ledger=stray.net_fen))
    if statement is not None:
        found += _against_statement(rows, statement, elsewhere)
    return found


def _against_ledger(row: PremiumRow, moved: LedgerSum) -> Iterator[Difference]:
    """Nets must agree: an amended premium is paid in parts, and less of it comes back."""
    net = moved.into_fen - moved.out_fen
    if net == row.due_fen or row.state in WAITING:  # public money is paid when the insurer is asked
        return
    if not row.issued:
        yield _of_row(_K.PAID_NEVER_ISSUED, row, ledger_fen=net, ledger=net)
    elif moved == NOTHING:
        yield _of_row(_K.PREMIUM_UNPAID, row, ledger_fen=net, ours=row.due_fen)
    elif moved.into_fen == row.premium_fen:
        kind = _K.REFUND_MISSING if moved.out_fen < row.refund_fen else _K.REFUND_TOO_MUCH
        yield _of_row(kind, row, ledger_fen=net, ours=row.refund_fen, ledger=moved.out_fen)
    else:
        kind = _K.PREMIUM_SHORT if net < row.due_fen else _K.PREMIUM_OVERPAID
        yield _of_row(kind, row, ledger_fen=net, ours=row.due_fen, ledger=net)


def _against_statement(
    rows: Sequence[PremiumRow], statement: Sequence[StatementRow], elsewhere: Mapping[UUID, PremiumRow]
) -> Iterator[Difference]:
    ours = {row.policy_id: row for row in rows}
    seen: Counter[UUID] = Counter()
    for line in statement:
        theirs = line.premium_fen - line.refund_fen
        seen[line.policy_id] += 1
        known = ours.get(line.policy_id) or elsewhere.get(line.policy_id)
        if known is None:
            yield _of_line(_K.STATEMENT_UNKNOWN, line, line.certificate_number, theirs)
        elif seen[line.policy_id] > 1:
            yield _of_line(_K.STATEMENT_TWICE, line, known.certificate_number, theirs)
        elif line.policy_id not in ours:
            on = known.on.isoformat()
            yield _of_line(_K.STATEMENT_OTHER_MONTH, line, known.certificate_number, theirs, on=on)
        else:
            yield from _line(known, line, theirs)
    for row in rows:
        if row.issued and row.due_fen and not seen[row.policy_id]:
            yield _of_row(_K.STATEMENT_MISSES, row, ours=row.due_fen)


def _line(row: PremiumRow, line: StatementRow, theirs: int) -> Iterator[Difference]:
    if not row.issued:
        if theirs:  # bought too late and cancelled comes to nothing, and is none of our business
            yield _of_line(_K.STATEMENT_NEVER_ISSUED, line, "", theirs, ours_fen=0)
        return
    if line.premium_fen != row.premium_fen:
        yield _of_row(
            _K.STATEMENT_PREMIUM, row, theirs_fen=theirs, ours=row.premium_fen, theirs=line.premium_fen
        )
    elif line.refund_fen != row.refund_fen:
        yield _of_row(
            _K.STATEMENT_REFUND, row, theirs_fen=theirs, ours=row.refund_fen, theirs=line.refund_fen
        )
    if line.certificate_number != row.certificate_number:
        other = line.certificate_number[:64] or "—"
        yield _of_row(_K.STATEMENT_CERTIFICATE, row, theirs_fen=theirs, other=other)
    if line.on is not None and line.on != row.on:
        yield _of_row(_K.STATEMENT_DAY, row, theirs_fen=theirs, other=line.on.isoformat())


def _of_row(
    kind: DifferenceKind,
    row: PremiumRow,
    *,
    ledger_fen: int | None = None,
    theirs_fen: int | None = None,
    **words: int | str,
) -> Difference:
    return _difference(
        kind,
        row.policy_id,
        certificate=row.certificate_number,
        ours_fen=row.due_fen,
        ledger_fen=ledger_fen,
        theirs_fen=theirs_fen,
        on=row.on.isoformat(),
        **words,
    )


def _of_line(
    kind: DifferenceKind,
    line: StatementRow,
    certificate: str,
    theirs: int,
    *,
    ours_fen: int | None = None,
    on: str = "",
) -> Difference:
    return _difference(
        kind,
        line.policy_id,
        certificate=certificate,
        ours_fen=ours_fen,
        theirs_fen=theirs,
        theirs=theirs,
        line=str(line.line),
        on=on,
    )


def _difference(
    kind: DifferenceKind,
    policy_id: UUID,
    *,
    certificate: str = "",
    ours_fen: int | None = None,
    ledger_fen: int | None = None,
    theirs_fen: int | None = None,
    **words: int | str,
) -> Difference:
    """Words that are numbers are fen and shown in yuan."""
    shown = {name: yuan(word) if isinstance(word, int) else word for name, word in words.items()}
    shown |= {"policy": str(policy_id), "certificate": certificate or str(policy_id)}
    zh, en = _WORDS[kind]
    return Difference(
        kind=kind,
        policy_id=policy_id,
        certificate_number=certificate,
        ours_fen=ours_fen,
        ledger_fen=ledger_fen,
        theirs_fen=theirs_fen,
        zh=zh.format_map(shown),
        en=en.format_map(shown),
    )


# -- loss ratio ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TradeSums:
    """What a trade's cell is made of; `people` are distinct workers."""

    trade: str
    policies: int
    people: int
    premium_fen: int
    claims_fen: int

    @property
    def small(self) -> bool:
        return self.policies < FEWEST or self.people < FEWEST


def masked(sums: Sequence[TradeSums]) -> frozenset[str]:
    """Trades whose figures are not shown.

    Small cells, and then as many of the next smallest as it takes: what is hidden together, which the
    total gives away by subtraction, must be two cells at least with enough policies, and one of them with
    enough people, behind it.
    """
    hidden = [one for one in sums if one.small]
    shown = sorted((one for one in sums if not one.small), key=lambda one: (one.policies, one.trade))
    while hidden and shown and not _blurred(hidden):
        hidden.append(shown.pop(0))
    return frozenset(one.trade for one in hidden)


def _blurred(hidden: Sequence[TradeSums]) -> bool:
    policies, people = sum(one.policies for one in hidden), max(one.people for one in hidden)
    return len(hidden) > 1 and policies >= FEWEST and people >= FEWEST


def loss_cells(sums: Sequence[TradeSums], total_people: int) -> tuple[tuple[LossCell, ...], LossCell]:
    """The cells, masked where they must be, and the total, which is hidden too when what is hidden
    cannot be blurred. `total_people` are the distinct workers of all trades."""
    hidden = masked(sums)
    total = TradeSums(
        trade="",
        policies=sum(one.policies for one in sums),
        people=total_people,
        premium_fen=sum(one.premium_fen for one in sums),
        claims_fen=sum(one.claims_fen for one in sums),
    )
    gives_away = bool(hidden) and not _blurred([one for one in sums if one.trade in hidden])
    cells = tuple(_cell(one, hide=one.trade in hidden) for one in sums)
    return cells, _cell(total, hide=gives_away or (total.small and total.policies > 0))


def _cell(one: TradeSums, *, hide: bool) -> LossCell:
    if hide:
        return LossCell(one.trade, None, None, None, None, masked=True)
    permille = None
    if one.premium_fen > 0:
        permille = (2_000 * one.claims_fen + one.premium_fen) // (2 * one.premium_fen)  # half up
    return LossCell(one.trade, one.policies, one.premium_fen, one.claims_fen, permille, masked=False)
