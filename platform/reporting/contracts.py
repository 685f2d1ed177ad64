"""The city's figures as their readers ask for them and get them."""

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


class MetricKind(StrEnum):
    """How a metric is made. SUM adds up; RATIO and AVERAGE are made of two sums; QUANTILE of fixed buckets;
    PEOPLE counts distinct people; BALANCE is a stock: what flowed in and out up to the last day."""

    SUM = "sum"
    RATIO = "ratio"
    AVERAGE = "average"
    QUANTILE = "quantile"
    PEOPLE = "people"
    BALANCE = "balance"


class Dimension(StrEnum):
    """What figures are grouped by. At most one of the periods (DAY to YEAR); weeks begin on Monday."""

    COUNTY = "county"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    TRADE = "trade"
    TOWN = "town"
    STATION = "station"


class Compare(StrEnum):
    """What a figure is held against: as many days just before (whole months: as many months before), the
    same days of the year before, or the targets set for it."""

    PREVIOUS = "previous"
    YEAR = "year"
    TARGET = "target"


class Boundaries(StrEnum):
    """Whose the past of a merged county is. AS_WERE: of whoever was in charge that day, so a predecessor's
    days from the succession on are its successor's. TODAY: all of it is the successor's."""

    AS_WERE = "as_were"
    TODAY = "today"


@dataclass(frozen=True, slots=True)
class FigureQuery:
    """Figures of the Shanghai days `first` to `last`, both included. `counties` are slugs; None asks for
    all. `group_by` in the order rows are sorted by, unless `order_by` names one of `metrics`. `limit` and
    `after` page through the rows; the total is of all rows, whatever the page."""

    first: date
    last: date
    metrics: tuple[str, ...]
    counties: tuple[str, ...] | None = None
    trades: tuple[str, ...] | None = None
    towns: tuple[str, ...] | None = None
    stations: tuple[str, ...] | None = None
    group_by: tuple[Dimension, ...] = ()
    compare: Compare | None = None
    cumulative: bool = False
    boundaries: Boundaries = Boundaries.AS_WERE
    order_by: str | None = None
    descending: bool = True
    limit: int = 1000
    after: int = 0


@dataclass(frozen=True, slots=True)
class FigureValue:
    """One figure in the unit of its metric (fen, places, basis points, seconds); None when there is
    nothing to make it of. `before` is what it is compared with, `change` the difference, `change_bp` the
    same in basis points of `before`. `hidden`: so few cases that it would tell of one person; every number
    is then None."""

    metric: str
    value: int | None
    text_zh: str
    text_en: str
    before: int | None = None
    change: int | None = None
    change_bp: int | None = None
    target: int | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One group. `county` is the slug, `trade` the code; `first` and `last` bound its period, cut to the days
    asked for; what was not grouped by is None. `values` come in the order of the query's metrics."""

    county: str | None
    first: date | None
    last: date | None
    trade: str | None
    town: str | None
    station: str | None
    values: tuple[FigureValue, ...]


@dataclass(frozen=True, slots=True)
class FigureAnswer:
    """`total` is of everything asked for, with each person counted once. `compared` are the days held
    against; `behind` the slugs of counties whose figures are not complete, none when `complete`. `more`:
    rows follow this page. `freshness` names every county asked for, or, when they are very many, those on
    this page and those behind."""

    query: FigureQuery
    rows: tuple[FigureRow, ...]
    total: FigureRow
    compared: tuple[date, date] | None
    freshness: tuple[CountyFreshness, ...]
    behind: tuple[str, ...]
    complete: bool
    more: bool


@dataclass(frozen=True, slots=True)
class MetricEntry:
    """What the dictionary says of one metric. `unit` is `fen`, `basis points`, `seconds`, `people` or what
    is counted; `good` is +1 when more is better, -1 when less is, 0 when neither; `group` the theme it is
    shown under."""

    code: str
    kind: MetricKind
    unit: str
    zh: str
    en: str
    formula: str
    event: str
    day_cut: str
    good: int
    group: str
    group_zh: str
    group_en: str


class Span(StrEnum):
    """What a target is set for."""

    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class TargetView:
    """What is to be reached of a metric, in its unit, in the month or year from `starts` on; of the county of
    that slug, or of the whole city."""

    metric: str
    county: str | None
    span: Span
    starts: date
    value: int


@dataclass(frozen=True, slots=True)
class TargetChangeView:
    """Who set it to what, and when; None for no target."""

    before: int | None
    value: int | None
    actor: str
    channel: str
    at: datetime
