"""Targets of figures: what the city, or a county, is to reach in a month or a year."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import strawberry

from cityql.county import AskingInfo
from cityql.database import city_snapshot
from cityql.figures import FAR
from cityql.limits import PAGES
from cityql.scalars import Int64
from cityql.types import page_size
from kernel.errors import INVALID_VALUE
from reporting import targets
from reporting.contracts import Span, TargetChangeView, TargetView
from reporting.dictionary import declarations
from reporting.errors import METRIC_UNKNOWN
from reporting.use_cases.set_target import set_target
from tenants import directory
from tenants.clock import market_now

strawberry.enum(Span, name="TargetSpan", description="目标针对的期间。What a target is of.")

Metric = Annotated[str, strawberry.argument(description="指标代码。Code of the dictionary.")]
OfCounty = Annotated[
    str | None,
    strawberry.argument(description="县的短名；省略为全市。Short name; absent for the whole city."),
]
Starts = Annotated[
    date, strawberry.argument(description="该月或该年的首日。The first day of the month or year.")
]


@strawberry.type(name="Target", description="目标值，单位同指标。A target, in the unit of its metric.")
class TargetType:
    metric: str
    county: str | None = strawberry.field(description="省略为全市。Null for the whole city.")
    span: Span
    starts: date
    value: Int64

    @classmethod
    def of(cls, found: TargetView) -> TargetType:
        return cls(
            metric=found.metric,
            county=found.county,
            span=found.span,
            starts=found.starts,
            value=Int64(found.value),
        )


@strawberry.type(
    name="TargetChange",
    description="一次变更；null 为无目标。Who changed a target to what; null is none.",
)
class TargetChangeType:
    before: Int64 | None
    value: Int64 | None
    actor: str
    channel: str
    at: datetime

    @classmethod
    def of(cls, found: TargetChangeView) -> TargetChangeType:
        return cls(
            before=None if found.before is None else Int64(found.before),
            value=None if found.value is None else Int64(found.value),
            actor=found.actor,
            channel=found.channel,
            at=found.at,
        )


def _targets(
    from_day: date,
    to_day: date,
    metric: str | None = None,
    first: Annotated[int, strawberry.argument(description="1–1000")] = PAGES["targets"][0],
    skip: Annotated[int, strawberry.argument(description="跳过的行数。Rows to leave out.")] = 0,
) -> list[TargetType] | None:
    size = page_size(first, "targets")
    if not 0 <= skip <= FAR:
        raise INVALID_VALUE.error(field="skip", reason=f"0..{FAR}")
    if metric is not None:
        _known(metric)
    with city_snapshot():
        found = targets.targets(from_day, to_day, metric=metric)
    return [TargetType.of(one) for one in found[skip : skip + size]]


def _target_changes(
    metric: Metric, span: Span, starts: Starts, county: OfCounty = None
) -> list[TargetChangeType] | None:
    _known(metric)
    county_id = None if county is None else directory.by_slug(county).id
    with city_snapshot():
        return [TargetChangeType.of(one) for one in targets.changes(metric, county_id, span, starts)]


def _known(metric: str) -> None:
    if metric not in declarations():
        raise METRIC_UNKNOWN.error(field="metric", metric=metric[:40])


def _set_target(
    info: AskingInfo,
    metric: Metric,
    span: Span,
    starts: Starts,
    value: Annotated[
        Int64 | None,
        strawberry.argument(description="省略为取消目标。Absent to take the target away."),
    ] = None,
    county: OfCounty = None,
) -> TargetType | None:
    made = set_target(
        metric=metric,
        county=county,
        span=span,
        starts=starts,
        value=value,
        actor=info.context.caller.actor,
        now=market_now(),
    )
    return None if made is None else TargetType.of(made)


@strawberry.type
class TargetsQuery:
    targets: list[TargetType] | None = strawberry.field(
        resolver=_targets,
        description=(
            "自这些日期起的月度、年度目标，全市在前。Targets of months and years that begin on these days, "
            "the city's first, then by county."
        ),
    )
    target_changes: list[TargetChangeType] | None = strawberry.field(
        resolver=_target_changes,
        description="一个目标的变更，由旧到新。Who changed a target, oldest first.",
    )


@strawberry.type
class TargetsMutation:
    set_target: TargetType | None = strawberry.field(
        resolver=_set_target,
        description=(
            "设定或取消目标；重复设定相同的值无影响，取消后为 null。需要 figures:write 权限。"
            "Sets a target, or takes it away and is null then; the same value again changes nothing. "
            "Needs figures:write."
        ),
    )
