"""Products and rate tables of a county as GraphQL types. Evaluated before a type is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

import strawberry

from cityql.enums import Layer, Starts, TableState
from cityql.scalars import Int64
from compliance.rates.contracts import Change, TableContent, TableView
from compliance.rates.selectors_city import CityProduct
from kernel.errors import NOT_FOUND


@strawberry.type(name="Product", description="保险产品。What an insurer sells in this county.")
class ProductType:
    code: str
    insurer: str
    layer: Layer
    name: str
    name_en: str
    starts: Starts
    active: bool
    rank: int | None = strawberry.field(
        description="今日在本层中的询价次序。Its place among those asked in its layer today, 1 for the first."
    )

    @classmethod
    def of(cls, found: CityProduct) -> ProductType:
        product = found.product
        return cls(
            code=product.code,
            insurer=product.insurer,
            layer=product.layer,
            name=product.name,
            name_en=product.name_en,
            starts=product.starts,
            active=product.active,
            rank=found.rank,
        )


@strawberry.type(name="RateLevel", description="保障档次。A level of cover.")
class RateLevelType:
    code: str
    name: str
    death_disability_cover_fen: Int64
    medical_cover_fen: Int64
    factor_permille: int


@strawberry.type(name="RateClass", description="职业风险等级的基础保费。Base premium of a risk class.")
class RateClassType:
    risk_class: int
    premium_fen: Int64
    death_disability_permille: int
    medical_permille: int


@strawberry.type(name="RateOccupation", description="工种的风险等级；0 为不可承保。0 is not insurable.")
class RateOccupationType:
    trade: str
    risk_class: int
    reason: str


@strawberry.type(name="RateAgeBand", description="年龄段，含首尾。Full years, both included.")
class RateAgeBandType:
    from_age: int
    to_age: int
    factor_permille: int
    refused: bool
    reason: str


@strawberry.type(name="RateDayStep", description="自第几天起。From which day of the same job on.")
class RateDayStepType:
    from_day: int
    factor_permille: int


@strawberry.type(name="RateHeadStep", description="自几人起。From how many people on.")
class RateHeadStepType:
    from_heads: int
    factor_permille: int


@strawberry.type(
    name="RateContent",
    description="费率表全文；金额以分计，系数为千分比。All that a price depends on; fen and 1/1,000.",
)
class RateContentType:
    levels: list[RateLevelType]
    classes: list[RateClassType]
    occupations: list[RateOccupationType]
    age_bands: list[RateAgeBandType]
    days: list[RateDayStepType]
    heads: list[RateHeadStepType]
    county_factor_permille: int
    min_premium_fen: Int64
    max_premium_fen: Int64

    @classmethod
    def of(cls, content: TableContent) -> RateContentType:
        return cls(
            levels=[RateLevelType(**asdict(row)) for row in content.levels],
            classes=[RateClassType(**asdict(row)) for row in content.classes],
            occupations=[
                RateOccupationType(trade=trade, risk_class=row.risk_class, reason=row.reason)
                for trade, row in sorted(content.occupations.items())
            ],
            age_bands=[RateAgeBandType(**asdict(row)) for row in content.age_bands],
            days=[RateDayStepType(**asdict(row)) for row in content.days],
            heads=[RateHeadStepType(**asdict(row)) for row in content.heads],
            county_factor_permille=content.county_factor_permille,
            min_premium_fen=Int64(content.min_premium_fen),
            max_premium_fen=Int64(content.max_premium_fen),
        )


@strawberry.type(
    name="RateChange",
    description="两版之间的一处差异；一方没有时为 null。One difference; null for what one does not have.",
)
class RateChangeType:
    path: str
    label: str
    label_en: str
    before: str | None
    after: str | None

    @classmethod
    def of(cls, change: Change) -> RateChangeType:
        return cls(
            path=change.path,
            label=change.label,
            label_en=change.label_en,
            before=None if change.before is None else str(change.before),
            after=None if change.after is None else str(change.after),
        )


@strawberry.type(name="RateTable", description="费率表的一个版本。A version of a product's rates.")
class RateTableType:
    id: strawberry.ID
    product: str
    insurer: str
    version: int
    effective_from: date
    state: TableState
    source: str
    digest: str = strawberry.field(description="全文的 SHA-256。SHA-256 of the document.")
    intact: bool = strawberry.field(description="全文与摘要相符。The document still has its digest.")
    drafted_at: datetime
    submitted_at: datetime | None
    published_at: datetime | None
    content: RateContentType

    @classmethod
    def of(cls, table: TableView) -> RateTableType:
        return cls(**_of_table(table))


def _of_table(table: TableView) -> dict[str, Any]:
    return {
        "id": strawberry.ID(str(table.id)),
        "product": table.product,
        "insurer": table.insurer,
        "version": table.version,
        "effective_from": table.effective_from,
        "state": table.state,
        "source": table.source,
        "digest": table.digest,
        "intact": table.intact,
        "drafted_at": table.drafted_at,
        "submitted_at": table.submitted_at,
        "published_at": table.published_at,
        "content": RateContentType.of(table.content),
    }


def _diff(root: strawberry.Parent[RateTableDetail], against: strawberry.ID) -> list[RateChangeType] | None:
    changes = root.changes_from.get(str(against))
    if changes is None:
        raise NOT_FOUND.error(field="against")
    return [RateChangeType.of(change) for change in changes]


@strawberry.type(
    name="RateTableDetail",
    description="一个版本，可与其他版本对照。A version, which may be compared with others.",
)
class RateTableDetail(RateTableType):
    changes_from: strawberry.Private[Mapping[str, list[Change]]]
    diff: list[RateChangeType] | None = strawberry.field(
        resolver=_diff,
        description="与另一版本逐项对照。What this version has otherwise than the other, side by side.",
    )

    @classmethod
    def compared(cls, table: TableView, changes_from: Mapping[str, list[Change]]) -> RateTableDetail:
        return cls(**_of_table(table), changes_from=changes_from)


def table_id(text: str) -> UUID:
    """The id of a rate table; what is none belongs to no table."""
    try:
        return UUID(text)
    except ValueError:
        raise NOT_FOUND.error(field="id") from None
