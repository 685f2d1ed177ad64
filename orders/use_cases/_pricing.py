"""Checking an employer's terms and pricing them; quote and publish share every step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from compliance.insurance.rules import check_starts_in_time
from compliance.rates.contracts import CoverQuote, Layer
from compliance.rates.selectors import quote as kept_quote
from compliance.rates.use_cases.quote_cover import quote_cover
from kernel.clock import business_day
from orders import geo, rules
from orders.contracts import OrderTerms, Point, Quote
from orders.errors import COVER_QUOTE_EXPIRED, COVER_QUOTE_OTHER, PAY_BELOW_FLOOR
from tenants.catalogue import trade as find_trade
from tenants.policy.contracts import FIELDS, Policy
from tenants.policy.selectors import policy_on


@dataclass(frozen=True, slots=True)
class Priced:
    """Terms as they will be stored: texts trimmed, times and quantities filled in."""

    quote: Quote
    policy: Policy
    title: str
    description: str
    address: str
    unit: str
    expected: int
    most: int
    expires_at: datetime
    gcj_point: Point | None


def price(terms: OrderTerms, *, now: datetime) -> Priced:
    """Raises the refusals of bad terms, `pay_below_floor`, `trade_unknown`, and what the insurance
    refuses. The policy and the rate table are those of the day of the work."""
    trade = find_trade(terms.trade)
    title = rules.check_text(terms.title, field="title", minimum=2, maximum=80)
    description = rules.check_text(
        terms.description, field="description", minimum=0, maximum=2000, lines=True
    )
    address = rules.check_text(terms.address, field="address", minimum=2, maximum=200)
    unit = rules.check_text(terms.pay.unit, field="pay.unit", minimum=0, maximum=20)
    point = geo.to_gcj02(geo.check_point(terms.point)) if terms.point else None
    rules.check_headcount(terms.headcount)
    day = business_day(terms.starts_at)
    policy = policy_on(day)
    late = min(terms.ends_at, terms.starts_at + timedelta(hours=policy.expire_hours))
    expires_at = terms.expires_at or late
    rules.check_times(terms, expires_at=expires_at, now=now)
    minutes = rules.scheduled_minutes(terms.starts_at, terms.ends_at, terms.break_minutes)
    expected, most = rules.quantities(terms.pay, minutes)
    hourly = _check_floors(terms, expected=expected, minutes=minutes, policy=policy)
    cover = _cover(terms, trade=trade.code, day=day, now=now) if terms.insured else None
    head = rules.head_cost(
        basis=terms.pay.basis,
        rate_fen=terms.pay.rate_fen,
        most=most,
        premium_fen=cover.premium_per_head_fen if cover else 0,
        fee_bp=policy.fee_bp,
    )
    quote = Quote(
        trade=trade.code,
        day=day,
        headcount=terms.headcount,
        insured=terms.insured,
        wage_max_per_head_fen=head.wage_fen,
        premium_per_head_fen=head.premium_fen,
        fee_per_head_fen=head.fee_fen,
        wage_max_fen=head.wage_fen * terms.headcount,
        premium_fen=head.premium_fen * terms.headcount,
        fee_fen=head.fee_fen * terms.headcount,
        total_fen=head.total_fen * terms.headcount,
        floor_hour_fen=hourly.floor_fen,
        offered_hour_fen=hourly.offered_fen,
        risk_class=cover.risk_class if cover else trade.risk_class,
        rate_table_version_id=cover.table_version_id if cover else None,
        cover_quote_id=cover.quote_id if cover else None,
        cover_quote_expires_at=cover.expires_at if cover else None,
        insurer=cover.insurer if cover else "",
        product=cover.product if cover else "",
        cover_level=cover.level if cover else "",
        cover_starts=str(cover.starts) if cover else "",
        insurable_ages=cover.ages if cover else None,
        death_disability_cover_fen=cover.death_disability_cover_fen if cover else 0,
        medical_cover_fen=cover.medical_cover_fen if cover else 0,
        certificate=trade.certificate,
    )
    return Priced(quote, policy, title, description, address, unit, expected, most, expires_at, point)


def _cover(terms: OrderTerms, *, trade: str, day: date, now: datetime) -> CoverQuote:
    """A new quote, kept, or the one that the employer names, while it stands and is for the same cover.
    Raises `cover_quote_expired`, `cover_quote_other`, and what quoting refuses."""
    level = terms.cover_level or None
    if terms.cover_quote_id is None:
        cover = quote_cover(trade=trade, heads=terms.headcount, on=day, level=level, now=now)
    else:
        cover = kept_quote(terms.cover_quote_id)
        _check_same(cover, trade=trade, heads=terms.headcount, on=day, level=level or cover.level)
        if cover.expires_at is None or cover.expires_at <= now:
            at = cover.expires_at.isoformat() if cover.expires_at else ""
            raise COVER_QUOTE_EXPIRED.error(field="cover_quote_id", at=at)
    check_starts_in_time(cover.starts, day, now)
    return cover


def _check_same(cover: CoverQuote, **wanted: object) -> None:
    names = [name for name, value in wanted.items() if getattr(cover, name) != value]
    if cover.layer is not Layer.TOP_UP or cover.days != 1:
        names.append("layer, days")
    if names:
        raise COVER_QUOTE_OTHER.error(field="cover_quote_id", names=", ".join(names))


def _check_floors(terms: OrderTerms, *, expected: int, minutes: int, policy: Policy) -> rules.Floor:
    """The hourly floor, once all floors hold."""
    found = rules.floors(
        pay=terms.pay,
        expected=expected,
        minutes=minutes,
        min_wage_hour_fen=policy.min_wage_hour_fen,
        min_wage_month_fen=policy.min_wage_month_fen,
    )
    for floor in found:
        if not floor.held:
            raise PAY_BELOW_FLOOR.error(
                field="pay.rate_fen",
                floor=floor.name,
                floor_fen=floor.floor_fen,
                offered_fen=floor.offered_fen,
                source=FIELDS[floor.name].source,
            )
    return found[0]
