"""The city report as its readers get it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

SMALL_CELL = 5
"""Fewer cases than this are not made a ratio of."""


class GroupBy(StrEnum):
    COUNTY = "county"
    DAY = "day"
    TRADE = "trade"


class FreshnessState(StrEnum):
    """MISSING has never been folded; BEHIND has facts waiting, or its folder stands still."""

    FRESH = "fresh"
    BEHIND = "behind"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class FillQuantile:
    """Seconds from posting to taking: more than one bound, at most the next; `at_most` is None in the
    open bucket, and the first holds 0 too. Bucket bounds are fixed, so a recount gives the same."""

    more_than: int
    at_most: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums of one group, money in fen. Shares are of settled orders and places, in basis points rounded
    half up, None when nothing was settled. Premiums are counted when a policy is issued, by who pays them."""

    orders_posted: int = 0
    places_posted: int = 0
    orders_settled: int = 0
    insured_orders: int = 0
    places_settled: int = 0
    insured_places: int = 0
    workers: int = 0
    employers: int = 0
    wages_fen: int = 0
    fees_fen: int = 0
    premiums_fen: int = 0
    orders_cancelled: int = 0
    orders_expired: int = 0
    no_shows: int = 0
    places_filled: int = 0
    places_paid: int = 0
    workers_registered: int = 0
    employers_registered: int = 0
    withdrawals: int = 0
    withdrawn_fen: int = 0
    policies_issued: int = 0
    policies_refused: int = 0
    policies_timed_out: int = 0
    policies_cancelled: int = 0
    basic_places: int = 0
    fund_premiums_fen: int = 0
    employer_premiums_fen: int = 0
    premiums_amended_fen: int = 0
    premiums_refunded_fen: int = 0
    claims_reported: int = 0
    claims_overdue: int = 0
    claims_accepted: int = 0
    claims_rejected: int = 0
    claims_accepted_fen: int = 0
    claims_paid: int = 0
    claims_paid_fen: int = 0
    fill_p50: FillQuantile | None = None
    fill_p95: FillQuantile | None = None

    @property
    def insured_orders_bp(self) -> int | None:
        return _share_bp(self.insured_orders, self.orders_settled)

    @property
    def insured_places_bp(self) -> int | None:
        return _share_bp(self.insured_places, self.places_settled)

    @property
    def loss_ratio_bp(self) -> int | None:
        """What insurers accepted to pay of what they earned (premiums as issued and amended, less refunds),
        in basis points; None below `SMALL_CELL` policies, of which it would tell one person's case."""
        issued_fen = self.fund_premiums_fen + self.employer_premiums_fen
        earned_fen = issued_fen + self.premiums_amended_fen - self.premiums_refunded_fen
        if self.policies_issued < SMALL_CELL or earned_fen <= 0:
            return None
        return _share_bp(self.claims_accepted_fen, earned_fen)


def _share_bp(part: int, whole: int) -> int | None:
    return (part * 20_000 + whole) // (2 * whole) if whole else None


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One group; what the report is not grouped by is None. `county` is the slug."""

    county_id: UUID | None
    county: str | None
    day: date | None
    trade: str | None
    figures: Figures


@dataclass(frozen=True, slots=True)
class CountyFreshness:
    """How current a county's part is. `waiting_facts` is None for a county never folded."""

    county_id: UUID
    county: str
    name: str
    name_en: str
    state: FreshnessState
    folded_at: datetime | None
    last_fact_recorded_at: datetime | None
    waiting_facts: int | None


@dataclass(frozen=True, slots=True)
class CityReport:
    """`total` counts a person once in the whole city, so its workers may be fewer than the rows' sum.
    `freshness` names every county asked for."""

    first: date
    last: date
    rows: tuple[ReportRow, ...]
    total: Figures
    freshness: tuple[CountyFreshness, ...]

    @property
    def behind(self) -> tuple[str, ...]:
        """Slugs of counties whose figures are not complete up to now."""
        return tuple(c.county for c in self.freshness if c.state is not FreshnessState.FRESH)
