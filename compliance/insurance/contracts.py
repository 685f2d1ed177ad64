"""What crosses this room's border. Moments are market time, aware UTC, unless they are called real."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from compliance.insurance.states import WAITING, AmendmentState, ConnectionState, PolicyState
from compliance.rates.contracts import Layer, Starts


class Payer(StrEnum):
    """Who pays the premium: the employer out of the order's escrow, or the county's fund."""

    EMPLOYER = "employer"
    FUND = "fund"


class Change(StrEnum):
    """What an amendment changes."""

    WORKER_REPLACED = "worker_replaced"
    DAY_ADDED = "day_added"


@dataclass(frozen=True, slots=True)
class ConnectionView:
    """How a county reaches one insurer. `base_url` is empty for an adapter that calls nobody.

    `fallback_after_minutes` of market time without an answer let the next insurer be asked; None never
    does. `open_until` (real) is set while the breaker keeps calls back; `waiting` and `untold` count
    policies without an answer and cancellations not yet acknowledged.
    """

    insurer: str
    adapter: str
    base_url: str
    has_public_key: bool
    fallback_after_minutes: int | None
    state: ConnectionState
    failures: int
    open_until: datetime | None
    last_error: str
    last_ok_at: datetime | None
    connected_at: datetime
    waiting: int
    untold: int


@dataclass(frozen=True, slots=True)
class PolicyView:
    """One person's cover for one place: `days` days from the day `on`.

    `covers_from` is set once issued: nobody starts before it. `covers_until` is the midnight after the
    last day. `slip` is a short code that answers "am I covered?". `employer_premium_fen` is the
    employer's part of the premium, the rest the fund's or the reserve's. `amending` tells that a change
    waits for the insurer; `replacing` that it is another worker whom the insurer has not taken, so that
    nobody is covered. A further day that waits leaves the days before it covered.
    """

    id: UUID
    assignment_id: UUID
    order_id: UUID
    worker_id: UUID
    trade: str
    on: date
    days: int
    insurer: str
    product: str
    layer: Layer
    payer: Payer
    starts: Starts
    table_version_id: UUID
    table_version: int
    level: str
    heads: int
    risk_class: int
    premium_fen: int
    employer_premium_fen: int
    death_disability_cover_fen: int
    medical_cover_fen: int
    state: PolicyState
    certificate_number: str
    certificate_file_id: UUID | None
    certificate_sha256: str
    refusal_reason: str
    refund_fen: int
    slip: str
    replaces: UUID | None
    amending: bool
    requested_at: datetime
    issued_at: datetime | None
    covers_from: datetime | None
    covers_until: datetime
    started_at: datetime | None
    ended_at: datetime | None
    replacing: bool = False

    @property
    def in_force(self) -> bool:
        """Whether the insurer carries the risk: the start code may be given, from `covers_from` on."""
        return self.state in {PolicyState.ISSUED, PolicyState.ACTIVE} and not self.replacing

    @property
    def status(self) -> str:
        """For people: waiting, in_force, refused or over."""
        if self.in_force:
            return "in_force"
        if self.state in WAITING or (self.state is PolicyState.ISSUED and self.replacing):
            return "waiting"
        refused = {PolicyState.REFUSED, PolicyState.TIMED_OUT, PolicyState.CANCELLED}
        return "refused" if self.state in refused else "over"


@dataclass(frozen=True, slots=True)
class AmendmentView:
    """A change of an issued policy. `extra_fen` is what it adds to the premium, below zero for less."""

    id: UUID
    policy_id: UUID
    number: int
    change: Change
    state: AmendmentState
    days: int
    premium_fen: int
    extra_fen: int
    asked_at: datetime
    answered_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Cancellation:
    """What cancelling gives back: `refund_fen` of the premium in all, `employer_refund_fen` of it to the
    employer; the fund's and the reserve's parts go back to them."""

    policy_id: UUID
    payer: Payer
    premium_fen: int
    refund_fen: int
    employer_refund_fen: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """An answer to "am I covered today?" for one policy. The name is masked."""

    covered: bool
    worker_name: str
    insurer: str
    insurer_name: str
    layer: Layer
    state: PolicyState
    certificate_number: str
    slip: str
    trade: str
    covers_from: datetime | None
    covers_until: datetime
    death_disability_cover_fen: int
    medical_cover_fen: int
