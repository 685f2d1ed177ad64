"""What crosses this room's border. Amounts are whole fen, moments market time, aware UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from compliance.fund.states import ProgramState


class Party(StrEnum):
    """Who may decline basic cover: a worker or an employer for good, or for one order."""

    WORKER = "worker"
    EMPLOYER = "employer"
    ORDER = "order"


class Target(StrEnum):
    """Where public money for cover lies: the fund for basic cover, or the reserve for dearer fallbacks."""

    FUND = "fund"
    RESERVE = "reserve"


@dataclass(frozen=True, slots=True)
class ProgramView:
    """Basic cover for a span of days, both included. `spent_fen` is what was drawn and not given back,
    `remaining_fen` what the budget still allows; how much money lies in the fund is another figure."""

    id: UUID
    name: str
    from_day: date
    to_day: date
    budget_fen: int
    slice_fen: int
    spent_fen: int
    remaining_fen: int
    state: ProgramState
    started_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Drawn:
    """A premium of basic cover that was paid to the insurer's account. `occasion` tells several draws
    of one policy apart (`bind`, or the further day that was added)."""

    policy_id: UUID
    occasion: str
    program_id: UUID
    insurer: str
    amount_fen: int
    returned_fen: int
    drawn_at: datetime


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """What the reserve paid for a policy of a dearer fallback insurer."""

    policy_id: UUID
    insurer: str
    amount_fen: int
    returned_fen: int
    paid_at: datetime


@dataclass(frozen=True, slots=True)
class ReserveView:
    """The declared account; `document` is the paper that declares it."""

    id: UUID
    document: str
    declared_at: datetime
    balance_fen: int


@dataclass(frozen=True, slots=True)
class FundView:
    """`balance_fen` lies in the fund and in no slice; `sliced_fen` lies in the slices of all programs."""

    balance_fen: int
    sliced_fen: int
    programs: tuple[ProgramView, ...]
    reserve: ReserveView | None


@dataclass(frozen=True, slots=True)
class DepositView:
    """Public money that came in (`amount_fen` > 0) or went back (< 0); `reference` is the bank's."""

    id: UUID
    target: Target
    amount_fen: int
    reference: str
    transfer_id: UUID
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """Somebody's choice about basic cover, with who made it, when and through which channel."""

    id: UUID
    party: Party
    party_id: UUID
    declined: bool
    reason: str
    by: str
    channel: str
    at: datetime
