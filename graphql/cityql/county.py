"""One county, and the lists that may be looked at in it. Every resolver here returns a `drill.Look`."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Annotated

import strawberry
from graphql import DocumentNode
from strawberry.types import Info

from cityql import drill
from cityql.alert_cases import AlertCaseType
from cityql.callers import Caller
from cityql.case_types import ClaimStatisticsType, ClaimType, DeliveryType
from cityql.changing import id_of
from cityql.county_types import CountyChangeType, ObligationType
from cityql.cover_types import InsurerLinkType, PolicyType
from cityql.database import city_snapshot
from cityql.drill import Desk, Look, as_it_is, looked_up
from cityql.enums import ClaimState, DeliveryState, Layer, PolicyState, SettlementState, Sorting, TableState
from cityql.fund_types import FundType
from cityql.ledger_types import LedgerAccountType, LedgerCheckType, LedgerLineType
from cityql.limits import PAGES
from cityql.lookahead import arguments_below
from cityql.partner_types import PartnerType, partner_types
from cityql.policy_types import PolicyHistoryRowType
from cityql.rate_types import ProductType, RateTableDetail, RateTableType, table_id
from cityql.settlement_types import LossRatioType, SettlementType
from cityql.staff_types import StaffType
from cityql.types import Connection, CountyType, OrderType
from compliance.bordereau.selectors_city import loss_ratio_for_city, settlements_for_city
from compliance.claims.selectors_city import claim_statistics_for_city, claims_for_city
from compliance.fund import selectors as fund_selectors
from compliance.insurance.selectors_city import connections_for_city, policies_for_city
from compliance.rates import selectors as rates
from compliance.rates.selectors_city import products_for_city, tables_for_city
from kernel.clock import business_day
from kernel.errors import NOT_FOUND, DomainError
from ledger.contracts import AccountKind
from ledger.selectors_city import accounts_for_city, transfers_for_city
from orders.selectors_city import orders_for_city
from orders.states import OrderState
from orders.verify import money_check_for_city
from reporting.watch.cases import plan
from reporting.watch.errors import ALERT_UNKNOWN
from tenants.county import CountyWork
from tenants.identity.selectors_city import partner_clients_in_county, staff_in_county
from tenants.operations.obligations import left
from tenants.operations.selectors import county_changes
from tenants.partners import selectors as partners
from tenants.policy.selectors_city import policies_for_city as policy_rows_for_city
from webhooks.selectors_city import deliveries_for_city, endpoints_for_city


@dataclass(slots=True)
class Asking:
    """What resolvers know of the request: the caller, the document that was measured, and the caller's
    language, `zh` or `en`."""

    caller: Caller
    document: DocumentNode
    lang: str


AskingInfo = Info[Asking, None]
MAX_CHANGES = 50
Purpose = Annotated[str, strawberry.argument(description="用途，2–200 字。What for, 2 to 200 characters.")]
First = Annotated[int, strawberry.argument(description="1–100")]
OrderBy = Annotated[Sorting, strawberry.argument(description="排列。The order of the rows.")]
Insurer = Annotated[str | None, strawberry.argument(description="保险机构代码。Code of an insurer.")]


def _orders(
    root: strawberry.Parent[CountyDetail],
    info: AskingInfo,
    purpose: Purpose,
    first: First = PAGES["orders"][0],
    after: str | None = None,
    state: OrderState | None = None,
    trade: str | None = None,
    day: date | None = None,
    order_by: OrderBy = Sorting.NEWEST,
) -> Look:
    return drill.page(
        info.context.caller,
        root.desk.county,
        "orders",
        purpose=purpose,
        first=first,
        after=after,
        filters={"state": state, "trade": trade, "day": day},
        read=orders_for_city,
        node=as_it_is,
        sorting=order_by,
        amount=lambda row: row.total_fen,
    )


def _policies(
    root: strawberry.Parent[CountyDetail],
    info: AskingInfo,
    purpose: Purpose,
    first: First = PAGES["policies"][0],
    after: str | None = None,
    state: PolicyState | None = None,
    layer: Layer | None = None,
    insurer: Insurer = None,
    trade: str | None = None,
    from_day: date | None = None,
    to_day: date | None = None,
    order_by: OrderBy = Sorting.NEWEST,
) -> Look:
    return drill.page(
        info.context.caller,
        root.desk.county,
        "policies",
        purpose=purpose,
        first=first,
        after=after,
        filters={
            "state": state,
            "layer": layer,
            "insurer": insurer,
            "trade": trade,
            "from_day": from_day,
            "to_day": to_day,
        },
        read=policies_for_city,
        node=PolicyType.of,
        sorting=order_by,
        amount=lambda row: row.premium_fen,
    )


def _claims(
    root: strawberry.Parent[CountyDetail],
    info: AskingInfo,
    purpose: Purpose,
    first: First = PAGES["claims"][0],
    after: str | None = None,
    state: ClaimState | None = None,
    insurer: Insurer = None,
    trade: str | None = None,
    from_day: date | None = None,
    to_day: date | None = None,
    order_by: OrderBy = Sorting.NEWEST,
) -> Look:
    return drill.page(
        info.context.caller,
        root.desk.county,
        "claims",
        purpose=purpose,
        first=first,
        after=after,
        filters={
            "state": state,
            "insurer": insurer,
            "trade": trade,
            "from_day": from_day,
            "to_day": to_day,
        },
        read=claims_for_city,
        node=ClaimType.of,
        sorting=order_by,
        amount=lambda row: row.accepted_fen or 0,
    )


def _claim_statistics(
    root: strawberry.Parent[CountyDetail], info: AskingInfo, first_day: date, last_day: date
) -> Look:
    actor = info.context.caller.actor
    actor.require("city:read")
    return lambda _work: ClaimStatisticsType.of(
        claim_statistics_for_city(actor=actor, first=first_day, last=last_day)
    )


def _deliveries(
    root: strawberry.Parent[CountyDetail],
    info: AskingInfo,
    purpose: Purpose,
    first: First = PAGES["deliveries"][0],
    after: str | None = None,
    state: DeliveryState | None = None,
    insurer: Insurer = None,
    type: Annotated[
        str | None, strawberry.argument(description="事件类型。Type of the event, as cn.linggong.….v1.")
    ] = None,
) -> Look:
    return drill.page(
        info.context.caller,
        root.desk.county,
        "deliveries",
        purpose=purpose,
        first=first,
        after=after,
        filters={"state": state, "insurer": insurer, "type": type},
        read=deliveries_for_city,
        node=DeliveryType.of,
    )


def _alert_cases(
    root: strawberry.Parent[CountyDetail],
    info: AskingInfo,
    alert: strawberry.ID,
    purpose: Purpose,
    first: First = PAGES["alertCases"][0],
    after: str | None = None,
) -> Look:
    info.context.caller.actor.require("city:drill")
    read = plan(id_of(alert, ALERT_UNKNOWN, "alert"), root.desk.county)
    return drill.page(
        info.context.caller,
        root.desk.county,
        "alertCases",
        purpose=purpose,
        first=first,
        after=after,
        filters={"alert": alert},
        read=lambda alert, **asked: read(**asked),
        node=AlertCaseType.of,
    )


def _products(root: strawberry.Parent[CountyDetail], info: AskingInfo) -> Look:
    actor = info.context.caller.actor
    actor.require("city:read")
    return lambda work: [
        ProductType.of(found) for found in products_for_city(actor=actor, on=business_day(work.now))
    ]


def _rate_tables(
    root: strawberry.Parent[CountyDetail],
    info: AskingInfo,
    first: Annotated[int, strawberry.argument(description="1–50")] = PAGES["rateTables"][0],
    after: str | None = None,
    product: Annotated[str | None, strawberry.argument(description="产品代码。Code of a product.")] = None,
    insurer: Insurer = None,
    state: TableState | None = None,
) -> Look:
    return drill.page(
        info.context.caller,
        root.desk.county,
        "rateTables",
        purpose=None,
        first=first,
        after=after,
        filters={"product": product, "insurer": insurer, "state": state},
        read=tables_for_city,
        node=RateTableType.of,
    )


def _rate_table(root: strawberry.Parent[CountyDetail], info: AskingInfo, id: strawberry.ID) -> Look:
    """Looks further ahead: what the version is compared with is read in the same transaction."""
    info.context.caller.actor.require("city:read")
    wanted = table_id(id)
    others = {str(arguments["against"]) for arguments in arguments_below(info._raw_info, "diff")}

    def look(work: CountyWork) -> RateTableDetail:
        table, changes = rates.table(wanted), {}
        for other in others:
            with suppress(DomainError):  # said where the difference is asked for, and the table stands
                changes[other] = rates.diff(table_id(other), table.id)
        return RateTableDetail.compared(table, changes)

    return look


def _connections(root: strawberry.Parent[CountyDetail], info: AskingInfo) -> Look:
    actor = info.context.caller.actor
    actor.require("city:read")
    return lambda _work: [InsurerLinkType.of(found) for found in connections_for_city(actor=actor)]


def _settlements(
    root: strawberry.Parent[CountyDetail],
    info: AskingInfo,
    first: First = PAGES["settlements"][0],
    after: str | None = None,
    insurer: Insurer = None,
    state: SettlementState | None = None,
) -> Look:
    return drill.page(
        info.context.caller,
        root.desk.county,
        "settlements",
        purpose=None,
        first=first,
        after=after,
        filters={"insurer": insurer, "state": state},
        read=settlements_for_city,
        node=SettlementType.of,
    )


def _loss_ratio(
    root: strawberry.Parent[CountyDetail],
    info: AskingInfo,
    first_day: date,
    last_day: date,
    insurer: Insurer = None,
) -> Look:
    actor = info.context.caller.actor
    actor.require("city:read")
    if insurer is not None:
        partners.insurer(insurer)
    return lambda _work: LossRatioType.of(
        loss_ratio_for_city(actor=actor, first=first_day, last=last_day, insurer=insurer)
    )


def _fund(root: strawberry.Parent[CountyDetail], info: AskingInfo) -> Look:
    info.context.caller.actor.require("city:read")
    return lambda _work: FundType.of(fund_selectors.fund())


def _ledger_accounts(
    root: strawberry.Parent[CountyDetail],
    info: AskingInfo,
    purpose: Purpose,
    first: First = PAGES["ledgerAccounts"][0],
    after: str | None = None,
    kind: AccountKind | None = None,
    order: Annotated[
        strawberry.ID | None, strawberry.argument(description="此订单的托管账户。The escrow of this order.")
    ] = None,
) -> Look:
    return drill.page(
        info.context.caller,
        root.desk.county,
        "ledgerAccounts",
        purpose=purpose,
        first=first,
        after=after,
        filters={"kind": kind, "order": None if order is None else id_of(order, NOT_FOUND, "order")},
        read=accounts_for_city,
        node=LedgerAccountType.of,
    )


def _ledger_transfers(
    root: strawberry.Parent[CountyDetail],
    info: AskingInfo,
    purpose: Purpose,
    account: strawberry.ID,
    first: First = PAGES["ledgerTransfers"][0],
    after: str | None = None,
) -> Look:
    return drill.page(
        info.context.caller,
        root.desk.county,
        "ledgerTransfers",
        purpose=purpose,
        first=first,
        after=after,
        filters={"account": id_of(account, NOT_FOUND, "account")},
        read=transfers_for_city,
        node=lambda line: LedgerLineType.of(line, info.context.lang),
    )


def _ledger_check(root: strawberry.Parent[CountyDetail], info: AskingInfo, purpose: Purpose) -> Look:
    caller = info.context.caller
    return drill.once(
        caller,
        "ledgerCheck",
        purpose=purpose,
        read=lambda _work: LedgerCheckType.of(money_check_for_city(actor=caller.actor)),
        said=lambda found: {"transfers": found.transfers, "problems": len(found.problems)},
    )


def _partners(root: strawberry.Parent[CountyDetail], info: AskingInfo, purpose: Purpose) -> Look:
    caller, place = info.context.caller, root.desk.county

    def read(_work: CountyWork) -> list[PartnerType]:
        endpoints, counts = endpoints_for_city(actor=caller.actor)
        return partner_types(
            connections_for_city(actor=caller.actor),
            partner_clients_in_county(actor=caller.actor, county=place),
            endpoints,
            counts,
        )

    return drill.once(
        caller, "partners", purpose=purpose, read=read, said=lambda found: {"partners": len(found)}
    )


def _staff(
    root: strawberry.Parent[CountyDetail],
    info: AskingInfo,
    purpose: Purpose,
    first: First = PAGES["staff"][0],
    after: str | None = None,
    role: Annotated[
        str | None, strawberry.argument(description="角色代码，见 roles。Code of a role, see roles.")
    ] = None,
) -> Look:
    return drill.page(
        info.context.caller,
        root.desk.county,
        "staff",
        purpose=purpose,
        first=first,
        after=after,
        filters={"role": role},
        read=partial(staff_in_county, county=root.desk.county),
        node=StaffType.of,
    )


def _policy_history(
    root: strawberry.Parent[CountyDetail],
    info: AskingInfo,
    first: Annotated[int, strawberry.argument(description="1–50")] = PAGES["policyHistory"][0],
    after: str | None = None,
) -> Look:
    return drill.page(
        info.context.caller,
        root.desk.county,
        "policyHistory",
        purpose=None,
        first=first,
        after=after,
        filters={},
        read=policy_rows_for_city,
        node=PolicyHistoryRowType.of,
    )


def _obligations(root: strawberry.Parent[CountyDetail], info: AskingInfo) -> Look:
    info.context.caller.actor.require("city:read")
    return lambda _work: [ObligationType.of(found) for found in left()]


def _changes(root: strawberry.Parent[CountyDetail]) -> list[CountyChangeType]:
    with city_snapshot():
        return [CountyChangeType.of(row) for row in county_changes(root.desk.county, limit=MAX_CHANGES)]


@strawberry.type(
    name="CountyDetail",
    description=(
        "一个县及其明细，一次事务内读取；个案查看须有用途并记入审计。A county with its details, read in one "
        "transaction; looking at single cases needs a purpose, which is kept."
    ),
)
class CountyDetail(CountyType):
    desk: strawberry.Private[Desk]
    changes: list[CountyChangeType] | None = strawberry.field(
        resolver=_changes,
        description="对本县的变更，由新到旧，至多 50 条。What was done to it, newest first, 50 at most.",
    )
    obligations: list[ObligationType] | None = looked_up(
        _obligations,
        "结业前尚须了结的事项；没有则为空。What must end before the county closes; empty: nothing.",
    )
    orders: Connection[OrderType] | None = looked_up(
        _orders,
        "本县订单；需要 city:drill 权限。The county's orders; needs the scope city:drill.",
    )
    policies: Connection[PolicyType] | None = looked_up(
        _policies,
        "保单，按首日筛选；需要 city:drill 权限。Policies by their first day; needs the scope city:drill.",
    )
    claims: Connection[ClaimType] | None = looked_up(
        _claims,
        "理赔案件，按报案日筛选；需要 city:drill 权限。"
        "Claims by the day they were reported; needs the scope city:drill.",
    )
    claim_statistics: ClaimStatisticsType | None = looked_up(
        _claim_statistics,
        "期间内报案的统计（上海时间，含首尾，至多一年）。"
        "Claims reported on these Shanghai days, both included, a year at most.",
    )
    deliveries: Connection[DeliveryType] | None = looked_up(
        _deliveries,
        "向保险机构的推送，由新到旧；需要 city:drill 权限。"
        "Deliveries to insurers, newest first; needs the scope city:drill.",
    )
    alert_cases: Connection[AlertCaseType] | None = looked_up(
        _alert_cases,
        "预警在本县所涉的个案，由新到旧；需要 city:drill 权限。"
        "The cases of an alert in this county, newest first; needs the scope city:drill.",
    )
    products: list[ProductType] | None = looked_up(_products, "保险产品，按代码排列。Products by code.")
    rate_tables: Connection[RateTableType] | None = looked_up(
        _rate_tables, "费率表各版本，由新到旧。Versions of rate tables, newest first."
    )
    rate_table: RateTableDetail | None = looked_up(
        _rate_table, "费率表的一个版本。One version of a rate table."
    )
    connections: list[InsurerLinkType] | None = looked_up(
        _connections, "与各保险机构的连接。Connections to insurers."
    )
    settlements: Connection[SettlementType] | None = looked_up(
        _settlements, "与保险机构的月度结算，由新到旧。Settlements with insurers, newest first."
    )
    loss_ratio: LossRatioType | None = looked_up(
        _loss_ratio,
        "按工种的赔付率（作业日，含首尾）；人数过少的隐去。"
        "Loss ratio by trade for work on these days, both included; small cells are hidden.",
    )
    fund: FundType | None = looked_up(_fund, "政府基础保障资金。The government's money for basic cover.")
    ledger_accounts: Connection[LedgerAccountType] | None = looked_up(
        _ledger_accounts,
        "账户与余额，不含户主；需要 city:drill 权限。"
        "Accounts with their balances, not whose; needs the scope city:drill.",
    )
    ledger_transfers: Connection[LedgerLineType] | None = looked_up(
        _ledger_transfers,
        "一个账户的往来，由新到旧；需要 city:drill 权限。"
        "What moved through one account, newest first; needs the scope city:drill.",
    )
    ledger_check: LedgerCheckType | None = looked_up(
        _ledger_check,
        "重算全部余额并核对；需要 city:drill 权限。"
        "Works out every balance anew and compares; needs the scope city:drill.",
    )
    partners: list[PartnerType] | None = looked_up(
        _partners,
        "合作机构：连接、接口客户端、推送；需要 city:drill 权限。"
        "Partners: connection, machine clients, deliveries; needs the scope city:drill.",
    )
    staff: Connection[StaffType] | None = looked_up(
        _staff,
        "本县工作人员及其在本县的角色；需要 city:drill 权限。"
        "The county's staff and their roles in it; needs the scope city:drill.",
    )
    policy_history: Connection[PolicyHistoryRowType] | None = looked_up(
        _policy_history, "曾发布的规则，后发布的在前。Policy rows, the last published first."
    )
