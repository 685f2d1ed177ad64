"""A county's policy as other rooms see it, and what each of its values means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Policy:
    """The values in force on one day. Units, bounds and sources of each are in `FIELDS`.

    `id` and `revision` name the row, so that whoever decides by it can say later which one it was.
    """

    id: UUID
    revision: int
    effective_from: date

    min_wage_month_fen: int
    min_wage_hour_fen: int
    silence_days: int
    undo_minutes: int
    expire_hours: int
    check_in_early_minutes: int
    no_show_hours: int
    fee_bp: int
    cancel_free_hours: int
    cancel_penalty_bp: int
    no_show_limit: int
    no_show_window_days: int
    no_show_days: int
    contact_days: int


@dataclass(frozen=True, slots=True)
class CityPublication:
    """What the city's decision came to in a county: the policy of its first day, how many rows were
    written (0 when all was so before), and the later days on which a row of the county holds other values."""

    policy: Policy
    rows_written: int
    otherwise_from: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class PolicyField:
    """What one value means. `default` is None where only the county itself can know the value."""

    unit: str
    minimum: int
    maximum: int
    default: int | None
    zh: str
    en: str
    source: str


_FLOOR = "闽人社文〔2025〕14号"
_COUNTY = "the county's own decision; the default is a sample"

FIELDS: Mapping[str, PolicyField] = {
    "min_wage_month_fen": PolicyField(
        "fen a month",
        1_00,
        100_000_00,
        None,
        zh="月最低工资标准",
        en="Lowest monthly wage; pay by the day may not fall below a working day's part of it",
        source=_FLOOR,
    ),
    "min_wage_hour_fen": PolicyField(
        "fen an hour",
        1_00,
        1_000_00,
        None,
        zh="非全日制用工小时最低工资标准",
        en="Lowest hourly wage of part-time work",
        source=_FLOOR,
    ),
    "silence_days": PolicyField(
        "days",
        1,
        15,
        3,
        zh="雇主逾期不确认即视为确认的天数（自完工起）",
        en="Days after check-out from which the employer's silence confirms the work",
        source=_COUNTY + "; 保障农民工工资支付条例 on pay without delay",
    ),
    "undo_minutes": PolicyField(
        "minutes",
        0,
        24 * 60,
        10,
        zh="抢单后可无责撤销的分钟数",
        en="Minutes within which a worker may undo a grab without consequence",
        source=_COUNTY,
    ),
    "expire_hours": PolicyField(
        "hours",
        0,
        72,
        1,
        zh="开工时间过后仍无人接单即过期的小时数",
        en="Hours after the planned start at which an order that nobody took expires",
        source=_COUNTY,
    ),
    "check_in_early_minutes": PolicyField(
        "minutes",
        0,
        12 * 60,
        60,
        zh="可早于开工时间签到的分钟数",
        en="Minutes before the planned start from which check-in is possible",
        source=_COUNTY,
    ),
    "no_show_hours": PolicyField(
        "hours",
        1,
        24,
        2,
        zh="开工时间过后未签到即记为爽约的小时数",
        en="Hours after the planned start at which a booked worker who has not checked in is a no-show",
        source=_COUNTY,
    ),
    "fee_bp": PolicyField(
        "basis points of wages",
        0,
        2_000,
        100,
        zh="雇主支付的服务费（工资的万分比，可为 0；劳动者不付费）",
        en="Service fee paid by the employer, 0 where the market is free; workers pay none",
        source=_COUNTY + "; 人社部发〔2022〕38号 on free service to workers",
    ),
    "cancel_free_hours": PolicyField(
        "hours",
        0,
        14 * 24,
        12,
        zh="雇主可无责取消的时限（距开工的小时数）",
        en="Hours before the planned start until which the employer cancels without compensation",
        source=_COUNTY,
    ),
    "cancel_penalty_bp": PolicyField(
        "basis points of one worker's wage",
        0,
        10_000,
        2_000,
        zh="雇主逾时取消付给每名已接单劳动者的补偿（工资的万分比）",
        en="Share of the wage that a later cancellation pays to each booked worker",
        source=_COUNTY,
    ),
    "no_show_limit": PolicyField(
        "no-shows",
        1,
        20,
        2,
        zh="暂停抢单前允许的爽约次数上限",
        en="The no-show with which grabbing is suspended",
        source=_COUNTY,
    ),
    "no_show_window_days": PolicyField(
        "days",
        1,
        365,
        90,
        zh="统计爽约次数的天数",
        en="Days back within which no-shows count towards the limit",
        source=_COUNTY,
    ),
    "no_show_days": PolicyField(
        "days",
        0,
        90,
        7,
        zh="爽约达到上限后暂停抢单的天数（自最后一次爽约起）",
        en="Days without grabbing, from the last no-show",
        source=_COUNTY,
    ),
    "contact_days": PolicyField(
        "days",
        0,
        90,
        7,
        zh="结算后双方仍可看到对方电话的天数",
        en="Days after settlement during which both sides still see each other's number",
        source=_COUNTY + "; 个人信息保护法 on keeping no longer than needed",
    ),
}
