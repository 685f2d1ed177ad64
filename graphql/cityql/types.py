"""The city's view as GraphQL types. Values are evaluated before a type is made: none reads a database."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Generic, TypeVar

import strawberry

from cityql.county_types import DesignationType, SuccessionType
from cityql.limits import PAGES
from cityql.scalars import Int64
from kernel.errors import INVALID_VALUE
from orders.selectors_city import CityOrder, CityPlace
from orders.states import OrderState
from reporting.contracts import (
    CityReport,
    CountyFreshness,
    Figures,
    FillQuantile,
    FreshnessState,
    GroupBy,
    ReportRow,
)
from tenants import directory
from tenants.catalogue import Trade
from tenants.contracts import CountyRef, CountyState

strawberry.enum(GroupBy, name="GroupBy", description="报表分组。What a report is grouped by.")
strawberry.enum(OrderState, name="OrderState", description="订单状态。State of an order.")
strawberry.enum(
    FreshnessState,
    name="FreshnessState",
    description=(
        "FRESH 数据完整；BEHIND 尚有未汇总的数据；MISSING 从未汇总。"
        "FRESH: complete; BEHIND: facts wait to be folded; MISSING: never folded."
    ),
)


@strawberry.type(name="Freshness", description="一个县的数据新鲜度。How current a county's figures are.")
class FreshnessType:
    county: str
    name: str
    name_en: str
    state: FreshnessState
    behind: bool = strawberry.field(description="数据不完整。The figures are not complete up to now.")
    folded_at: datetime | None
    last_fact_recorded_at: datetime | None
    waiting_facts: int | None

    @classmethod
    def of(cls, known: CountyFreshness) -> FreshnessType:
        return cls(
            county=known.county,
            name=known.name,
            name_en=known.name_en,
            state=known.state,
            behind=known.state is not FreshnessState.FRESH,
            folded_at=known.folded_at,
            last_fact_recorded_at=known.last_fact_recorded_at,
            waiting_facts=known.waiting_facts,
        )


@strawberry.type(name="County", description="县（市、区）。A county, city or district.")
class CountyType:
    slug: str
    code: str = strawberry.field(description="行政区划代码。Division code (GB/T 2260).")
    name: str
    name_en: str
    sandbox: bool = strawberry.field(description="沙盒县不计入任何数字。Sandboxes count in no figure.")
    freshness: FreshnessType
    state: CountyState = strawberry.field(description="今日状态。What holds today.")
    opens_on: date | None = strawberry.field(
        description="受理业务的首日；始终受理为 null。Its first day; null when it was open from the start."
    )
    designations: list[DesignationType] = strawberry.field(
        description="历来及将来的代码与名称，按生效日排列。Codes and names by the day they begin."
    )
    successor: SuccessionType | None = strawberry.field(
        description="承接本县的县。The county that takes over from this one."
    )
    predecessors: list[SuccessionType] = strawberry.field(
        description="本县承接的县，按代码排列。Counties that this one takes over from, by code."
    )

    @classmethod
    def of(cls, county: CountyRef, known: CountyFreshness) -> CountyType:
        return cls(
            slug=county.slug,
            code=county.code,
            name=county.name,
            name_en=county.name_en,
            sandbox=county.sandbox,
            freshness=FreshnessType.of(known),
            state=county.state,
            opens_on=county.opens_on,
            designations=[DesignationType.of(row) for row in directory.designations(county)],
            successor=_successor(county),
            predecessors=[
                SuccessionType.of(one, one.succeeded_on)
                for one in directory.predecessors(county)
                if one.succeeded_on is not None
            ],
        )


def _successor(county: CountyRef) -> SuccessionType | None:
    if county.succeeded_by is None or county.succeeded_on is None:
        return None
    return SuccessionType.of(directory.by_id(county.succeeded_by), county.succeeded_on)


@strawberry.type(name="Trade", description="工种。A trade of the city's catalogue.")
class TradeType:
    code: str
    name: str
    name_en: str
    risk_class: int
    certificate: str | None

    @classmethod
    def of(cls, trade: Trade) -> TradeType:
        return cls(
            code=trade.code,
            name=trade.name,
            name_en=trade.name_en,
            risk_class=trade.risk_class,
            certificate=trade.certificate,
        )


@strawberry.type(
    name="FillTime",
    description=(
        "接单用时所在的固定区间（秒）。The fixed bucket a fill time falls in, in seconds; "
        "atMost is null in the open last one."
    ),
)
class FillTimeType:
    more_than: int
    at_most: int | None

    @classmethod
    def of(cls, quantile: FillQuantile | None) -> FillTimeType | None:
        return None if quantile is None else cls(more_than=quantile.more_than, at_most=quantile.at_most)


def percent(basis_points: int | None) -> str | None:
    """Basis points as a percentage with two places: 7625 -> '76.25'."""
    return None if basis_points is None else f"{basis_points // 100}.{basis_points % 100:02d}"


@strawberry.type(name="Figures", description="一组数字；金额以分计。The figures of one group; money in fen.")
class FiguresType:
    orders: int = strawberry.field(description="已结算订单。Orders settled.")
    insured_orders: int
    insured_share_bp: int | None = strawberry.field(
        description="投保订单占比，万分之一，四舍五入。Insured orders in 1/10,000 of orders, half up."
    )
    insured_share_percent: str | None = strawberry.field(description='百分数。As percent, such as "76.25".')
    places: int = strawberry.field(description="已结算名额。Places settled.")
    insured_places: int
    insured_places_share_bp: int | None
    insured_places_share_percent: str | None
    workers: int = strawberry.field(description="不重复人数。Distinct people paid for work.")
    employers: int = strawberry.field(description="不重复雇主数。Distinct employers with a settled order.")
    wages_fen: Int64
    fees_fen: Int64
    premiums_fen: Int64
    posted: int = strawberry.field(description="发布订单。Orders posted.")
    places_posted: int
    places_filled: int
    places_paid: int
    cancelled: int = strawberry.field(description="取消订单。Orders cancelled.")
    expired: int = strawberry.field(description="过期订单。Orders expired.")
    no_shows: int = strawberry.field(description="爽约而终的订单。Orders that ended because nobody came.")
    workers_registered: int
    employers_registered: int
    withdrawals: int
    withdrawn_fen: Int64
    policies_issued: int = strawberry.field(description="出具的保单。Policies issued.")
    policies_refused: int
    policies_timed_out: int
    policies_cancelled: int
    basic_places: int = strawberry.field(
        description="政府基础保障名额。Places given basic cover, paid by the government's fund."
    )
    fund_premiums_fen: Int64
    employer_premiums_fen: Int64
    premiums_amended_fen: Int64 = strawberry.field(
        description="保单变更增减的保费。What amendments added to premiums, or took off."
    )
    premiums_refunded_fen: Int64
    claims_reported: int = strawberry.field(description="报案。Claims reported.")
    claims_overdue: int = strawberry.field(
        description="保险机构逾期的法定期限。Deadlines of the law that insurers missed."
    )
    claims_accepted: int
    claims_rejected: int
    claims_accepted_fen: Int64
    claims_paid: int
    claims_paid_fen: Int64
    loss_ratio_bp: int | None = strawberry.field(
        description=(
            "赔付率，万分之一：同意赔付金额除以保费（含变更，减退保）；不足 5 份保单不显示。"
            "Amount accepted over premiums as amended less refunds, in 1/10,000; null below 5 policies."
        )
    )
    loss_ratio_percent: str | None
    fill_p50: FillTimeType | None
    fill_p95: FillTimeType | None
    fill_p50_seconds: int | None = strawberry.field(description="区间上限。Upper bound of the bucket.")
    fill_p95_seconds: int | None = strawberry.field(description="区间上限。Upper bound of the bucket.")

    @classmethod
    def of(cls, figures: Figures) -> FiguresType:
        return cls(
            orders=figures.orders_settled,
            insured_orders=figures.insured_orders,
            insured_share_bp=figures.insured_orders_bp,
            insured_share_percent=percent(figures.insured_orders_bp),
            places=figures.places_settled,
            insured_places=figures.insured_places,
            insured_places_share_bp=figures.insured_places_bp,
            insured_places_share_percent=percent(figures.insured_places_bp),
            workers=figures.workers,
            employers=figures.employers,
            wages_fen=Int64(figures.wages_fen),
            fees_fen=Int64(figures.fees_fen),
            premiums_fen=Int64(figures.premiums_fen),
            posted=figures.orders_posted,
            places_posted=figures.places_posted,
            places_filled=figures.places_filled,
            places_paid=figures.places_paid,
            cancelled=figures.orders_cancelled,
            expired=figures.orders_expired,
            no_shows=figures.no_shows,
            workers_registered=figures.workers_registered,
            employers_registered=figures.employers_registered,
            withdrawals=figures.withdrawals,
            withdrawn_fen=Int64(figures.withdrawn_fen),
            policies_issued=figures.policies_issued,
            policies_refused=figures.policies_refused,
            policies_timed_out=figures.policies_timed_out,
            policies_cancelled=figures.policies_cancelled,
            basic_places=figures.basic_places,
            fund_premiums_fen=Int64(figures.fund_premiums_fen),
            employer_premiums_fen=Int64(figures.employer_premiums_fen),
            premiums_amended_fen=Int64(figures.premiums_amended_fen),
            premiums_refunded_fen=Int64(figures.premiums_refunded_fen),
            claims_reported=figures.claims_reported,
            claims_overdue=figures.claims_overdue,
            claims_accepted=figures.claims_accepted,
            claims_rejected=figures.claims_rejected,
            claims_accepted_fen=Int64(figures.claims_accepted_fen),
            claims_paid=figures.claims_paid,
            claims_paid_fen=Int64(figures.claims_paid_fen),
            loss_ratio_bp=figures.loss_ratio_bp,
            loss_ratio_percent=percent(figures.loss_ratio_bp),
            fill_p50=FillTimeType.of(figures.fill_p50),
            fill_p95=FillTimeType.of(figures.fill_p95),
            fill_p50_seconds=figures.fill_p50.at_most if figures.fill_p50 else None,
            fill_p95_seconds=figures.fill_p95.at_most if figures.fill_p95 else None,
        )


@strawberry.type(name="ReportRow", description="一组。One group; what the report is not grouped by is null.")
class ReportRowType:
    county: CountyType | None
    day: date | None
    trade: str | None = strawberry.field(description="工种代码。Code of the trade.")
    trade_name: str | None
    trade_name_en: str | None
    figures: FiguresType


def page_size(first: int, field: str) -> int:
    """`first` of a list, or `invalid_value` outside its range."""
    most = PAGES[field][1]
    if not 1 <= first <= most:
        raise INVALID_VALUE.error(field="first", reason=f"1..{most}")
    return first


def _rows(
    root: strawberry.Parent[CityReportType],
    first: Annotated[int, strawberry.argument(description="1–1000")] = PAGES["rows"][0],
    skip: Annotated[int, strawberry.argument(description="跳过的行数。Rows to leave out.")] = 0,
) -> list[ReportRowType]:
    if skip < 0:
        raise INVALID_VALUE.error(field="skip", reason="0..")
    known = {fresh.county: fresh for fresh in root.report.freshness}
    of_county = {slug: CountyType.of(root.places_of[slug], fresh) for slug, fresh in known.items()}
    return [
        _row(row, None if row.county is None else of_county[row.county], root.trades_of)
        for row in root.report.rows[skip : skip + page_size(first, "rows")]
    ]


def _row(row: ReportRow, county: CountyType | None, trades: dict[str, Trade]) -> ReportRowType:
    """A trade taken out of the catalogue keeps its figures, under its bare code."""
    known = trades.get(row.trade or "")
    return ReportRowType(
        county=county,
        day=row.day,
        trade=row.trade,
        trade_name=known.name if known else row.trade,
        trade_name_en=known.name_en if known else row.trade,
        figures=FiguresType.of(row.figures),
    )


@strawberry.type(
    name="CityReport",
    description=(
        "全市报表，只含已汇总的数据；数据不完整的县列在 behind。The city's figures from what is folded; "
        "counties whose figures are not complete are named in `behind`."
    ),
)
class CityReportType:
    first: date
    last: date
    total: FiguresType = strawberry.field(
        description="合计；同一人只计一次。All together; a person counts once in the whole city."
    )
    row_count: int
    freshness: list[FreshnessType]
    complete: bool = strawberry.field(description="各县数据均完整。Every county's figures are complete.")
    behind: list[str] = strawberry.field(description="数据不完整的县。Counties that are behind or missing.")
    missing: list[str] = strawberry.field(description="从未汇总的县。Counties never folded, among `behind`.")
    report: strawberry.Private[CityReport]
    places_of: strawberry.Private[dict[str, CountyRef]]
    trades_of: strawberry.Private[dict[str, Trade]]

    rows: list[ReportRowType] = strawberry.field(
        resolver=_rows, description="各组，按县、日、工种排列。The groups, by county, day and trade."
    )

    @classmethod
    def of(cls, report: CityReport, places: dict[str, CountyRef], trades: dict[str, Trade]) -> CityReportType:
        return cls(
            first=report.first,
            last=report.last,
            total=FiguresType.of(report.total),
            row_count=len(report.rows),
            freshness=[FreshnessType.of(known) for known in report.freshness],
            complete=not report.behind,
            behind=list(report.behind),
            missing=[known.county for known in report.freshness if known.state is FreshnessState.MISSING],
            report=report,
            places_of=places,
            trades_of=trades,
        )


@strawberry.type(name="Place", description="订单的一个名额，不含个人信息。A place of an order, nobody named.")
class PlaceType:
    id: strawberry.ID
    no: int
    state: str
    end_reason: str
    covered: bool = strawberry.field(description="雇主所购保单已出具。The employer's policy is issued.")
    basic_asked: bool = strawberry.field(
        description="已申请政府基础保障。The government's basic cover was asked for."
    )
    won_at: datetime
    checked_in_at: datetime | None
    checked_out_at: datetime | None
    quantity: int | None
    wage_fen: Int64 | None
    paid_at: datetime | None

    @classmethod
    def of(cls, place: CityPlace) -> PlaceType:
        return cls(
            id=strawberry.ID(str(place.id)),
            no=place.no,
            state=place.state,
            end_reason=place.end_reason,
            covered=place.covered,
            basic_asked=place.basic_asked,
            won_at=place.won_at,
            checked_in_at=place.checked_in_at,
            checked_out_at=place.checked_out_at,
            quantity=place.quantity,
            wage_fen=None if place.wage_fen is None else Int64(place.wage_fen),
            paid_at=place.paid_at,
        )


@strawberry.type(name="Order", description="订单；金额以分计。An order; money in fen.")
class OrderType:
    id: strawberry.ID
    number: str
    state: OrderState
    end_reason: str
    trade: str
    title: str
    day: date
    starts_at: datetime
    ends_at: datetime
    headcount: int
    basis: str
    rate_fen: Int64
    wage_max_fen: Int64 = strawberry.field(description="每人最高工资。The most a head may earn.")
    total_fen: Int64 = strawberry.field(description="发布时托管的金额。Put into escrow when posted.")
    insured: bool = strawberry.field(description="雇主投保。Insured by the employer.")
    basic_cover: bool = strawberry.field(description="未放弃政府基础保障。Basic cover was not declined.")
    published_at: datetime | None
    filled_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    paid_places: int
    wage_paid_fen: Int64
    fee_paid_fen: Int64
    premium_paid_fen: Int64
    places: list[PlaceType]

    @classmethod
    def of(cls, order: CityOrder) -> OrderType:
        return cls(
            id=strawberry.ID(str(order.id)),
            number=order.number,
            state=OrderState(order.state),
            end_reason=order.end_reason,
            trade=order.trade,
            title=order.title,
            day=order.day,
            starts_at=order.starts_at,
            ends_at=order.ends_at,
            headcount=order.headcount,
            basis=order.basis,
            rate_fen=Int64(order.rate_fen),
            wage_max_fen=Int64(order.wage_max_fen),
            total_fen=Int64(order.total_fen),
            insured=order.insured,
            basic_cover=order.basic_cover,
            published_at=order.published_at,
            filled_at=order.filled_at,
            started_at=order.started_at,
            ended_at=order.ended_at,
            paid_places=order.paid_places,
            wage_paid_fen=Int64(order.wage_paid_fen),
            fee_paid_fen=Int64(order.fee_paid_fen),
            premium_paid_fen=Int64(order.premium_paid_fen),
            places=[PlaceType.of(place) for place in order.places],
        )


@strawberry.type(name="PageInfo")
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


Node = TypeVar("Node")


@strawberry.type(name="Edge")
class Edge(Generic[Node]):
    cursor: str
    node: Node


@strawberry.type(name="Connection", description="由新到旧。Newest first.")
class Connection(Generic[Node]):
    edges: list[Edge[Node]]
    page_info: PageInfo
