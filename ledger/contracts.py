"""What crosses the ledger's boundary. Amounts are whole fen, moments aware UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5


class AccountKind(StrEnum):
    """Guarded kinds belong to somebody (`owner_id`) and never go below zero. The others collect for
    the county: one account a kind, no owner; premiums payable are one account an insurer, owned by
    `partner_account_id` of its code.

    COVER_FUND is the government's money for basic cover, COVER_FUND_SLICE the part of it that premiums
    are drawn from (owner: the slice), COVER_RESERVE the county's declared account that pays what a
    dearer fallback insurer costs more.
    """

    WORKER_WALLET = "worker_wallet"
    EMPLOYER_WALLET = "employer_wallet"
    ORDER_ESCROW = "order_escrow"
    FEE_INCOME = "fee_income"
    PREMIUM_PAYABLE = "premium_payable"
    PENALTY_INCOME = "penalty_income"
    CHANNEL_CLEARING = "channel_clearing"
    COVER_FUND = "cover_fund"
    COVER_FUND_SLICE = "cover_fund_slice"
    COVER_RESERVE = "cover_reserve"


GUARDED: Final = frozenset(
    {
        AccountKind.WORKER_WALLET,
        AccountKind.EMPLOYER_WALLET,
        AccountKind.ORDER_ESCROW,
        AccountKind.COVER_FUND_SLICE,
    }
)
PER_PARTNER: Final = frozenset({AccountKind.PREMIUM_PAYABLE})
OWNED: Final = GUARDED | PER_PARTNER
WALLETS: Final = frozenset({AccountKind.WORKER_WALLET, AccountKind.EMPLOYER_WALLET})
# The clearing account mirrors what banks hold for the county, with the sign turned: below zero by
# exactly the money inside. Every other collecting account pays out only what it has.
UNCOVERED: Final = frozenset({AccountKind.CHANNEL_CLEARING})

_PARTNERS: Final = UUID("5b0f3c1e-6f0c-5c0b-9d53-0f4d2b6a7c11")


def partner_account_id(code: str) -> UUID:
    """The owner of a partner's collecting account: the UUID version 5 (RFC 9562) of its code, the same
    in every county."""
    return uuid5(_PARTNERS, code)


class Phase(StrEnum):
    """POSTED moves money at once. PENDING sets it aside; one POST or VOID resolves it."""

    POSTED = "posted"
    PENDING = "pending"
    POST = "post"
    VOID = "void"


class Direction(StrEnum):
    """Which way money crosses the channel: into a wallet or out of one."""

    TOP_UP = "top_up"
    WITHDRAWAL = "withdrawal"


@dataclass(frozen=True, slots=True)
class Line:
    """One transfer to make: `amount_fen` leaves `debit` and reaches `credit`.

    `purpose` is a short code (see `rules.PURPOSES`), `subject` the order, assignment or request
    that the money is about.
    """

    debit: UUID
    credit: UUID
    amount_fen: int
    purpose: str
    subject: UUID


@dataclass(frozen=True, slots=True)
class AccountView:
    """`available_fen` = balance - held. Of a collecting account the balance counts unfolded rows too."""

    id: UUID
    kind: AccountKind
    owner_id: UUID | None
    balance_fen: int
    held_fen: int

    @property
    def available_fen(self) -> int:
        return self.balance_fen - self.held_fen


@dataclass(frozen=True, slots=True)
class HoldView:
    """A pending transfer and what became of it: PENDING while open, else POST or VOID."""

    id: UUID
    debit: UUID
    credit: UUID
    amount_fen: int
    purpose: str
    subject: UUID
    expires_at: datetime | None
    phase: Phase
    posted_fen: int


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a statement: the last line already seen."""

    at: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line of an account's statement, signed as the account sees it.

    `amount_fen` changed the balance, `held_fen` what is set aside: summed over all lines they give
    the account's balance and held amount. `counter_kind` is the other side.
    """

    id: UUID
    at: datetime
    phase: Phase
    purpose: str
    subject: UUID
    counter_kind: AccountKind
    amount_fen: int
    held_fen: int


@dataclass(frozen=True, slots=True)
class Movement:
    """What one subject moved through an account under one purpose: `into_fen` came in, `out_fen` went
    out, `at` is when the first of it did."""

    subject: UUID
    purpose: str
    into_fen: int
    out_fen: int
    at: datetime


@dataclass(frozen=True, slots=True)
class StatementPage:
    """Newest first. `next` is None on the last page."""

    lines: tuple[StatementLine, ...]
    next: Cursor | None


@dataclass(frozen=True, slots=True)
class RequestView:
    """A top-up or withdrawal as its owner may see it; `failure` is the channel's short code."""

    id: UUID
    direction: Direction
    owner_kind: AccountKind
    owner_id: UUID
    amount_fen: int
    state: str
    failure: str
    requested_at: datetime
    resolved_at: datetime | None
