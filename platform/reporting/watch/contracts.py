"""What crosses the boundary of the watch: rules with their thresholds, alerts, the ticker. Money in fen,
shares in basis points, moments aware UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class AlertState(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


class HappeningKind(StrEnum):
    """POSTED an order; FILLED its last place; SETTLED an order; PAID one place."""

    POSTED = "posted"
    FILLED = "filled"
    SETTLED = "settled"
    PAID = "paid"


@dataclass(frozen=True, slots=True)
class HappeningView:
    """One line of the ticker. `county` is the slug; `amount_fen` what was promised or paid, 0 for FILLED."""

    id: int
    kind: HappeningKind
    county: str
    trade: str
    places: int
    amount_fen: int
    at: datetime


class Rule(StrEnum):
    DOUBLE_BOOKING = "double_booking"
    PAY_NORM = "pay_norm"
    UNINSURED = "uninsured"
    IDLE_HALL = "idle_hall"
    LATE_PAYOUT = "late_payout"


@dataclass(frozen=True, slots=True)
class Threshold:
    """One number of a rule: its unit, bounds, and what it is without any row in the table."""

    unit: str
    minimum: int
    maximum: int
    default: int
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class RuleText:
    """What a rule looks for, to a reader; `source` is why it is a rule."""

    zh: str
    en: str
    source: str


RULES: Mapping[Rule, RuleText] = {
    Rule.DOUBLE_BOOKING: RuleText(
        zh="同一人在两县的工作时间重叠",
        en="One person holds places in two counties at overlapping hours",
        source="the city's decision: nobody works in two places at once",
    ),
    Rule.PAY_NORM: RuleText(
        zh="报酬明显偏离全市同工种、同计酬方式的中位数",
        en="Pay far from the city's median of the trade and pay basis",
        source="保障农民工工资支付条例; a fence of quartiles as in Tukey, Exploratory Data Analysis (1977)",
    ),
    Rule.UNINSURED: RuleText(
        zh="投保订单占比骤降，超出随机波动",
        en="The insured share of settled orders falls by more than chance",
        source="two-proportion z-test on the county's own weeks before",
    ),
    Rule.IDLE_HALL: RuleText(
        zh="平日有业务的县连续多个工作日无发单、无登记",
        en="No order and no registration for working days on end in a county that usually has them",
        source="working days by the State Council's calendar, by weekdays where it is not yet published",
    ),
    Rule.LATE_PAYOUT: RuleText(
        zh="完工后报酬逾期未付或普遍付得过慢",
        en="Wages of finished work are overdue, or paid slowly as a rule",
        source="保障农民工工资支付条例; the day by which silence confirms is the county's policy",
    ),
}

_DAYS, _BP = "days", "basis points"

THRESHOLDS: Mapping[Rule, Mapping[str, Threshold]] = {
    Rule.DOUBLE_BOOKING: {
        "overlap_minutes": Threshold(
            "minutes", 1, 1_440, 30, zh="重叠至少的分钟数", en="Minutes of overlap from which it counts"
        ),
    },
    Rule.PAY_NORM: {
        "norm_days": Threshold(
            _DAYS, 7, 365, 56, zh="形成全市常态的天数", en="Days that make the city's norm"
        ),
        "recent_days": Threshold(_DAYS, 1, 90, 7, zh="检视最近的天数", en="Last days that are looked at"),
        "min_orders": Threshold(
            "orders", 10, 100_000, 50, zh="形成常态至少的订单数", en="Orders that a norm needs"
        ),
        "low_bp": Threshold(
            _BP, 500, 9_500, 6_000, zh="低于中位数的此比例", en="Low: at most this share of the median"
        ),
        "high_bp": Threshold(
            _BP, 10_500, 1_000_000, 20_000, zh="高于中位数的此比例", en="High: at least this share of it"
        ),
        "fence_tenths": Threshold(
            "tenths of the interquartile range",
            0,
            200,
            30,
            zh="且在四分位距的此倍数（十分之一）之外",
            en="And this many interquartile ranges, in tenths, outside the quartiles",
        ),
        "min_cases": Threshold("orders", 1, 10_000, 1, zh="至少的订单数", en="Orders from which it counts"),
    },
    Rule.UNINSURED: {
        "recent_days": Threshold(_DAYS, 1, 30, 3, zh="检视最近的天数", en="Last days that are looked at"),
        "base_days": Threshold(_DAYS, 7, 365, 28, zh="此前对照的天数", en="Days before, compared with"),
        "min_orders": Threshold(
            "orders", 5, 100_000, 20, zh="最近至少的订单数", en="Orders that the last days need"
        ),
        "min_base_orders": Threshold(
            "orders", 5, 1_000_000, 60, zh="对照期至少的订单数", en="Orders that the days before need"
        ),
        "drop_bp": Threshold(_BP, 100, 10_000, 1_500, zh="至少下降", en="Fall from which it counts"),
        "z_tenths": Threshold(
            "tenths of a standard error",
            10,
            100,
            40,
            zh="且超出标准误的此倍数（十分之一）",
            en="And this many standard errors, in tenths",
        ),
    },
    Rule.IDLE_HALL: {
        "working_days": Threshold(
            "working days", 1, 60, 3, zh="连续无业务的工作日数", en="Working days without anything"
        ),
        "usual_days": Threshold(_DAYS, 14, 365, 42, zh="此前对照的天数", en="Days before, compared with"),
        "usual_bp": Threshold(
            _BP, 1_000, 10_000, 8_000, zh="平日有业务的工作日占比", en="Share of working days with business"
        ),
    },
    Rule.LATE_PAYOUT: {
        "grace_hours": Threshold(
            "hours", 0, 720, 24, zh="超过应付时间的宽限小时数", en="Hours past the due time before it is late"
        ),
        "min_cases": Threshold("places", 1, 10_000, 1, zh="至少的笔数", en="Places from which it counts"),
        "recent_days": Threshold(_DAYS, 1, 90, 7, zh="检视最近的天数", en="Last days that are looked at"),
        "min_paid": Threshold(
            "places", 5, 100_000, 20, zh="计算快慢至少的笔数", en="Payments that a pace needs"
        ),
        "p95_hours": Threshold(
            "hours", 1, 2_160, 120, zh="95% 应在完工后此小时内付清", en="95 % are paid so soon after work"
        ),
    },
}


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule as it is in force on a day, every threshold with its value; `effective_from` is None where
    nobody has changed it. `next_from` is the day of the next change already decided."""

    rule: Rule
    enabled: bool
    thresholds: Mapping[str, int]
    effective_from: date | None
    revision: int
    next_from: date | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule sees: the subject (`key` is the same for the same subject), the numbers it saw and the
    norm. `mark` grows as it gets worse, for reopening what a person had closed."""

    key: str
    county_id: UUID
    first: date
    last: date
    cases: int
    mark: int
    numbers: Mapping[str, int]
    trade: str = ""
    other_county_id: UUID | None = None
    subject: UUID | None = None
    other_subject: UUID | None = None


@dataclass(frozen=True, slots=True)
class AlertChangeView:
    """`frm` is empty where the alert began. `actor` is `system` for a rule's own doing."""

    frm: AlertState | None
    to: AlertState
    actor: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AlertView:
    """An alert; `reason_zh` and `reason_en` say in a sentence what `numbers` hold. Counties are slugs;
    `held`: the rule still found it at its last look."""

    id: UUID
    rule: Rule
    state: AlertState
    county: str
    other_county: str | None
    trade: str
    first: date
    last: date
    cases: int
    numbers: Mapping[str, int]
    reason_zh: str
    reason_en: str
    held: bool
    opened_at: datetime
    seen_at: datetime
    closed_at: datetime | None
    changes: tuple[AlertChangeView, ...] = ()


@dataclass(frozen=True, slots=True)
class AlertPage:
    """A page, newest first; `more` says whether older ones follow."""

    rows: tuple[AlertView, ...]
    more: bool
