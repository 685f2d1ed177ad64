"""The metric dictionary. Adding a metric is adding a declaration here and rebuilding once
(`reporting.recount.rebuild_county`); nothing else knows the list.

All metrics add up over counties, days and trades, except people, who are declared in `PEOPLE` and
counted by person key. A day is the Shanghai business day of the event that is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

Values = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Metric:
    """One additive figure. `value` gives what a fact of `kind` adds, 0 for nothing; `formula` says the
    same to a reader. With `role`, only facts about people in that role count."""

    code: str
    kind: str
    value: Callable[[Values], int]
    unit: str
    zh: str
    en: str
    formula: str
    event: str
    role: str = ""
    day_cut: str = "Asia/Shanghai day of the event"


@dataclass(frozen=True, slots=True)
class People:
    """Distinct people: those with a fact of `kind` in `role`, counted once however often."""

    code: str
    kind: str
    role: str
    zh: str
    en: str
    event: str
    day_cut: str = "Asia/Shanghai day of the event"


def _of(name: str) -> Callable[[Values], int]:
    return lambda values: values.get(name, 0)


def _sum(code: str, kind: str, name: str, unit: str, *, zh: str, en: str, event: str) -> Metric:
    return Metric(
        code, kind, _of(name), unit, zh=zh, en=en, formula=f"sum of {name} over {kind} facts", event=event
    )


def _count(code: str, kind: str, unit: str, *, zh: str, en: str, event: str, role: str = "") -> Metric:
    return Metric(
        code,
        kind,
        lambda _values: 1,
        unit,
        zh=zh,
        en=en,
        formula=f"number of {kind} facts" + (f" of role {role}" if role else ""),
        event=event,
        role=role,
    )


FILL_BOUNDS = (
    *(1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 14_400, 28_800),
    *(86_400, 172_800, 604_800),
)
"""Upper bounds of the fill-time buckets in seconds; a last one is open. Never changed, only added to,
with a rebuild: a quantile is then the same whoever counts it."""

FILL_OVER = "fill_over"


def fill_code(bound: int) -> str:
    return f"fill_le_{bound}"


def _within(lower: int, upper: int | None) -> Callable[[Values], int]:
    def value(values: Values) -> int:
        seconds = values.get("fill_seconds", 0)
        return int(seconds > lower and (upper is None or seconds <= upper))

    return value


def _buckets() -> Iterable[Metric]:
    for lower, upper in pairwise((-(2**62), *FILL_BOUNDS)):
        yield _bucket(fill_code(upper), lower, upper, f"at most {upper} s", f"{upper} 秒以内")
    last = FILL_BOUNDS[-1]
    yield _bucket(FILL_OVER, last, None, f"more than {last} s", f"{last} 秒以上")


def _bucket(code: str, lower: int, upper: int | None, en: str, zh: str) -> Metric:
    return Metric(
        code,
        "place.filled",
        _within(lower, upper),
        "places",
        zh=f"接单用时{zh}的名额数",
        en=f"Places taken in {en}, and in no smaller bucket",
        formula="place.filled facts by fill_seconds; quantiles are the bounds of the bucket they fall in",
        event="a worker takes a place",
    )


_SETTLED = "an order's settlement"

METRICS: tuple[Metric, ...] = (
    _sum(
        "orders_posted",
        "order.published",
        "orders",
        "orders",
        zh="发布订单",
        en="Orders posted",
        event="an order's publication",
    ),
    _sum(
        "places_posted",
        "order.published",
        "places",
        "places",
        zh="发布名额",
        en="Places posted",
        event="an order's publication",
    ),
    _sum(
        "orders_settled",
        "order.settled",
        "orders",
        "orders",
        zh="完成结算的订单",
        en="Orders settled",
        event=_SETTLED,
    ),
    _sum(
        "insured_orders",
        "order.settled",
        "insured_orders",
        "orders",
        zh="雇主投保的已结算订单",
        en="Settled orders insured by their employers; basic cover is counted by itself",
        event=_SETTLED,
    ),
    _sum(
        "places_settled",
        "order.settled",
        "places",
        "places",
        zh="完成结算的名额",
        en="Places settled",
        event=_SETTLED,
    ),
    _sum(
        "insured_places",
        "order.settled",
        "insured_places",
        "places",
        zh="雇主投保的已结算名额",
        en="Settled places with an employer's policy; basic cover is counted by itself",
        event=_SETTLED,
    ),
    _sum("wages_fen", "order.settled", "wage_fen", "fen", zh="劳动报酬", en="Wages paid", event=_SETTLED),
    _sum(
        "fees_fen",
        "order.settled",
        "fee_fen",
        "fen",
        zh="服务费",
        en="Fees paid by employers",
        event=_SETTLED,
    ),
    _sum(
        "premiums_fen", "order.settled", "premium_fen", "fen", zh="保费", en="Premiums paid", event=_SETTLED
    ),
    _count(
        "orders_cancelled",
        "order.cancelled",
        "orders",
        zh="取消的订单",
        en="Orders cancelled",
        event="an order's cancellation",
    ),
    _count(
        "orders_expired",
        "order.expired",
        "orders",
        zh="过期的订单",
        en="Orders expired",
        event="an order's expiry",
    ),
    _count(
        "no_shows",
        "order.no_show",
        "orders",
        zh="无人到岗而结束的订单",
        en="Orders that ended because nobody who was booked came",
        event="an order's end by no-show",
    ),
    _count(
        "places_filled",
        "place.filled",
        "places",
        zh="接单名额",
        en="Places taken, again after each undo",
        event="a worker takes a place",
    ),
    *_buckets(),
    _count(
        "places_paid",
        "place.paid",
        "places",
        zh="已付报酬人次",
        en="Workers' payments",
        event="a worker is paid for a place",
    ),
    _count(
        "workers_registered",
        "person.registered",
        "people",
        role="worker",
        zh="新登记劳动者",
        en="Workers registered",
        event="a registration in the county",
    ),
    _count(
        "employers_registered",
        "person.registered",
        "people",
        role="employer",
        zh="新登记雇主",
        en="Employers registered",
        event="a registration in the county",
    ),
    _count(
        "withdrawals",
        "withdrawal.paid",
        "withdrawals",
        zh="提现笔数",
        en="Withdrawals paid out",
        event="the payment channel reports success",
    ),
    _sum(
        "withdrawn_fen",
        "withdrawal.paid",
        "amount_fen",
        "fen",
        zh="提现金额",
        en="Amount withdrawn",
        event="the payment channel reports success",
    ),
    _count(
        "policies_issued",
        "policy.issued",
        "policies",
        zh="出具的保单",
        en="Policies issued",
        event="an insurer issues a policy and its certificate is kept",
    ),
    _count(
        "policies_refused",
        "policy.refused",
        "policies",
        zh="被拒保的投保",
        en="Policies that an insurer refused",
        event="an insurer refuses, or its answer is not accepted",
    ),
    _count(
        "policies_timed_out",
        "policy.timed_out",
        "policies",
        zh="超时未出单的投保",
        en="Policies not issued in time",
        event="waiting for an insurer ends",
    ),
    _count(
        "policies_cancelled",
        "policy.cancelled",
        "policies",
        zh="退保的保单",
        en="Policies cancelled",
        event="a policy is cancelled",
    ),
    _sum(
        "basic_places",
        "policy.issued",
        "basic",
        "places",
        zh="获得政府基础保障的名额",
        en="Places given basic cover, which the government's fund pays",
        event="an insurer issues a policy of the basic layer",
    ),
    Metric(
        "fund_premiums_fen",
        "policy.issued",
        lambda values: values.get("premium_fen", 0) if values.get("basic") else 0,
        "fen",
        zh="政府资金支付的保费",
        en="Premiums paid by the government's fund",
        formula="sum of premium_fen over policy.issued facts with basic = 1",
        event="an insurer issues a policy of the basic layer",
    ),
    Metric(
        "employer_premiums_fen",
        "policy.issued",
        lambda values: 0 if values.get("basic") else values.get("premium_fen", 0),
        "fen",
        zh="雇主支付的保费",
        en="Premiums paid by employers",
        formula="sum of premium_fen over policy.issued facts with basic = 0",
        event="an insurer issues a policy of the top-up layer",
    ),
    _sum(
        "premiums_amended_fen",
        "policy.amended",
        "extra_fen",
        "fen",
        zh="保单变更增减的保费",
        en="What amendments added to premiums, or took off",
        event="an insurer confirms an amendment: a worker replaced, a day added",
    ),
    _sum(
        "premiums_refunded_fen",
        "policy.cancelled",
        "refund_fen",
        "fen",
        zh="退还的保费",
        en="Premiums given back",
        event="a policy is cancelled",
    ),
    _count(
        "claims_reported",
        "claim.reported",
        "claims",
        zh="报案",
        en="Claims reported",
        event="an accident is reported",
    ),
    _count(
        "claims_overdue",
        "claim.overdue",
        "deadlines",
        zh="逾期未办的理赔期限",
        en="Deadlines of the law that an insurer missed",
        event="a deadline of a claim passes (Insurance Law of the PRC, articles 22 and 23)",
    ),
    _sum(
        "claims_accepted",
        "claim.decided",
        "accepted",
        "claims",
        zh="同意赔付的案件",
        en="Claims accepted",
        event="an insurer decides a claim",
    ),
    Metric(
        "claims_rejected",
        "claim.decided",
        lambda values: 1 - values.get("accepted", 0),
        "claims",
        zh="拒绝赔付的案件",
        en="Claims rejected",
        formula="number of claim.decided facts with accepted = 0",
        event="an insurer decides a claim",
    ),
    Metric(
        "claims_accepted_fen",
        "claim.decided",
        lambda values: values.get("amount_fen", 0) if values.get("accepted") else 0,
        "fen",
        zh="同意赔付的金额",
        en="Amount accepted",
        formula="sum of amount_fen over claim.decided facts with accepted = 1; the loss ratio is this over "
        "fund_premiums_fen + employer_premiums_fen + premiums_amended_fen - premiums_refunded_fen",
        event="an insurer decides a claim",
    ),
    _count(
        "claims_paid",
        "claim.paid",
        "payments",
        zh="赔付笔数",
        en="Payments on claims",
        event="an insurer reports its payment",
    ),
    _sum(
        "claims_paid_fen",
        "claim.paid",
        "amount_fen",
        "fen",
        zh="赔付金额",
        en="Amount paid on claims",
        event="an insurer reports its payment",
    ),
)

PEOPLE: tuple[People, ...] = (
    People(
        "workers",
        "place.paid",
        "worker",
        zh="上岗并获得报酬的人数",
        en="Distinct people paid for work",
        event="a worker is paid for a place",
    ),
    People(
        "employers",
        "order.settled",
        "employer",
        zh="有订单完成结算的雇主数",
        en="Distinct employers with a settled order",
        event=_SETTLED,
    ),
)

BY_CODE: Mapping[str, Metric] = {metric.code: metric for metric in METRICS}
BY_KIND: Mapping[str, tuple[Metric, ...]] = {
    kind: tuple(metric for metric in METRICS if metric.kind == kind)
    for kind in sorted({metric.kind for metric in METRICS})
}
PEOPLE_BY_FACT: Mapping[tuple[str, str], tuple[People, ...]] = {
    pair: tuple(people for people in PEOPLE if (people.kind, people.role) == pair)
    for pair in sorted({(people.kind, people.role) for people in PEOPLE})
}
