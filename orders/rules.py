"""Arithmetic of an order: quantities, wages, floors, fees, what is left over. Pure, in whole fen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from kernel.clock import business_day
from kernel.money import share_fen
from orders.contracts import MAX_HEADCOUNT, OrderTerms, Pay, PayBasis
from orders.errors import HEADCOUNT_INVALID, PAY_INVALID, TEXT_INVALID, TIMES_INVALID
from orders.states import AT_WORK, HOLDING, UNPAID, AssignmentState, OrderState

MAX_RATE_FEN = 10_000_000  # 100,000 yuan for one head, day or piece: beyond any casual work
MAX_PIECES = 1_000_000
MAX_WAGE_FEN = 100_000_000  # a head; 500 heads of it still fit one ledger amount
MINIMUM_MINUTES = 15
MAX_AHEAD = timedelta(days=90)
NO_SHOW = "no_show"  # why an order ended whose booked workers all stayed away
# A month has 21.75 paid days of eight hours (人社部发〔2025〕2号, formerly 劳社部发〔2008〕3号).
PAID_DAYS_X100 = 2_175


def scheduled_minutes(starts_at: datetime, ends_at: datetime, break_minutes: int) -> int:
    """Paid minutes that the times leave after the break."""
    return int((ends_at - starts_at).total_seconds()) // 60 - break_minutes


def check_times(terms: OrderTerms, *, expires_at: datetime, now: datetime) -> None:
    """Raises `order_times_invalid`: one Shanghai day, in the future, break inside."""
    if terms.starts_at <= now:
        _refuse_times("starts_at", "开始时间须在将来", "work must start in the future")
    if terms.starts_at > now + MAX_AHEAD:
        _refuse_times("starts_at", "最多提前 90 天发布", "at most 90 days ahead")
    if terms.ends_at <= terms.starts_at:
        _refuse_times("ends_at", "结束时间须晚于开始时间", "work must end after it starts")
    if business_day(terms.starts_at) != business_day(terms.ends_at - timedelta(microseconds=1)):
        _refuse_times("ends_at", "须在同一天之内", "all within one day")
    if terms.break_minutes < 0:
        _refuse_times("break_minutes", "休息时间不能为负", "a break cannot be negative")
    if scheduled_minutes(terms.starts_at, terms.ends_at, terms.break_minutes) < MINIMUM_MINUTES:
        _refuse_times("ends_at", "工作时间至少 15 分钟", "at least 15 minutes of work")
    if not now < expires_at <= terms.ends_at:
        _refuse_times("expires_at", "截止时间须在结束之前", "places must close before the work ends")


def _refuse_times(field: str, zh: str, en: str) -> None:
    raise TIMES_INVALID.error(field=field, reason_zh=zh, reason_en=en)


def check_headcount(headcount: int) -> None:
    if type(headcount) is not int or not 1 <= headcount <= MAX_HEADCOUNT:
        raise HEADCOUNT_INVALID.error(field="headcount", minimum=1, maximum=MAX_HEADCOUNT)


def check_text(value: str, *, field: str, minimum: int, maximum: int, lines: bool = False) -> str:
    """The trimmed text, or `order_text_invalid`: length, no control characters, no lone surrogates.
    `lines` allows line breaks."""
    text = value.strip()
    fine = all(ch.isprintable() or ch == "\u3000" or (lines and ch == "\n") for ch in text)
    if not fine or not minimum <= len(text) <= maximum:
        raise TEXT_INVALID.error(field=field, minimum=minimum, maximum=maximum)
    return text


def quantities(pay: Pay, minutes: int) -> tuple[int, int]:
    """Expected and maximum quantity of a head (minutes, pieces or 1), or `pay_invalid`."""
    if type(pay.rate_fen) is not int or not 1 <= pay.rate_fen <= MAX_RATE_FEN:
        _refuse_pay(
            "pay.rate_fen", f"单价须为 1 至 {MAX_RATE_FEN} 分", f"the rate is 1 to {MAX_RATE_FEN} fen"
        )
    expected, most = pay.quantity_expected, pay.quantity_max
    if pay.basis in (PayBasis.DAY, PayBasis.LUMP):
        if (expected or 1) != 1 or (most or 1) != 1:
            _refuse_pay("pay.quantity_max", "按天或包干不填数量", "pay by day or lump has no quantity")
        return 1, 1
    if pay.basis is PayBasis.HOUR:
        expected = minutes if expected is None else expected
        most = max(expected, minutes) if most is None else most
        limit = 24 * 60
    else:
        limit = MAX_PIECES
        if expected is None or most is None:
            _refuse_pay("pay.quantity_max", "计件须填预计和最多件数", "piece work needs expected and maximum")
    assert expected is not None
    assert most is not None
    if not 1 <= expected <= most <= limit:
        _refuse_pay(
            "pay.quantity_max", f"数量须 1 ≤ 预计 ≤ 最多 ≤ {limit}", f"1 <= expected <= maximum <= {limit}"
        )
    if wage_fen(pay.basis, pay.rate_fen, most) > MAX_WAGE_FEN:
        _refuse_pay("pay.rate_fen", "每人报酬过高", "the wage of a head is too high")
    return expected, most


def _refuse_pay(field: str, zh: str, en: str) -> None:
    raise PAY_INVALID.error(field=field, reason_zh=zh, reason_en=en)


def wage_fen(basis: PayBasis, rate_fen: int, quantity: int) -> int:
    """Wage of a head for a quantity; by the hour rounded half up to the fen. Grows with quantity."""
    if basis is PayBasis.HOUR:
        return (rate_fen * quantity + 30) // 60
    return rate_fen * quantity


@dataclass(frozen=True, slots=True)
class Floor:
    """A floor and what is offered against it. `name` is the policy's value it comes from."""

    name: str
    floor_fen: int
    offered_fen: int

    @property
    def held(self) -> bool:
        return self.offered_fen >= self.floor_fen


def floors(
    *, pay: Pay, expected: int, minutes: int, min_wage_hour_fen: int, min_wage_month_fen: int
) -> list[Floor]:
    """The floors that the pay must hold, hourly one first. Offers are rounded down, floors up.

    By the hour the rate itself counts, else what the expected wage makes an hour of scheduled time;
    pay by the day must also reach a working day's part of the monthly minimum wage.
    """
    earned = wage_fen(pay.basis, pay.rate_fen, expected)
    hourly = pay.rate_fen if pay.basis is PayBasis.HOUR else earned * 60 // minutes
    found = [Floor("min_wage_hour_fen", min_wage_hour_fen, hourly)]
    if pay.basis is PayBasis.DAY:
        daily = -(-min_wage_month_fen * 100 // PAID_DAYS_X100)
        found.append(Floor("min_wage_month_fen", daily, pay.rate_fen))
    return found


def attended(
    *,
    basis: PayBasis,
    checked_in_at: datetime,
    checked_out_at: datetime,
    starts_at: datetime,
    break_minutes: int,
    expected: int,
    most: int,
    pieces: int | None,
) -> int:
    """The quantity that attendance makes: minutes begun from the planned start less the break, the
    pieces counted (none counted: those expected), or 1. At least 1, at most what escrow holds."""
    if basis in (PayBasis.DAY, PayBasis.LUMP):
        return 1
    if basis is PayBasis.PIECE:
        return max(1, min(most, expected if pieces is None else pieces))
    seconds = int((checked_out_at - max(checked_in_at, starts_at)).total_seconds())
    return max(1, min(most, -(-seconds // 60) - break_minutes))


@dataclass(frozen=True, slots=True)
class HeadCost:
    """What one head costs at most."""

    wage_fen: int
    premium_fen: int
    fee_fen: int

    @property
    def total_fen(self) -> int:
        return self.wage_fen + self.premium_fen + self.fee_fen


def head_cost(*, basis: PayBasis, rate_fen: int, most: int, premium_fen: int, fee_bp: int) -> HeadCost:
    """The fee is a share of the wage and is paid by the employer; workers pay none."""
    wage = wage_fen(basis, rate_fen, most)
    return HeadCost(wage, premium_fen, share_fen(wage, fee_bp))


def compensation_fen(
    *, wage_max_fen: int, starts_at: datetime, now: datetime, free_hours: int, penalty_bp: int
) -> int:
    """What a booked worker gets when the employer cancels: nothing while there is time, then a share."""
    if now <= starts_at - timedelta(hours=free_hours):
        return 0
    return share_fen(wage_max_fen, penalty_bp)


@dataclass(frozen=True, slots=True)
class Step:
    to: OrderState
    reason: str = ""


def next_step(state: OrderState, counts: Mapping[str, int], *, still_open: bool) -> Step | None:
    """Where an order goes by itself, from how many assignments stand where. `still_open`: a place is
    free and may still be taken. None = it stays. An order that nobody attended is never completed."""

    def some(states: frozenset[AssignmentState]) -> bool:
        return any(counts.get(one, 0) for one in states)

    if state is OrderState.OPEN:
        if some(HOLDING - {AssignmentState.WON}):
            return Step(OrderState.IN_PROGRESS)
        if some(AT_WORK) or still_open:
            return None
        if counts.get(AssignmentState.NO_SHOW, 0):
            return Step(OrderState.CANCELLED, NO_SHOW)
        return Step(OrderState.EXPIRED, "nobody_came")
    if state is OrderState.IN_PROGRESS and not some(AT_WORK) and not still_open:
        return Step(OrderState.COMPLETED)
    if state is OrderState.COMPLETED and not some(UNPAID):
        return Step(OrderState.SETTLED)
    return None


_ABOVE = re.compile(r"^(?:福建省)?(?:三明市)?(?:(?:(?![镇乡])[\u4e00-\u9fff]){1,3}[县市区])?")
_TOWN = re.compile(r"^[\u4e00-\u9fff]{1,7}?(?:街道|镇|乡)(?![路街巷道村])")


def town_of(address: str) -> str:
    """The town, township or subdistrict that an address begins with, after province, city and county; nothing
    when it names none. Addresses are what people write, so a figure by towns has a row of those unknown.

    >>> town_of("福建省三明市将乐县古镛镇果园路 8 号")
    '古镛镇'
    >>> town_of("将乐县工业路 1 号")
    ''
    """
    text = "".join(address.split())
    rest = text[_ABOVE.match(text).end() :]  # type: ignore[union-attr]  # every part is optional, so it matches
    found = _TOWN.match(rest)
    return found.group() if found and len(found.group()) > 2 else ""
