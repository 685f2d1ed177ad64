"""What crosses this room's boundary: commands in, results out. Frozen; money in fen, moments aware UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from kernel.errors import DomainError

MAX_HEADCOUNT = 500


class PayBasis(StrEnum):
    """How a wage is reckoned. `quantity` is minutes for HOUR, pieces for PIECE, and 1 otherwise;
    `rate_fen` is per hour, per day, per piece, or the whole lump, always a head."""

    HOUR = "hour"
    DAY = "day"
    PIECE = "piece"
    LUMP = "lump"


BASIS_CODES: Mapping[PayBasis, int] = {
    PayBasis.HOUR: 1,
    PayBasis.DAY: 2,
    PayBasis.PIECE: 3,
    PayBasis.LUMP: 4,
}
"""How facts, whose values are whole numbers, say it. Never changed, only added to."""


class Datum(StrEnum):
    """What a pair of coordinates refers to. Chinese maps use GCJ-02, GPS WGS-84, Baidu BD-09."""

    GCJ02 = "GCJ-02"
    WGS84 = "WGS-84"
    BD09 = "BD-09"


class Direction(StrEnum):
    """Who reviews whom."""

    OF_EMPLOYER = "of_employer"
    OF_WORKER = "of_worker"


@dataclass(frozen=True, slots=True)
class Point:
    """Millionths of a degree (about 0.1 m), so no float is compared or stored."""

    lat_e6: int
    lon_e6: int
    datum: Datum = Datum.GCJ02


@dataclass(frozen=True, slots=True)
class Pay:
    """`quantity_expected`/`quantity_max`: minutes (HOUR; None = the scheduled time) or pieces
    (PIECE; both required); must be None for DAY and LUMP. `unit` names the piece (篮, basket)."""

    basis: PayBasis
    rate_fen: int
    quantity_expected: int | None = None
    quantity_max: int | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class OrderTerms:
    """What the employer asks for. One business day (Asia/Shanghai). `break_minutes` are unpaid and
    lie inside the times. `expires_at` is when free places close; None = the county's `expire_hours`
    after work starts. `insured` is the employer's own top-up, at `cover_level` (empty: the table's first);
    `cover_quote_id` holds a price that was quoted
    earlier and still stands. `basic_cover` False declines the cover that the county's fund pays where it
    has a program."""

    trade: str
    title: str
    address: str
    starts_at: datetime
    ends_at: datetime
    headcount: int
    pay: Pay
    insured: bool
    description: str = ""
    point: Point | None = None
    break_minutes: int = 0
    expires_at: datetime | None = None
    basic_cover: bool = True
    cover_level: str = ""
    cover_quote_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """What an order would cost. total = headcount x (wage_max + premium + fee) a head; whatever of
    it is not earned comes back. The floor shown is the one the pay was checked against."""

    trade: str
    day: date
    headcount: int
    insured: bool
    wage_max_per_head_fen: int
    premium_per_head_fen: int
    fee_per_head_fen: int
    wage_max_fen: int
    premium_fen: int
    fee_fen: int
    total_fen: int
    floor_hour_fen: int
    offered_hour_fen: int
    risk_class: int
    rate_table_version_id: UUID | None
    cover_quote_id: UUID | None
    cover_quote_expires_at: datetime | None
    insurer: str
    product: str
    cover_level: str
    cover_starts: str
    insurable_ages: tuple[int, int] | None
    death_disability_cover_fen: int
    medical_cover_fen: int
    certificate: str | None


@dataclass(frozen=True, slots=True)
class QuoteOrder:
    """`employer_id` None = the actor's own."""

    terms: OrderTerms
    employer_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class PublishOrder:
    """Quote and publish are the same command; publishing funds the escrow with the quote's total."""

    terms: OrderTerms
    employer_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Published:
    order_id: UUID
    number: str
    state: str
    escrow_fen: int
    quote: Quote


@dataclass(frozen=True, slots=True)
class GrabOrder:
    """`worker_id` None = the actor's own; an operator with `act_for` names somebody."""

    order_id: UUID
    worker_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Won:
    """`cover_id` is the requested policy of an insured order, `basic_cover_id` that of the fund's cover.
    Undo is possible before `undo_until`;
    `filled` tells that this was the last free place."""

    assignment_id: UUID
    order_id: UUID
    number: str
    place_no: int
    state: str
    wage_max_fen: int
    cover_id: UUID | None
    basic_cover_id: UUID | None
    undo_until: datetime
    filled: bool


@dataclass(frozen=True, slots=True)
class UndoGrab:
    assignment_id: UUID


@dataclass(frozen=True, slots=True)
class ShowStartCode:
    """The employer's side asks for the code that the worker on site then types in.
    `renew` makes a new one and frees a locked check-in."""

    assignment_id: UUID
    renew: bool = False


@dataclass(frozen=True, slots=True)
class ShownCode:
    assignment_id: UUID
    code: str = field(repr=False)
    tries_left: int


@dataclass(frozen=True, slots=True)
class CheckIn:
    assignment_id: UUID
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """When `refused` is set the worker is not checked in, and the door raises it AFTER its county
    transaction has committed: a wrong try must be counted, and raising inside would undo that."""

    assignment_id: UUID
    state: str
    checked_in_at: datetime | None
    refused: DomainError | None = None


@dataclass(frozen=True, slots=True)
class CheckOut:
    """`pieces` is the worker's own count for piece work, None otherwise."""

    assignment_id: UUID
    pieces: int | None = None


@dataclass(frozen=True, slots=True)
class CheckedOut:
    """`quantity` is what attendance makes of it: minutes, pieces or 1. `wage_fen` is before correction."""

    assignment_id: UUID
    state: str
    checked_out_at: datetime
    quantity: int
    wage_fen: int
    silence_at: datetime


@dataclass(frozen=True, slots=True)
class Correction:
    """The quantity that is right, 1..maximum: minutes (HOUR) or pieces (PIECE)."""

    assignment_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class ConfirmOrder:
    """One list for the whole order: everybody who has finished is confirmed, with corrections."""

    order_id: UUID
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True, slots=True)
class PaidPlace:
    assignment_id: UUID
    worker_id: UUID
    quantity: int
    wage_fen: int
    fee_fen: int


@dataclass(frozen=True, slots=True)
class Confirmed:
    """`refund_fen` went back to the employer when the order settled."""

    order_id: UUID
    state: str
    paid: tuple[PaidPlace, ...]
    wage_fen: int
    fee_fen: int
    refund_fen: int


@dataclass(frozen=True, slots=True)
class CancelOrder:
    order_id: UUID
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """`compensation_fen` went to booked workers, `refund_fen` back to the employer."""

    order_id: UUID
    state: str
    compensation_fen: int
    refund_fen: int


@dataclass(frozen=True, slots=True)
class ReplaceWorker:
    """`worker_id` is the one who takes the place over; he stands at the hall."""

    assignment_id: UUID
    worker_id: UUID


@dataclass(frozen=True, slots=True)
class AddCoverDay:
    assignment_id: UUID


@dataclass(frozen=True, slots=True)
class MarkNoShow:
    assignment_id: UUID


@dataclass(frozen=True, slots=True)
class WriteReview:
    """OF_EMPLOYER is written by the worker, OF_WORKER by the employer's side; once each, after pay."""

    assignment_id: UUID
    direction: Direction
    rating: int
    text: str = ""


class Party(StrEnum):
    WORKER = "worker"
    EMPLOYER = "employer"


@dataclass(frozen=True, slots=True)
class ShowContact:
    """`of` is whose number is asked for: the worker asks for the employer's and the other way round."""

    assignment_id: UUID
    of: Party


@dataclass(frozen=True, slots=True)
class ReportClaim:
    """An accident at work. `happened_at` tells which cover was in force; `pictures` are ids of files that
    the actor has stored. The words are sealed by the room of claims."""

    assignment_id: UUID
    happened_at: datetime
    what: str = field(repr=False)
    where: str = field(repr=False)
    injured: bool
    hospital: str = field(default="", repr=False)
    pictures: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundWork:
    """Somebody's insured work, found for a report at a counter; the name masked."""

    assignment_id: UUID
    worker_name: str
    order_number: str
    title: str
    day: date
    starts_at: datetime
    ends_at: datetime
    insurers: tuple[str, ...]
