"""Signed months: what counties sign, what the city accepts or sends back, and what changed since."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

import strawberry
from django.core import signing

from cityql.county import AskingInfo
from cityql.database import city_snapshot
from cityql.errors import ARGUMENT, CURSOR
from cityql.limits import MAX_LIST, PAGES
from cityql.scalars import Int64
from cityql.types import Connection, Edge, FreshnessType, PageInfo, page_size
from kernel.clock import business_day
from reporting.signoff import selectors
from reporting.signoff.contracts import (
    Difference,
    MonthFigures,
    MonthLine,
    MonthState,
    SignedMonth,
    Version,
)
from reporting.signoff.masking import hidden_cells, tells_of_cases
from reporting.signoff.rules import month_before, parse_month
from reporting.signoff.states import VersionState
from reporting.signoff.use_cases.accept_month import accept_month
from reporting.signoff.use_cases.return_month import return_month
from tenants import directory
from tenants.clock import market_now

strawberry.enum(
    MonthState,
    name="MonthState",
    description=(
        "OPEN 从未签报；其余为最新版本的状态。OPEN: never signed; the others are the latest version's state."
    ),
)
strawberry.enum(
    VersionState,
    name="MonthVersionState",
    description=(
        "SIGNED 待市级确认；ACCEPTED 已确认、有效；RETURNED 退回；WITHDRAWN 县级重新签报；"
        "REVISED 已被修订版取代。"
        "SIGNED: waits for the city; ACCEPTED: in force; RETURNED: sent back; WITHDRAWN: signed anew before "
        "a decision; REVISED: a later version is in force."
    ),
)

Month = Annotated[str, strawberry.argument(description="月份，如 2026-03。A month, such as 2026-03.")]
Number = Annotated[int, strawberry.argument(description="版本号。Number of the version.")]
_SALT = "cityql:months"


@strawberry.type(name="MonthFigure", description="签报数据的一项。One figure of a signed document.")
class MonthFigureType:
    metric: str = strawberry.field(description="指标代码。Code of the metric.")
    trade: str = strawberry.field(
        description="工种代码；空为全县不重复人数。Code of the trade; empty: distinct people of the county."
    )
    value: Int64 | None
    hidden: bool = strawberry.field(description="少于 5 例，不显示。Of so few cases that it is not shown.")

    @classmethod
    def all_of(cls, figures: MonthFigures) -> list[MonthFigureType]:
        document, gone = figures.document(), hidden_cells(figures)
        return [
            cls(
                metric=metric,
                trade=trade,
                value=None if (metric, trade) in gone else Int64(value),
                hidden=(metric, trade) in gone,
            )
            for metric, trade, value in (*document["sums"], *document["people"])
        ]


@strawberry.type(name="MonthDifference", description="一项变动。A figure that is not what it was.")
class MonthDifferenceType:
    metric: str
    trade: str
    was: Int64 | None
    now: Int64 | None
    hidden: bool = strawberry.field(
        description=(
            "保险与理赔金额的变动不显示。Money of policies and claims: its change tells of single cases."
        )
    )

    @classmethod
    def all_of(cls, found: Iterable[Difference]) -> list[MonthDifferenceType]:
        return [cls._of(one, hidden=tells_of_cases(one.metric)) for one in found]

    @classmethod
    def _of(cls, one: Difference, *, hidden: bool) -> MonthDifferenceType:
        return cls(
            metric=one.metric,
            trade=one.trade,
            was=None if hidden else Int64(one.was),
            now=None if hidden else Int64(one.now),
            hidden=hidden,
        )


@strawberry.type(name="MonthVersion", description="一次签报及其处理。One signature and what became of it.")
class MonthVersionType:
    number: int
    state: VersionState
    digest: str = strawberry.field(description="所签数据的 SHA-256。SHA-256 of the document that was signed.")
    intact: bool = strawberry.field(description="所存数据与摘要一致。What is stored still has that digest.")
    reason: str = strawberry.field(description="修订原因；首次签报为空。Why it was revised, else empty.")
    signed_by: str
    signed_at: datetime
    decided_by: str
    decided_at: datetime | None
    note: str = strawberry.field(description="市级意见。The city's word on it.")
    changes: list[MonthDifferenceType] = strawberry.field(
        description="相对签报时有效版本的变动。Against the version in force when it was signed."
    )
    signed_figures: list[MonthFigureType]

    @classmethod
    def of(cls, version: Version) -> MonthVersionType:
        return cls(
            number=version.number,
            state=version.state,
            digest=version.digest,
            intact=version.intact,
            reason=version.reason,
            signed_by=version.signed_by,
            signed_at=version.signed_at,
            decided_by=version.decided_by,
            decided_at=version.decided_at,
            note=version.note,
            changes=MonthDifferenceType.all_of(version.changes),
            signed_figures=MonthFigureType.all_of(version.figures),
        )


@strawberry.type(name="MonthDetail", description="一个县的一个月。One county's month.")
class MonthDetailType:
    county: str
    month: str
    digest: str = strawberry.field(description="当前数据的摘要。Digest of the figures as they are now.")
    in_force: int | None = strawberry.field(description="有效版本号。Number of the accepted version.")
    waiting: int | None = strawberry.field(description="待确认版本号。Number of the one to be decided.")
    freshness: FreshnessType
    versions: list[MonthVersionType] = strawberry.field(description="由旧到新。Oldest first.")
    difference: list[MonthDifferenceType] = strawberry.field(
        description=(
            "当前数据相对有效版本（否则待确认版本）的变动。"
            "What the figures have become since the version in force, else the waiting one, was signed."
        )
    )
    current_figures: list[MonthFigureType] = strawberry.field(
        description="当前数据。The figures as they are now."
    )

    @classmethod
    def of(cls, found: SignedMonth) -> MonthDetailType:
        return cls(
            county=found.county.slug,
            month=f"{found.month:%Y-%m}",
            digest=found.now.digest,
            in_force=found.in_force.number if found.in_force else None,
            waiting=found.waiting.number if found.waiting else None,
            freshness=FreshnessType.of(found.freshness),
            versions=[MonthVersionType.of(version) for version in found.versions],
            difference=MonthDifferenceType.all_of(found.difference),
            current_figures=MonthFigureType.all_of(found.now),
        )


@strawberry.type(name="MonthLine", description="列表中一个县的一个月。One county's month in a list.")
class MonthLineType:
    county: str
    county_name: str
    county_name_en: str
    month: str
    state: MonthState
    latest: int | None = strawberry.field(description="最新版本号。Number of the latest version.")
    in_force: int | None = strawberry.field(description="有效版本号。Number of the accepted version.")
    signed_at: datetime | None
    decided_at: datetime | None

    @classmethod
    def of(cls, line: MonthLine) -> MonthLineType:
        return cls(
            county=line.county.slug,
            county_name=line.county.name,
            county_name_en=line.county.name_en,
            month=f"{line.month:%Y-%m}",
            state=line.state,
            latest=line.latest,
            in_force=line.in_force,
            signed_at=line.signed_at,
            decided_at=line.decided_at,
        )


def _months(
    counties: Annotated[
        list[str] | None,
        strawberry.argument(description="县的短名；省略为全部。Short names; absent for all."),
    ] = None,
    since: Annotated[
        str | None, strawberry.argument(description="起始月份，默认最近 12 个月。First month; a year back.")
    ] = None,
    until: Annotated[
        str | None,
        strawberry.argument(description="截止月份，默认上月。Last month; by default the one before."),
    ] = None,
    states: Annotated[
        list[MonthState] | None, strawberry.argument(description="只列这些状态。Only those in these states.")
    ] = None,
    first: Annotated[int, strawberry.argument(description="1–100")] = PAGES["months"][0],
    after: str | None = None,
) -> Connection[MonthLineType] | None:
    size = page_size(first, "months")
    if counties is not None and len(counties) > MAX_LIST:
        raise ARGUMENT.error(field="counties", reason=f"0..{MAX_LIST}")
    last = parse_month(until, field="until") if until else month_before(business_day(market_now()))
    start = parse_month(since, field="since") if since else last.replace(year=last.year - 1)
    skip = _position(after)
    with city_snapshot():
        refs = (
            directory.all_counties() if counties is None else [directory.by_slug(slug) for slug in counties]
        )
        lines = selectors.month_lines(refs, start, last, states=states)
    lines = [line for line in lines if skip is None or _place(line) > skip]
    edges = [Edge(cursor=_cursor(line), node=MonthLineType.of(line)) for line in lines[:size]]
    return Connection(
        edges=edges,
        page_info=PageInfo(has_next_page=len(lines) > size, end_cursor=edges[-1].cursor if edges else None),
    )


def _place(line: MonthLine) -> tuple[int, str]:
    """Where a line stands in the list: newest months first, then by the county's code."""
    return -line.month.toordinal(), line.county.code


def _cursor(line: MonthLine) -> str:
    return signing.dumps([f"{line.month:%Y-%m}", line.county.code], salt=_SALT)


def _position(after: str | None) -> tuple[int, str] | None:
    if after is None:
        return None
    try:
        month, code = signing.loads(after[:500], salt=_SALT)
    except signing.BadSignature:
        raise CURSOR.error(field="after") from None
    return -parse_month(month, field="after").toordinal(), str(code)


def _month(county: str, month: Month) -> MonthDetailType | None:
    day = parse_month(month)
    with city_snapshot():
        return MonthDetailType.of(selectors.signed_month(directory.by_slug(county), day))


def _accept(
    info: AskingInfo, county: str, month: Month, version: Number, note: str = ""
) -> MonthVersionType | None:
    return MonthVersionType.of(
        accept_month(
            county=directory.by_slug(county),
            month=parse_month(month),
            version=version,
            note=note,
            actor=info.context.caller.actor,
            now=market_now(),
        )
    )


def _return(
    info: AskingInfo,
    county: str,
    month: Month,
    version: Number,
    reason: Annotated[str, strawberry.argument(description="原因，县级可见。Why; the county reads it.")],
) -> MonthVersionType | None:
    return MonthVersionType.of(
        return_month(
            county=directory.by_slug(county),
            month=parse_month(month),
            version=version,
            reason=reason,
            actor=info.context.caller.actor,
            now=market_now(),
        )
    )


@strawberry.type
class SignoffQuery:
    months: Connection[MonthLineType] | None = strawberry.field(
        resolver=_months,
        description=(
            "各县月报签报情况，含未签报的；由新到旧、再按县代码。"
            "Counties' months with their sign-off, unsigned ones as well; newest first, then by code."
        ),
    )
    month: MonthDetailType | None = strawberry.field(
        resolver=_month,
        description=(
            "一个县的一个月：各版本、当前数据及变动。One county's month: its versions, figures and changes."
        ),
    )


@strawberry.type
class SignoffMutation:
    """The city's word on a county's month; each is one transaction with its own record."""

    accept_month: MonthVersionType | None = strawberry.field(
        resolver=_accept,
        description=(
            "确认县级签报的版本，使之有效；重复确认无影响。需要 city:sign 权限，签报人不得自行确认。"
            "Accepts a signed version, which is then in force; repeating it changes nothing. "
            "Needs city:sign; not by whoever signed."
        ),
    )
    return_month: MonthVersionType | None = strawberry.field(
        resolver=_return,
        description=(
            "退回县级签报的版本并说明原因。需要 city:sign 权限。"
            "Sends a signed version back with a reason. Needs city:sign."
        ),
    )
