"""What crosses this room's border. Amounts are whole fen; a month is its first day. No list holds a name,
a number or a word of a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from compliance.bordereau.states import SettlementState


class ListFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class PremiumRow:
    """One policy. `premium_fen` was charged once the policy was issued, `refund_fen` of it came back;
    of one never issued both are 0. `due_fen` is what the county owes the insurer for it."""

    policy_id: UUID
    certificate_number: str
    product: str
    layer: str
    payer: str
    order_id: UUID
    trade: str
    on: date
    state: str
    issued: bool
    premium_fen: int
    refund_fen: int

    @property
    def due_fen(self) -> int:
        return self.premium_fen - self.refund_fen


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One claim that was reported, decided or paid in the span."""

    claim_id: UUID
    number: str
    policy_id: UUID
    certificate_number: str
    trade: str
    on: date
    state: str
    reported_on: date
    accepted_fen: int
    paid_fen: int


@dataclass(frozen=True, slots=True)
class Totals:
    """`policies` counts issued ones; rows of policies that never were cover add nothing."""

    policies: int
    premium_fen: int
    refund_fen: int
    due_fen: int
    claims: int
    accepted_fen: int
    paid_fen: int


@dataclass(frozen=True, slots=True)
class Bordereau:
    """An insurer's list for the Shanghai days `first` to `last`, by the day worked."""

    insurer: str
    first: date
    last: date
    premium_rows: tuple[PremiumRow, ...]
    claim_rows: tuple[ClaimRow, ...]
    totals: Totals


@dataclass(frozen=True, slots=True)
class IssuedList:
    """A list as it was stored for closed days, with the SHA-256 of each file."""

    id: UUID
    insurer: str
    first: date
    last: date
    files: Mapping[ListFormat, UUID]
    digests: Mapping[ListFormat, str]
    totals: Mapping[str, int]
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One line of an insurer's own statement. `line` is where it stands in its file; `on` is None where
    the file has no such column."""

    line: int
    policy_id: UUID
    certificate_number: str
    premium_fen: int
    refund_fen: int
    on: date | None = None


@dataclass(frozen=True, slots=True)
class StatementView:
    """An insurer's statement as received. The newest one of a month counts."""

    id: UUID
    insurer: str
    month: date
    file_id: UUID
    sha256: str
    rows: int
    received_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class LedgerSum:
    """What the ledger moved for one policy through the insurer's account."""

    into_fen: int
    out_fen: int


class DifferenceKind(StrEnum):
    """What can differ between policies, ledger and statement."""

    PREMIUM_UNPAID = "premium_unpaid"
    PREMIUM_SHORT = "premium_short"
    PREMIUM_OVERPAID = "premium_overpaid"
    REFUND_MISSING = "refund_missing"
    REFUND_TOO_MUCH = "refund_too_much"
    PAID_NEVER_ISSUED = "paid_never_issued"
    PAYMENT_STRAY = "payment_stray"
    SETTLEMENT_STRAY = "settlement_stray"
    STATEMENT_MISSES = "statement_misses"
    STATEMENT_UNKNOWN = "statement_unknown"
    STATEMENT_TWICE = "statement_twice"
    STATEMENT_OTHER_MONTH = "statement_other_month"
    STATEMENT_NEVER_ISSUED = "statement_never_issued"
    STATEMENT_PREMIUM = "statement_premium"
    STATEMENT_REFUND = "statement_refund"
    STATEMENT_CERTIFICATE = "statement_certificate"
    STATEMENT_DAY = "statement_day"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that does not agree. `subject` is the policy, or what a stray movement names. The three
    amounts are the net of each side, None where that side does not know the policy or was not asked."""

    kind: DifferenceKind
    policy_id: UUID
    certificate_number: str
    ours_fen: int | None
    ledger_fen: int | None
    theirs_fen: int | None
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A month three ways: `ours_fen` by policies, `ledger_fen` by transfers of the same policies,
    `theirs_fen` by the insurer's statement (None without one)."""

    insurer: str
    month: date
    policies: int
    ours_fen: int
    ledger_fen: int
    theirs_fen: int | None
    statement_id: UUID | None
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class SettlementView:
    """`amount_fen` is what the month's policies left in the insurer's account and no earlier settlement
    has moved: paid to the insurer, or below zero received from it (refunds after an earlier one)."""

    id: UUID
    insurer: str
    month: date
    state: SettlementState
    amount_fen: int | None
    differences: int | None
    accepted_reason: str
    drafted_by: str
    drafted_at: datetime
    reconciled_by: str
    reconciled_at: datetime | None
    approved_by: str
    approved_at: datetime | None
    paid_at: datetime | None
    payment_reference: str
    transfer_id: UUID | None


@dataclass(frozen=True, slots=True)
class LossCell:
    """A trade's premiums and claims. Everything is None where too few policies or people stand behind
    it, or where it would give another such cell away. `permille` is claims over premiums, by 1,000;
    None also where nothing was earned."""

    trade: str
    policies: int | None
    premium_fen: int | None
    claims_fen: int | None
    permille: int | None
    masked: bool


@dataclass(frozen=True, slots=True)
class LossRatio:
    """Of the county's policies by the day worked; claims are amounts accepted or paid, whenever that
    was. `total` has trade ''. `masked_trades` counts the masked cells."""

    first: date
    last: date
    insurer: str | None
    cells: tuple[LossCell, ...]
    total: LossCell
    masked_trades: int
