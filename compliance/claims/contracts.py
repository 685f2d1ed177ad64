"""What crosses this room's border. Frozen; money in fen, moments market time in aware UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from compliance.claims.states import ClaimState


class Reporter(StrEnum):
    """Whose word the report is."""

    WORKER = "worker"
    EMPLOYER = "employer"
    STATION = "station"
    HALL = "hall"


class Due(StrEnum):
    """What the insurer owes next, with its source in the Insurance Law of the PRC."""

    ANSWER = "answer"  # art. 22: says at once, and once, which papers are missing
    DECISION = "decision"  # art. 23: within 30 days of claim and papers
    PAYMENT = "payment"  # art. 23: within 10 days of the agreement


@dataclass(frozen=True, slots=True)
class ClaimFile:
    """What the order knows of the place of work, copied when the claim is opened: later changes of the
    order do not change it. No name, no number of a person. `checked_in_at` and `checked_out_at` are the
    attendance that counted; `attendance_channel` tells who checked in by which way."""

    order_id: UUID
    order_number: str
    assignment_id: UUID
    worker_id: UUID
    employer_id: UUID
    trade: str
    title: str
    address: str
    day: date
    starts_at: datetime
    ends_at: datetime
    place_no: int
    checked_in_at: datetime | None
    checked_out_at: datetime | None
    attendance_channel: str
    policies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A claim without anybody's words: fit for lists, lists of premiums and statistics.

    `cover_fen` is the most that the policy pays for all its claims; `due_at` the moment by which `due`
    is owed, None while the ball is on the claimant's side or nothing is owed; `overdue_since` set once
    the moment has passed."""

    id: UUID
    number: str
    policy_id: UUID
    certificate_number: str
    insurer: str
    layer: str
    order_id: UUID
    assignment_id: UUID
    worker_id: UUID
    employer_id: UUID
    trade: str
    on: date
    state: ClaimState
    injured: bool
    reporter: Reporter
    channel: str
    happened_at: datetime
    reported_at: datetime
    acknowledged_at: datetime | None
    insurer_reference: str
    cover_fen: int
    accepted_fen: int | None
    reason_code: str
    decided_at: datetime | None
    paid_fen: int | None
    payment_reference: str
    paid_at: datetime | None
    ended_at: datetime | None
    due: Due | None
    due_at: datetime | None
    overdue_since: datetime | None


@dataclass(frozen=True, slots=True)
class PaperWanted:
    """One paper that the insurer asks for: a short code and a sentence for the claimant."""

    code: str
    note: str = field(default="", repr=False)


class Step(StrEnum):
    """What an insurer's letter says."""

    ACKNOWLEDGED = "acknowledged"
    PAPERS_WANTED = "papers_wanted"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    PAID = "paid"


@dataclass(frozen=True, slots=True)
class InsurerLetter:
    """An insurer's answer on paper. `papers` for PAPERS_WANTED, `amount_fen` for ACCEPTED and PAID,
    `reason` (a short code) and `reason_text` for REJECTED."""

    step: Step
    reference: str = ""
    papers: tuple[PaperWanted, ...] = ()
    amount_fen: int | None = None
    reason: str = ""
    reason_text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class PapersRequest:
    id: UUID
    papers: tuple[PaperWanted, ...]
    asked_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class ClaimDocument:
    """A file of the claim. `role` is `picture` (of the accident) or `paper`."""

    file_id: UUID
    role: str
    added_at: datetime
    added_by: Reporter
    media_type: str
    size: int
    sha256: str
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ClaimMove:
    """One line of the timeline. Actors are named by channel only."""

    at: datetime
    frm: str
    to: str
    channel: str
    reason: str


@dataclass(frozen=True, slots=True)
class ClaimDetail:
    """A claim with the words of those concerned and its whole file, for its parties, the insurer and the
    county's officers. The texts are opened for this answer alone; repr shows none of them."""

    claim: ClaimView
    what: str = field(repr=False)
    where: str = field(repr=False)
    hospital: str = field(repr=False)
    reason: str = field(repr=False)
    file: ClaimFile = field(repr=False)
    documents: tuple[ClaimDocument, ...] = ()
    requests: tuple[PapersRequest, ...] = ()
    timeline: tuple[ClaimMove, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One line of statistics, by state, trade or insurer. Amounts in fen."""

    key: str
    claims: int
    accepted_fen: int
    paid_fen: int


@dataclass(frozen=True, slots=True)
class ClaimStatistics:
    """Claims reported on the Shanghai days `first` to `last`. `days_to_decision` counts decided claims by
    whole days, in the buckets of `rules.DECISION_DAYS` (upper bounds; the last one is open, key -1); the
    quantiles are upper bounds of their buckets, None where nothing was decided or in the open bucket."""

    first: date
    last: date
    claims: int
    decided: int
    overdue: int
    overdue_ever: int
    accepted_fen: int
    paid_fen: int
    by_state: tuple[ClaimLine, ...]
    by_trade: tuple[ClaimLine, ...]
    by_insurer: tuple[ClaimLine, ...]
    days_to_decision: Mapping[int, int]
    days_to_decision_p50: int | None
    days_to_decision_p95: int | None
