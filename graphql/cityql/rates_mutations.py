"""What the city does about a county's rate tables: drafts, hands on, publishes, turns down. The second
person's rule is the use case's: whoever drafted or submitted a version does not publish it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Annotated
from uuid import UUID

import strawberry

from cityql.changing import county_to_change
from cityql.county import AskingInfo
from cityql.errors import ARGUMENT
from cityql.rate_types import RateTableType, table_id
from cityql.scalars import Int64
from compliance.rates import document, selectors, xlsx
from compliance.rates.contracts import TableContent
from compliance.rates.states import TableState
from compliance.rates.use_cases import draft_table, publish_table, submit_table, withdraw_table
from kernel.actor import Actor
from tenants.catalogue import trades
from tenants.county import CountyWork


@strawberry.input(name="RateLevelInput", description="保障档次。A level of cover.")
class RateLevelInput:
    code: str
    name: str
    death_disability_cover_fen: Int64
    medical_cover_fen: Int64
    factor_permille: int


@strawberry.input(name="RateClassInput", description="风险等级的基础保费。Base premium of a risk class.")
class RateClassInput:
    risk_class: int
    premium_fen: Int64
    death_disability_permille: int | None = None
    medical_permille: int | None = None


@strawberry.input(name="RateOccupationInput", description="工种的风险等级；0 为不可承保。0: not insurable.")
class RateOccupationInput:
    trade: str
    risk_class: int
    reason: str | None = None


@strawberry.input(name="RateAgeBandInput", description="年龄段，含首尾。Full years, both included.")
class RateAgeBandInput:
    from_age: int
    to_age: int
    factor_permille: int | None = None
    refused: bool | None = None
    reason: str | None = None


@strawberry.input(name="RateDayStepInput", description="自第几天起。From which day of the same job on.")
class RateDayStepInput:
    from_day: int
    factor_permille: int


@strawberry.input(name="RateHeadStepInput", description="自几人起。From how many people on.")
class RateHeadStepInput:
    from_heads: int
    factor_permille: int


@strawberry.input(
    name="RateContentInput",
    description="费率表全文；金额以分计，系数为千分比。All that a price depends on; fen and 1/1,000.",
)
class RateContentInput:
    levels: list[RateLevelInput]
    classes: list[RateClassInput]
    occupations: list[RateOccupationInput]
    age_bands: list[RateAgeBandInput]
    days: list[RateDayStepInput]
    heads: list[RateHeadStepInput]
    county_factor_permille: int
    min_premium_fen: Int64
    max_premium_fen: Int64


County = Annotated[str, strawberry.argument(description="县的短名。The county's short name.")]
Product = Annotated[str, strawberry.argument(description="产品代码。Code of a product.")]
From = Annotated[
    date,
    strawberry.argument(description="生效日，发布时不得早于当日。The first day; not past when published."),
]
Source = Annotated[str, strawberry.argument(description="费率来源。Where the rates come from.")]
Submit = Annotated[
    bool, strawberry.argument(description="同时送审。Also hands it to a second person at once.")
]


def _draft(
    info: AskingInfo,
    county: County,
    product: Product,
    effective_from: From,
    source: Source,
    content: RateContentInput,
    submit: Submit = False,
) -> RateTableType | None:
    read = document.parse_content(document.from_rows(asdict(content)), trades=trades())
    return _drafted(info, county, product, effective_from, source, read, submit)


def _draft_from_file(
    info: AskingInfo,
    county: County,
    product: Product,
    effective_from: From,
    source: Source,
    file_base64: Annotated[
        str, strawberry.argument(description="导出格式的工作簿（XLSX）。A workbook as it is exported.")
    ],
    submit: Submit = False,
) -> RateTableType | None:
    info.context.caller.actor.require(selectors.CITY)  # before a workbook is opened
    if len(file_base64) > xlsx.MAX_FILE * 4 // 3 + 4:
        raise ARGUMENT.error(field="fileBase64", reason=f"0..{xlsx.MAX_FILE} bytes")
    try:
        workbook = base64.b64decode(file_base64, validate=True)
    except (ValueError, binascii.Error):
        raise ARGUMENT.error(field="fileBase64", reason="base64 (RFC 4648)") from None
    read = xlsx.read_table(workbook, trades=trades())
    return _drafted(info, county, product, effective_from, source, read, submit)


def _drafted(
    info: AskingInfo,
    county: str,
    product: str,
    effective_from: date,
    source: str,
    content: TableContent,
    submit: bool,
) -> RateTableType:
    actor = info.context.caller.actor
    actor.require(selectors.CITY)
    with county_to_change(county) as work:
        made = draft_table(
            product=product,
            effective_from=effective_from,
            content=content,
            source=source,
            once=True,
            actor=actor,
            now=work.now,
        )
        if submit and selectors.table(made).state is TableState.DRAFT:
            submit_table(table_version_id=made, actor=actor, now=work.now)
        return RateTableType.of(selectors.table(made))


def _move(
    info: AskingInfo, county: str, id: str, move: Callable[[UUID, Actor, CountyWork], None]
) -> RateTableType:
    actor, wanted = info.context.caller.actor, table_id(id)
    actor.require(selectors.CITY)
    with county_to_change(county) as work:
        move(wanted, actor, work)
        return RateTableType.of(selectors.table(wanted))


def _submit(info: AskingInfo, county: County, id: strawberry.ID) -> RateTableType | None:
    return _move(
        info,
        county,
        id,
        lambda wanted, actor, work: submit_table(table_version_id=wanted, actor=actor, now=work.now),
    )


def _publish(info: AskingInfo, county: County, id: strawberry.ID) -> RateTableType | None:
    return _move(
        info,
        county,
        id,
        lambda wanted, actor, work: publish_table(table_version_id=wanted, actor=actor, now=work.now),
    )


def _withdraw(
    info: AskingInfo,
    county: County,
    id: strawberry.ID,
    reason: Annotated[str, strawberry.argument(description="原因，将留存。Why; it is kept.")],
) -> RateTableType | None:
    return _move(
        info,
        county,
        id,
        lambda wanted, actor, work: withdraw_table(
            table_version_id=wanted, reason=reason, actor=actor, now=work.now
        ),
    )


@strawberry.type
class RatesMutation:
    draft_rate_table: RateTableType | None = strawberry.field(
        resolver=_draft,
        description=(
            "为一个县的产品起草下一版费率；同一人重复提交同一内容无影响。需要 city:rates 权限。"
            "Drafts the next version of a product's rates in a county; repeating it changes nothing. "
            "Needs city:rates."
        ),
    )
    draft_rate_table_from_file: RateTableType | None = strawberry.field(
        resolver=_draft_from_file,
        description=(
            "以工作簿起草，有误的单元格逐一指出。The same from a workbook; every wrong cell is named."
        ),
    )
    submit_rate_table: RateTableType | None = strawberry.field(
        resolver=_submit, description="送审。Hands a draft to a second person."
    )
    publish_rate_table: RateTableType | None = strawberry.field(
        resolver=_publish,
        description=(
            "由第二人复核并发布，自生效日起计价。A second person puts a version in force from its first day."
        ),
    )
    withdraw_rate_table: RateTableType | None = strawberry.field(
        resolver=_withdraw,
        description="放弃草稿，或在复核中退回。Gives up a draft, or turns a version down in its review.",
    )
