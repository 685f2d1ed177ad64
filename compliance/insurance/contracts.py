"""What crosses this room's border."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from compliance.insurance.states import PolicyState, TableState


@dataclass(frozen=True, slots=True)
class RateLine:
    """One risk class of a table: premium for a person and an order of up to one day, and the cover it
    buys. `risk_class` is 1 to 6; class 0 of an occupation map means not insurable."""

    risk_class: int
    premium_fen: int
    death_disability_cover_fen: int
    medical_cover_fen: int


@dataclass(frozen=True, slots=True)
class RateTableView:
    """One version of the county's rates. `intact` is false when the stored lines no longer match the
    digest taken when the table was drafted."""

    id: UUID
    product: str
    version: int
    effective_from: date
    state: TableState
    source: str
    lines: tuple[RateLine, ...]
    classes: Mapping[str, int]
    intact: bool


@dataclass(frozen=True, slots=True)
class CoverQuote:
    """Cover for `heads` people on one day. Replaying it from `table_version_id` gives the same fen."""

    table_version_id: UUID
    table_version: int
    trade: str
    risk_class: int
    heads: int
    premium_per_head_fen: int
    total_fen: int
    death_disability_cover_fen: int
    medical_cover_fen: int


@dataclass(frozen=True, slots=True)
class PolicyView:
    """One person's cover for one assignment. Moments are market time, aware UTC."""

    id: UUID
    assignment_id: UUID
    order_id: UUID
    worker_id: UUID
    trade: str
    on: date
    table_version_id: UUID
    risk_class: int
    premium_fen: int
    death_disability_cover_fen: int
    medical_cover_fen: int
    state: PolicyState
    certificate_number: str
    refusal_reason: str
    refund_fen: int
    requested_at: datetime
    bound_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def in_force(self) -> bool:
        """Whether the insurer carries the risk: the start code may be given."""
        return self.state in {PolicyState.BOUND, PolicyState.ACTIVE}
