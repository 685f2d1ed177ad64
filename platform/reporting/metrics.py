"""The metric dictionary. Adding a metric is adding one declaration here and rebuilding once
(`reporting.recount.rebuild_county`); nothing else knows the list, and no old rollup is migrated.

What is kept is `METRICS`, which add up over counties, days and trades, and `PEOPLE`, counted by person key.
What is made of those when somebody asks stands in `RATIOS`, `QUANTILES`, `BALANCES` and `RETENTION`, and
needs no rebuild. A day is the Shanghai business day of the event that is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

Values = Mapping[str, int]
Terms = Mapping[str, int]
"""Metrics with the sign they are added with."""

GROUPS: Mapping[str, tuple[str, str]] = {
    "orders": ("订单", "Orders"),
    "places": ("名额", "Places"),
    "people": ("人员", "People"),
    "money": ("资金", "Money"),
    "insurance": ("保险", "Insurance"),
    "claims": ("理赔", "Claims"),
    "certificates": ("证书", "Certificates"),
}
"""The themes that figures are shown under, zh and en."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One additive figure. `value` gives what a fact of `kind` adds, 0 for nothing; `formula` says the
    same to a reader. With `role`, only facts about people in that role count. `good` is +1 when more is
    better, -1 when less is. `cases` count whose money this is: of a few it is not shown."""

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
    group: str = ""
    good: int = 0
    cases: Terms | None = None


@dataclass(frozen=True, slots=True)
class People:
    """Distinct people: those with a fact of one of `kinds` in `role`, counted once however often."""

    code: str
    kinds: tuple[str, ...]
    role: str
    zh: str
    en: str
    event: str
    day_cut: str = "Asia/Shanghai day of the event"
    group: str = "people"
    good: int = 1


@dataclass(frozen=True, slots=True)
class Ratio:
    """One sum over another: a share in basis points, or with another `unit` an average. None of nothing.
    Not shown while any of `cases` counts but a few."""

    code: str
    part: Terms
    whole: Terms
    zh: str
    en: str
    formula: str
    event: str
    group: str
    good: int = 0
    unit: str = "basis points"
    cases: tuple[Terms, ...] = ()
    day_cut: str = "Asia/Shanghai days of the events"


@dataclass(frozen=True, slots=True)
class Quantile:
    """The upper bound of the bucket in which the `percent` % quickest end; in the open bucket its lower."""

    code: str
    buckets: Buckets
    percent: int
    zh: str
    en: str
    event: str
    group: str
    good: int = -1
    day_cut: str = "Asia/Shanghai day of the event"

    @property
    def formula(self) -> str:
        bounds = ", ".join(str(bound) for bound in self.buckets.bounds)
        return (
            f"upper bound of the bucket that the {self.percent} % quantile of {self.buckets.name} over "
            f"{self.buckets.kind} facts falls in; bounds in seconds: {bounds}"
        )


@dataclass(frozen=True, slots=True)
class Balance:
    """A stock at the end of a day: all that ever flowed in, less what flowed out."""

    code: str
    flows: Terms
    unit: str
    zh: str
    en: str
    formula: str
    event: str
    group: str
    good: int = 0
    day_cut: str = "end of the Asia/Shanghai day"


@dataclass(frozen=True, slots=True)
class Retention:
    """Who counted in the period and in the one before, of those who counted in the one before."""

    code: str
    people: str
    zh: str
    en: str
    formula: str
    event: str
    group: str = "people"
    good: int = 1
    day_cut: str = "Asia/Shanghai days of the events"


@dataclass(frozen=True, slots=True)
class Buckets:
    """Fixed upper bounds in seconds for `name` of facts of `kind`; a last bucket is open. Never changed,
    only added to, with a rebuild: a quantile is then the same whoever counts it."""

    prefix: str
    kind: str
    name: str
    bounds: tuple[int, ...]
    absent: int | None = None
    """What a fact without the value counts as; None leaves it out."""

    @property
    def over(self) -> str:
        return f"{self.prefix}_over"

    def code(self, bound: int) -> str:
        return f"{self.prefix}_le_{bound}"

    @property
    def codes(self) -> tuple[str, ...]:
        return (*(self.code(bound) for bound in self.bounds), self.over)

    def metrics(self, *, zh: str, en: str, event: str) -> Iterable[Metric]:
        """One metric a bucket; each fact falls in exactly one."""
        for lower, upper in pairwise((-(2**62), *self.bounds)):
            yield self._bucket(lower, upper, f"{zh}：{upper} 秒以内", f"{en}: at most {upper} s", event)
        last = self.bounds[-1]
        yield self._bucket(last, None, f"{zh}：{last} 秒以上", f"{en}: more than {last} s", event)

    def _bucket(self, lower: int, upper: int | None, zh: str, en: str, event: str) -> Metric:
        return Metric(
            self.over if upper is None else self.code(upper),
            self.kind,
            self._within(lower, upper),
            "places",
            zh=zh,
            en=en,
            formula=f"{self.kind} facts by {self.name}; quantiles are the bounds of the bucket they fall in",
            event=event,
        )

    def _within(self, lower: int, upper: int | None) -> Callable[[Values], int]:
        def value(values: Values) -> int:
            seconds = values.get(self.name, self.absent)
            if seconds is None:
                return 0
            return int(seconds > lower and (upper is None or seconds <= upper))

        return value


FILL = Buckets(
    "fill",
    "place.filled",
    "fill_seconds",
    (
        *(1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 14_400, 28_800),
        *(86_400, 172_800, 604_800),
    ),
    absent=0,
)
PAY = Buckets(
    "pay",
    "place.paid",
    "pay_seconds",
    (
        *(60, 300, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200, 86_400),
        *(172_800, 259_200, 432_000, 604_800, 1_209_600, 2_592_000),
    ),
)
FILL_BOUNDS = FILL.bounds
FILL_OVER = FILL.over


def fill_code(bound: int) -> str:
    return FILL.code(bound)


def _of(name: str) -> Callable[[Values], int]:
    return lambda values: values.get(name, 0)


def _sum(
    code: str,
    kind: str,
    name: str,
    unit: str,
    *,
    zh: str,
    en: str,
    event: str,
    good: int = 0,
    cases: Terms | None = None,
) -> Metric:
    formula = f"sum of {name} over {kind} facts"
    return Metric(
        code, kind, _of(name), unit, zh=zh, en=en, formula=formula, event=event, good=good, cases=cases
    )


def _count(
    code: str, kind: str, unit: str, *, zh: str, en: str, event: str, role: str = "", good: int = 0
) -> Metric:
    formula = f"number of {kind} facts" + (f" of role {role}" if role else "")
    return Metric(
        code,
        kind,
        lambda _values: 1,
        unit,
        zh=zh,
        en=en,
        formula=formula,
        event=event,
        role=role,
        good=good,
    )


def _theme(group: str, *metrics: Metric) -> Iterable[Metric]:
    return (replace(metric, group=group) for metric in metrics)


_SETTLED = "an order's settlement"
_PUBLISHED = "an order's publication"
_REGISTERED = "a registration in the county"
_BASIC = "an insurer issues a policy of the basic layer"
_TOP_UP = "an insurer issues a policy of the top-up layer"
_ESCROW = "money enters or leaves an order's escrow"


def _escrow_out(kind: str, name: str) -> Metric:
    what = kind.replace("order.", "")
    return _sum(
        f"escrow_out_{what}_fen",
        kind,
        name,
        "fen",
        zh={
            "settled": "结算退回的托管款",
            "cancelled": "取消退回的托管款",
            "expired": "过期退回的托管款",
            "no_show": "无人到岗退回的托管款",
        }[what],
        en=f"Escrow given back to employers as orders end ({what.replace('_', '-')})",
        event="an order ends and the rest of its escrow goes back",
    )


METRICS: tuple[Metric, ...] = (
    *_theme(
        "orders",
        _sum(
            "orders_posted",
            "order.published",
            "orders",
            "orders",
            zh="发布订单",
            en="Orders posted",
            event=_PUBLISHED,
            good=1,
        ),
        _sum(
            "orders_filled",
            "place.filled",
            "orders_filled",
            "orders",
            zh="满员订单",
            en="Orders filled, again after each reopening",
            event="a worker takes an order's last free place",
            good=1,
        ),
        _count(
            "orders_completed",
            "order.completed",
            "orders",
            zh="完工订单",
            en="Orders completed",
            event="nobody of an order is at work any more",
            good=1,
        ),
        _sum(
            "orders_settled",
            "order.settled",
            "orders",
            "orders",
            zh="完成结算的订单",
            en="Orders settled",
            event=_SETTLED,
            good=1,
        ),
        _count(
            "orders_cancelled",
            "order.cancelled",
            "orders",
            zh="取消的订单",
            en="Orders cancelled",
            event="an order's cancellation",
            good=-1,
        ),
        _count(
            "orders_expired",
            "order.expired",
            "orders",
            zh="过期的订单",
            en="Orders expired",
            event="an order's expiry",
            good=-1,
        ),
        _count(
            "no_shows",
            "order.no_show",
            "orders",
            zh="无人到岗而结束的订单",
            en="Orders that ended because nobody who was booked came",
            event="an order's end by no-show",
            good=-1,
        ),
    ),
    *_theme(
        "places",
        _sum(
            "places_posted",
            "order.published",
            "places",
            "places",
            zh="发布名额",
            en="Places posted",
            event=_PUBLISHED,
            good=1,
        ),
        _count(
            "places_filled",
            "place.filled",
            "places",
            zh="接单名额",
            en="Places taken, again after each undo",
            event="a worker takes a place",
            good=1,
        ),
        _count(
            "places_taken_over",
            "place.taken_over",
            "places",
            zh="换人名额",
            en="Places that another worker took over",
            event="a hall replaces the worker of a place",
        ),
        _count(
            "places_freed",
            "place.freed",
            "places",
            zh="空出名额",
            en="Places that a worker left before work",
            event="undone, withdrawn, absent or replaced",
            good=-1,
        ),
        _count(
            "places_finished",
            "place.finished",
            "places",
            zh="完工名额",
            en="Places whose work is done",
            event="a worker's leaving is reported or assumed",
            good=1,
        ),
        _sum(
            "places_settled",
            "order.settled",
            "places",
            "places",
            zh="完成结算的名额",
            en="Places settled",
            event=_SETTLED,
            good=1,
        ),
        _count(
            "places_paid",
            "place.paid",
            "places",
            zh="已付报酬人次",
            en="Workers' payments",
            event="a worker is paid for a place",
            good=1,
        ),
    ),
    *FILL.metrics(zh="接单用时名额数", en="Places by time to fill", event="a worker takes a place"),
    *PAY.metrics(zh="付酬用时名额数", en="Places by time to pay", event="a worker is paid for a place"),
    *_theme(
        "people",
        _count(
            "workers_registered",
            "person.registered",
            "people",
            role="worker",
            zh="新登记劳动者",
            en="Workers registered",
            event=_REGISTERED,
            good=1,
        ),
        _count(
            "employers_registered",
            "person.registered",
            "people",
            role="employer",
            zh="新登记雇主",
            en="Employers registered",
            event=_REGISTERED,
            good=1,
        ),
        _sum(
            "station_registrations",
            "person.registered",
            "at_station",
            "people",
            zh="驿站登记",
            en="Workers and employers registered at a station",
            event=_REGISTERED,
            good=1,
        ),
    ),
    *_theme(
        "money",
        _sum(
            "wages_fen",
            "order.settled",
            "wage_fen",
            "fen",
            zh="劳动报酬",
            en="Wages paid",
            event=_SETTLED,
            good=1,
        ),
        _sum(
            "fees_fen",
            "order.settled",
            "fee_fen",
            "fen",
            zh="服务费",
            en="Fees paid by employers",
            event=_SETTLED,
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
        _sum(
            "escrow_in_fen",
            "order.published",
            "total_fen",
            "fen",
            zh="存入托管的金额",
            en="Put into escrow by publishing",
            event=_PUBLISHED,
        ),
        _sum(
            "escrow_paid_fen",
            "place.paid",
            "escrow_fen",
            "fen",
            zh="托管支付的报酬和服务费",
            en="Wages and fees paid out of escrow",
            event="a worker is paid for a place",
        ),
        _sum(
            "escrow_moved_fen",
            "escrow.moved",
            "in_fen",
            "fen",
            zh="托管中的保费和补偿收支",
            en="Premiums and compensations out of escrow, and premiums back into it",
            event=_ESCROW,
        ),
        *(
            _escrow_out(kind, "refund_fen")
            for kind in ("order.settled", "order.cancelled", "order.expired", "order.no_show")
        ),
        _sum(
            "wages_due_fen",
            "place.finished",
            "wage_fen",
            "fen",
            zh="完工应付报酬",
            en="Wages due for finished work, as attendance makes them",
            event="a worker's work is finished",
        ),
        _sum(
            "wages_due_paid_fen",
            "place.paid",
            "due_fen",
            "fen",
            zh="已结清的应付报酬",
            en="Of the wages due, those of places that have been paid",
            event="a worker is paid for a place",
        ),
    ),
    *_theme(
        "insurance",
        _sum(
            "insured_orders",
            "order.settled",
            "insured_orders",
            "orders",
            zh="雇主投保的已结算订单",
            en="Settled orders insured by their employers; basic cover is counted by itself",
            event=_SETTLED,
            good=1,
        ),
        _sum(
            "insured_places",
            "order.settled",
            "insured_places",
            "places",
            zh="雇主投保的已结算名额",
            en="Settled places with an employer's policy; basic cover is counted by itself",
            event=_SETTLED,
            good=1,
        ),
        _sum(
            "premiums_fen",
            "order.settled",
            "premium_fen",
            "fen",
            zh="保费",
            en="Premiums paid",
            event=_SETTLED,
            cases={"insured_places": 1},
        ),
        _count(
            "policies_issued",
            "policy.issued",
            "policies",
            zh="出具的保单",
            en="Policies issued",
            event="an insurer issues a policy and its certificate is kept",
            good=1,
        ),
        _count(
            "policies_refused",
            "policy.refused",
            "policies",
            zh="被拒保的投保",
            en="Policies that an insurer refused",
            event="an insurer refuses, or its answer is not accepted",
            good=-1,
        ),
        _count(
            "policies_timed_out",
            "policy.timed_out",
            "policies",
            zh="超时未出单的投保",
            en="Policies not issued in time",
            event="waiting for an insurer ends",
            good=-1,
        ),
        _count(
            "policies_cancelled",
            "policy.cancelled",
            "policies",
            zh="退保的保单",
            en="Policies cancelled",
            event="a policy is cancelled",
        ),
        _count(
            "policies_amended",
            "policy.amended",
            "amendments",
            zh="保单变更",
            en="Amendments of policies",
            event="an insurer confirms an amendment: a worker replaced, a day added",
        ),
        _sum(
            "basic_places",
            "policy.issued",
            "basic",
            "places",
            zh="获得政府基础保障的名额",
            en="Places given basic cover, which the government's fund pays",
            event=_BASIC,
            good=1,
        ),
        Metric(
            "fund_premiums_fen",
            "policy.issued",
            lambda values: values.get("premium_fen", 0) if values.get("basic") else 0,
            "fen",
            zh="政府资金支付的保费",
            en="Premiums paid by the government's fund",
            formula="sum of premium_fen over policy.issued facts with basic = 1",
            event=_BASIC,
            cases={"basic_places": 1},
        ),
        Metric(
            "employer_premiums_fen",
            "policy.issued",
            lambda values: 0 if values.get("basic") else values.get("premium_fen", 0),
            "fen",
            zh="雇主支付的保费",
            en="Premiums paid by employers",
            formula="sum of premium_fen over policy.issued facts with basic = 0",
            event=_TOP_UP,
            cases={"policies_issued": 1, "basic_places": -1},
        ),
        _sum(
            "premiums_amended_fen",
            "policy.amended",
            "extra_fen",
            "fen",
            zh="保单变更增减的保费",
            en="What amendments added to premiums, or took off",
            event="an insurer confirms an amendment: a worker replaced, a day added",
            cases={"policies_amended": 1},
        ),
        _sum(
            "premiums_refunded_fen",
            "policy.cancelled",
            "refund_fen",
            "fen",
            zh="退还的保费",
            en="Premiums given back",
            event="a policy is cancelled",
            cases={"policies_cancelled": 1},
        ),
    ),
    *_theme(
        "claims",
        _count(
            "claims_reported",
            "claim.reported",
            "claims",
            zh="报案",
            en="Claims reported",
            event="an accident is reported",
            good=-1,
        ),
        _count(
            "claims_overdue",
            "claim.overdue",
            "deadlines",
            zh="逾期未办的理赔期限",
            en="Deadlines of the law that an insurer missed",
            event="a deadline of a claim passes (Insurance Law of the PRC, articles 22 and 23)",
            good=-1,
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
            good=-1,
        ),
        Metric(
            "claims_accepted_fen",
            "claim.decided",
            lambda values: values.get("amount_fen", 0) if values.get("accepted") else 0,
            "fen",
            zh="同意赔付的金额",
            en="Amount accepted",
            formula="sum of amount_fen over claim.decided facts with accepted = 1; the loss ratio is this "
            "over fund_premiums_fen + employer_premiums_fen + premiums_amended_fen - premiums_refunded_fen",
            event="an insurer decides a claim",
            cases={"claims_accepted": 1},
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
            cases={"claims_paid": 1},
        ),
    ),
    *_theme(
        "certificates",
        _count(
            "certificates_submitted",
            "certificate.submitted",
            "certificates",
            zh="提交的证书",
            en="Certificates handed in",
            event="a worker hands a certificate in",
            good=1,
        ),
        _count(
            "certificates_approved",
            "certificate.approved",
            "certificates",
            zh="核准的证书",
            en="Certificates approved",
            event="an officer approves a certificate",
            good=1,
        ),
        _count(
            "certificates_rejected",
            "certificate.rejected",
            "certificates",
            zh="退回的证书",
            en="Certificates turned down",
            event="an officer turns a certificate down",
            good=-1,
        ),
        _count(
            "certificates_revoked",
            "certificate.revoked",
            "certificates",
            zh="撤销的证书",
            en="Approved certificates taken back",
            event="an officer takes an approval back",
            good=-1,
        ),
        replace(
            _sum(
                "certificates_expired",
                "certificate.expiring",
                "certificates",
                "certificates",
                zh="到期的证书",
                en="Approved certificates that ran out",
                event="the day after an approved certificate's last day; revoked ones are taken off again",
                good=-1,
            ),
            day_cut="the day after the certificate's last day, which is known when it is approved",
        ),
    ),
)

PEOPLE: tuple[People, ...] = (
    People(
        "workers",
        ("place.paid",),
        "worker",
        zh="上岗并获得报酬的人数",
        en="Distinct people paid for work",
        event="a worker is paid for a place",
    ),
    People(
        "employers",
        ("order.settled",),
        "employer",
        zh="有订单完成结算的雇主数",
        en="Distinct employers with a settled order",
        event=_SETTLED,
    ),
    People(
        "workers_active",
        ("place.filled", "place.taken_over", "place.paid"),
        "worker",
        zh="活跃劳动者",
        en="Distinct people who took a place or were paid for one",
        event="a worker takes a place, or is paid for one",
    ),
    People(
        "employers_active",
        ("order.published", "order.settled"),
        "employer",
        zh="活跃雇主",
        en="Distinct employers who published or settled an order",
        event="an order's publication or settlement",
    ),
)

_EARNED: Terms = {
    "fund_premiums_fen": 1,
    "employer_premiums_fen": 1,
    "premiums_amended_fen": 1,
    "premiums_refunded_fen": -1,
}

RATIOS: tuple[Ratio, ...] = (
    Ratio(
        "fill_rate_bp",
        part={"places_filled": 1, "places_taken_over": 1, "places_freed": -1},
        whole={"places_posted": 1},
        zh="名额接单率",
        en="Fill rate",
        formula="(places_filled + places_taken_over - places_freed) / places_posted",
        event="places taken and kept, of places posted in the same days",
        group="places",
        good=1,
    ),
    Ratio(
        "insured_orders_bp",
        part={"insured_orders": 1},
        whole={"orders_settled": 1},
        zh="订单投保率",
        en="Insured share of orders",
        formula="insured_orders / orders_settled",
        event=_SETTLED,
        group="insurance",
        good=1,
    ),
    Ratio(
        "insured_places_bp",
        part={"insured_places": 1},
        whole={"places_settled": 1},
        zh="名额投保率",
        en="Insured share of places",
        formula="insured_places / places_settled",
        event=_SETTLED,
        group="insurance",
        good=1,
    ),
    Ratio(
        "loss_ratio_bp",
        part={"claims_accepted_fen": 1},
        whole=_EARNED,
        zh="赔付率",
        en="Loss ratio",
        formula="claims_accepted_fen / (fund_premiums_fen + employer_premiums_fen + premiums_amended_fen - "
        "premiums_refunded_fen)",
        event="what insurers accepted to pay, of what they earned",
        group="claims",
        cases=({"policies_issued": 1}, {"claims_accepted": 1}),
    ),
    Ratio(
        "wage_average_fen",
        part={"wages_fen": 1},
        whole={"places_settled": 1},
        zh="人次平均报酬",
        en="Average wage of a place",
        formula="wages_fen / places_settled",
        event=_SETTLED,
        group="money",
        good=1,
        unit="fen",
    ),
)

QUANTILES: tuple[Quantile, ...] = (
    Quantile(
        "fill_p50",
        FILL,
        50,
        zh="接单用时中位数",
        en="Time to fill, half of the places",
        event="a worker takes a place; counted from the order's publication",
        group="places",
    ),
    Quantile(
        "fill_p95",
        FILL,
        95,
        zh="接单用时 95 分位",
        en="Time to fill, 95 % of the places",
        event="a worker takes a place; counted from the order's publication",
        group="places",
    ),
    Quantile(
        "pay_p50",
        PAY,
        50,
        zh="付酬用时中位数",
        en="Time to pay, half of the places",
        event="a worker is paid; counted from the end of the work",
        group="money",
    ),
    Quantile(
        "pay_p95",
        PAY,
        95,
        zh="付酬用时 95 分位",
        en="Time to pay, 95 % of the places",
        event="a worker is paid; counted from the end of the work",
        group="money",
    ),
)

BALANCES: tuple[Balance, ...] = (
    Balance(
        "escrow_fen",
        {
            "escrow_in_fen": 1,
            "escrow_moved_fen": 1,
            "escrow_paid_fen": -1,
            "escrow_out_settled_fen": -1,
            "escrow_out_cancelled_fen": -1,
            "escrow_out_expired_fen": -1,
            "escrow_out_no_show_fen": -1,
        },
        "fen",
        zh="托管余额",
        en="Held in escrow",
        formula="all that was put into orders' escrow, less wages, fees, premiums, compensations and what "
        "went back, up to the last day; equals the ledger's escrow accounts",
        event=_ESCROW,
        group="money",
    ),
    Balance(
        "arrears_fen",
        {"wages_due_fen": 1, "wages_due_paid_fen": -1},
        "fen",
        zh="完工未付报酬",
        en="Finished work not yet paid",
        formula="wages due for finished work, as attendance makes them, of places not paid up to the last "
        "day; confirming pays at once, so this is what waits for confirmation",
        event="work is finished; the worker is paid",
        group="money",
        good=-1,
    ),
)

RETENTION: tuple[Retention, ...] = (
    Retention(
        "retention_bp",
        "workers_active",
        zh="劳动者留存率",
        en="Workers who came back",
        formula="people of workers_active in the period and in the one before it, of those in the one "
        "before, which is as long, or for whole months as many months",
        event="a worker takes a place, or is paid for one",
    ),
)

BY_CODE: Mapping[str, Metric] = {metric.code: metric for metric in METRICS}
BY_KIND: Mapping[str, tuple[Metric, ...]] = {
    kind: tuple(metric for metric in METRICS if metric.kind == kind)
    for kind in sorted({metric.kind for metric in METRICS})
}
PEOPLE_BY_FACT: Mapping[tuple[str, str], tuple[People, ...]] = {
    pair: tuple(people for people in PEOPLE if pair[0] in people.kinds and pair[1] == people.role)
    for pair in sorted({(kind, people.role) for people in PEOPLE for kind in people.kinds})
}
