"""What deserves a look, and the ticker, as GraphQL."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import strawberry

from cityql.changing import id_of
from cityql.county import AskingInfo
from cityql.database import city_snapshot
from cityql.drill import root_page
from cityql.errors import ARGUMENT
from cityql.limits import MAX_LIST, PAGES
from cityql.names import CountyNameType, TradeNameType
from cityql.scalars import Int64
from cityql.types import Connection
from kernel.clock import business_day
from kernel.errors import INVALID_VALUE
from reporting.watch import selectors
from reporting.watch.contracts import (
    RULES,
    THRESHOLDS,
    AlertChangeView,
    AlertState,
    AlertView,
    HappeningKind,
    HappeningView,
    Rule,
    RuleView,
)
from reporting.watch.errors import ALERT_UNKNOWN
from reporting.watch.ticker import MAX_HAPPENINGS, ticker
from reporting.watch.use_cases import acknowledge_alert, close_alert, set_watch_rule
from tenants.clock import market_now

strawberry.enum(
    AlertState,
    name="AlertState",
    description=(
        "OPEN 待处理；ACKNOWLEDGED 处理中；CLOSED 已了结或情况已消失。"
        "ACKNOWLEDGED: somebody is looking into it; CLOSED: dealt with, or no longer so."
    ),
)
strawberry.enum(Rule, name="WatchRule", description="预警规则。A rule of the watch; see `watchRules`.")
strawberry.enum(
    HappeningKind,
    name="HappeningKind",
    description=(
        "POSTED 发布订单；FILLED 订单满员；SETTLED 订单结算；PAID 一个名额付薪。"
        "POSTED: an order; FILLED: its last place; SETTLED: an order; PAID: one place."
    ),
)


@strawberry.type(
    name="Happening", description="刚发生的一件事，不含个人信息。Something that just happened, nobody named."
)
class HappeningType:
    id: strawberry.ID
    at: datetime
    kind: HappeningKind
    county: CountyNameType
    trade: TradeNameType | None
    places: int
    amount_fen: Int64 | None = strawberry.field(
        description="约定或支付的报酬；FILLED 为空。Pay promised or paid; null for FILLED."
    )

    @classmethod
    def of(cls, happened: HappeningView) -> HappeningType:
        return cls(
            id=strawberry.ID(str(happened.id)),
            at=happened.at,
            kind=happened.kind,
            county=CountyNameType.of(happened.county),
            trade=TradeNameType.of(happened.trade),
            places=happened.places,
            amount_fen=None if happened.kind is HappeningKind.FILLED else Int64(happened.amount_fen),
        )


def _ticker(
    limit: Annotated[int, strawberry.argument(description=f"1–{MAX_HAPPENINGS}")] = 20,
) -> list[HappeningType]:
    if not 1 <= limit <= MAX_HAPPENINGS:
        raise INVALID_VALUE.error(field="limit", reason=f"1..{MAX_HAPPENINGS}")
    with city_snapshot():
        found = ticker(limit)
    return [HappeningType.of(happened) for happened in found]


@strawberry.type(name="NamedNumber", description="有名称的数。A number and what it is called.")
class NamedNumberType:
    name: str
    value: Int64


@strawberry.type(
    name="Alert",
    description=(
        "值得查看的一件事，不含个人信息；个案由 county { alertCases } 查看。Something that deserves a look, "
        "nobody named; its cases are looked at by county { alertCases }."
    ),
)
class AlertType:
    id: strawberry.ID
    rule: Rule
    title: str = strawberry.field(description="规则所找的情形。What the rule looks for.")
    state: AlertState
    county: CountyNameType
    other_county: CountyNameType | None
    trade: TradeNameType | None
    first: date = strawberry.field(description="所涉首日。The first day it is about.")
    last: date
    cases: int
    reason: str = strawberry.field(description="理由，含数字与常态。Why, with the numbers and the norm.")
    numbers: list[NamedNumberType]
    holds: bool = strawberry.field(description="最近一次查看时仍成立。Still so at the last look.")
    opened_at: datetime
    seen_at: datetime = strawberry.field(description="最近一次成立。When it was last so.")
    closed_at: datetime | None

    @classmethod
    def of(cls, found: AlertView, lang: str) -> AlertType:
        text = RULES[found.rule]
        return cls(
            id=strawberry.ID(str(found.id)),
            rule=found.rule,
            title=text.zh if lang == "zh" else text.en,
            state=found.state,
            county=CountyNameType.of(found.county),
            other_county=None if found.other_county is None else CountyNameType.of(found.other_county),
            trade=TradeNameType.of(found.trade),
            first=found.first,
            last=found.last,
            cases=found.cases,
            reason=found.reason_zh if lang == "zh" else found.reason_en,
            numbers=[NamedNumberType(name=name, value=Int64(n)) for name, n in found.numbers.items()],
            holds=found.held,
            opened_at=found.opened_at,
            seen_at=found.seen_at,
            closed_at=found.closed_at,
        )


@strawberry.type(name="AlertChange", description="一次状态变动。One move of an alert.")
class AlertChangeType:
    before: AlertState | None
    after: AlertState
    by: str = strawberry.field(description="何人；system 为规则本身。Who; `system` is the rule itself.")
    note: str
    at: datetime

    @classmethod
    def of(cls, change: AlertChangeView) -> AlertChangeType:
        return cls(before=change.frm, after=change.to, by=change.actor, note=change.note, at=change.at)


@strawberry.type(name="AlertDetail", description="一条预警及其经过。An alert and what was done to it.")
class AlertDetailType:
    alert: AlertType
    history: list[AlertChangeType] = strawberry.field(description="由旧到新。Oldest first.")

    @classmethod
    def of(cls, found: AlertView, lang: str) -> AlertDetailType:
        return cls(
            alert=AlertType.of(found, lang),
            history=[AlertChangeType.of(change) for change in found.changes],
        )


@strawberry.type(name="WatchThreshold", description="规则的一个阈值。One number of a rule.")
class WatchThresholdType:
    name: str
    value: int
    unit: str
    minimum: int
    maximum: int
    usual: int = strawberry.field(description="默认值。What it is unless changed.")
    text: str


@strawberry.type(name="WatchRuleSetting", description="规则及其阈值。A rule and its thresholds on a day.")
class WatchRuleType:
    rule: Rule
    title: str
    source: str = strawberry.field(description="依据。What it rests on.")
    enabled: bool
    effective_from: date | None = strawberry.field(description="为空表示默认值。Null: never changed.")
    next_from: date | None = strawberry.field(description="下一次变更之日。The day of the next change.")
    thresholds: list[WatchThresholdType]

    @classmethod
    def of(cls, found: RuleView, lang: str) -> WatchRuleType:
        text = RULES[found.rule]
        return cls(
            rule=found.rule,
            title=text.zh if lang == "zh" else text.en,
            source=text.source,
            enabled=found.enabled,
            effective_from=found.effective_from,
            next_from=found.next_from,
            thresholds=[
                WatchThresholdType(
                    name=name,
                    value=found.thresholds[name],
                    unit=known.unit,
                    minimum=known.minimum,
                    maximum=known.maximum,
                    usual=known.default,
                    text=known.zh if lang == "zh" else known.en,
                )
                for name, known in THRESHOLDS[found.rule].items()
            ],
        )


def _watch(
    info: AskingInfo,
    state: AlertState | None = None,
    rule: Rule | None = None,
    county: Annotated[str | None, strawberry.argument(description="县的短名。A short name.")] = None,
    first: Annotated[int, strawberry.argument(description="1–100")] = PAGES["watch"][0],
    after: str | None = None,
) -> Connection[AlertType] | None:
    asking = info.context
    with city_snapshot():
        return root_page(
            "watch",
            first=first,
            after=after,
            filters={"state": state, "rule": rule, "county": county},
            read=lambda size, before: selectors.alerts(
                actor=asking.caller.actor, first=size, before=before, state=state, rule=rule, county=county
            ),
            node=lambda found: AlertType.of(found, asking.lang),
        )


def _alert(info: AskingInfo, id: strawberry.ID) -> AlertDetailType | None:
    with city_snapshot():
        found = selectors.alert(id_of(id, ALERT_UNKNOWN, "id"), actor=info.context.caller.actor)
    return AlertDetailType.of(found, info.context.lang)


def _rules(
    info: AskingInfo,
    on: Annotated[date | None, strawberry.argument(description="省略为今天。Absent for today.")] = None,
) -> list[WatchRuleType]:
    day = on or business_day(market_now())
    with city_snapshot():
        found = selectors.rules(actor=info.context.caller.actor, on=day)
    return [WatchRuleType.of(rule, info.context.lang) for rule in found]


def _acknowledge(info: AskingInfo, id: strawberry.ID, note: str = "") -> AlertDetailType | None:
    found = acknowledge_alert.acknowledge_alert(
        alert_id=id_of(id, ALERT_UNKNOWN, "id"),
        note=note,
        actor=info.context.caller.actor,
        now=market_now(),
    )
    return AlertDetailType.of(found, info.context.lang)


def _close(
    info: AskingInfo,
    id: strawberry.ID,
    note: Annotated[str, strawberry.argument(description="如何了结，2–500 字。How it was dealt with.")],
) -> AlertDetailType | None:
    found = close_alert.close_alert(
        alert_id=id_of(id, ALERT_UNKNOWN, "id"),
        note=note,
        actor=info.context.caller.actor,
        now=market_now(),
    )
    return AlertDetailType.of(found, info.context.lang)


@strawberry.input(name="ThresholdValue", description="一个阈值的新值。A new value of a threshold.")
class ThresholdValue:
    name: str
    value: int


def _set_rule(
    info: AskingInfo,
    rule: Rule,
    enabled: bool = True,
    thresholds: Annotated[
        list[ThresholdValue] | None,
        strawberry.argument(description="未列出的不变。Those not listed stay as they are."),
    ] = None,
    effective_from: Annotated[
        date | None, strawberry.argument(description="生效日，默认今天。The day it takes effect; today.")
    ] = None,
) -> WatchRuleType | None:
    values = {given.name: given.value for given in thresholds or ()}
    if len(thresholds or ()) > MAX_LIST or len(values) != len(thresholds or ()):
        raise ARGUMENT.error(field="thresholds", reason="each name once")
    found = set_watch_rule.set_watch_rule(
        rule=rule,
        enabled=enabled,
        thresholds=values,
        effective_from=effective_from,
        actor=info.context.caller.actor,
        now=market_now(),
    )
    return WatchRuleType.of(found, info.context.lang)


@strawberry.type
class WatchQuery:
    ticker: list[HappeningType] = strawberry.field(
        resolver=_ticker,
        description=(
            "最新动态，由新到旧，不含个人信息；沙盒县不列。"
            "What happened last, newest first, nobody named; sandboxes are left out."
        ),
    )
    watch: Connection[AlertType] | None = strawberry.field(
        resolver=_watch,
        description=(
            "预警，由新到旧；county 为任一所涉县。"
            "Alerts, newest first; `county` as the one or the other county."
        ),
    )
    alert: AlertDetailType | None = strawberry.field(
        resolver=_alert, description="一条预警及其经过。One alert and what was done to it."
    )
    watch_rules: list[WatchRuleType] = strawberry.field(
        resolver=_rules, description="某日有效的规则与阈值。The rules and thresholds in force on a day."
    )


@strawberry.type
class WatchMutation:
    """What people do about alerts; each is one transaction with its own record."""

    acknowledge_alert: AlertDetailType | None = strawberry.field(
        resolver=_acknowledge,
        description=(
            "表示正在处理；重复无影响。需要 watch:write 权限。"
            "Somebody is looking into it; repeating it changes nothing. Needs watch:write."
        ),
    )
    close_alert: AlertDetailType | None = strawberry.field(
        resolver=_close,
        description=(
            "了结并写明如何处理；情况加重或消失后再现则重开。需要 watch:write 权限。"
            "Dealt with, and how; it reopens when it gets worse, or ends and comes back. Needs watch:write."
        ),
    )
    set_watch_rule: WatchRuleType | None = strawberry.field(
        resolver=_set_rule,
        description=(
            "自某日起的阈值；相同设置无影响。需要 watch:write 权限。"
            "A rule's thresholds from a day on; the same again changes nothing. Needs watch:write."
        ),
    )
