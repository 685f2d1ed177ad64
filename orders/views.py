"""What reading orders returns: evaluated, frozen, safe to leave its county. Money in fen, moments UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from orders.contracts import Point


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order as anybody of the county may see it."""

    id: UUID
    number: str
    state: str
    end_reason: str
    trade: str
    title: str
    description: str
    address: str
    point: Point | None
    day: date
    starts_at: datetime
    ends_at: datetime
    break_minutes: int
    headcount: int
    free_places: int
    basis: str
    rate_fen: int
    quantity_expected: int
    quantity_max: int
    unit: str
    wage_max_fen: int
    insured: bool
    certificate: str
    employer_id: UUID
    published_at: datetime | None
    expires_at: datetime
    filled_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    distance_m: int | None = None


@dataclass(frozen=True, slots=True)
class CoverView:
    """A policy as both sides see it. `status`: waiting (for the insurer, or for its beginning), in_force,
    refused, over."""

    policy_id: UUID
    layer: str
    status: str
    state: str
    insurer: str
    certificate_number: str
    slip: str
    covers_from: datetime | None
    covers_until: datetime


@dataclass(frozen=True, slots=True)
class AssignmentView:
    """One worker's place in an order. `cover` is none, or the state of the employer's policy; `covers` are
    the live policies of all layers, or else the newest that failed."""

    id: UUID
    order_id: UUID
    worker_id: UUID
    place_no: int
    state: str
    end_reason: str
    won_at: datetime
    undo_until: datetime
    checked_in_at: datetime | None
    checked_out_at: datetime | None
    quantity: int | None
    wage_max_fen: int
    wage_fen: int | None
    compensation_fen: int
    cover: str
    covers: tuple[CoverView, ...]
    silence_at: datetime | None
    confirmed_by: str
    paid_at: datetime | None


@dataclass(frozen=True, slots=True)
class WorkerAssignment:
    """A row of a worker's own list."""

    assignment: AssignmentView
    order: OrderView


@dataclass(frozen=True, slots=True)
class Roster:
    """A row of the employer's list: a place with who has it, name masked."""

    assignment: AssignmentView
    worker_name: str


@dataclass(frozen=True, slots=True)
class OrderDetail:
    """`money` is set for the employer's side, `roster` too; `mine` for a worker who has a place."""

    order: OrderView
    roster: tuple[Roster, ...] = ()
    mine: AssignmentView | None = None
    money: OrderMoney | None = None


@dataclass(frozen=True, slots=True)
class OrderMoney:
    premium_per_head_fen: int
    fee_per_head_fen: int
    total_fen: int
    escrow_fen: int
    held_fen: int
    wage_paid_fen: int
    fee_paid_fen: int
    premium_paid_fen: int
    compensation_fen: int


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """`machine` is order or assignment; `subject` is the order's or the assignment's id."""

    at: datetime
    machine: str
    subject: UUID
    frm: str
    to: str
    channel: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReviewView:
    assignment_id: UUID
    direction: str
    rating: int
    text: str
    written_at: datetime


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Rows with the position after the last of them (a JSON value; doors seal it), None at the end."""

    rows: tuple[T, ...]
    after: list[Any] | None


@dataclass(frozen=True, slots=True)
class FeedPage:
    """`since` is the position to wait from: ask again with it and only news comes back."""

    rows: tuple[OrderView, ...]
    after: list[Any] | None
    since: int
