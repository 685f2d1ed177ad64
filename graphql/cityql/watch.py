"""What deserves a look, and the ticker, as GraphQL."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from cityql.database import city_snapshot
from cityql.names import CountyNameType, TradeNameType
from cityql.scalars import Int64
from kernel.errors import INVALID_VALUE
from reporting.watch.contracts import HappeningKind, HappeningView
from reporting.watch.ticker import MAX_HAPPENINGS, ticker

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


@strawberry.type
class WatchQuery:
    ticker: list[HappeningType] = strawberry.field(
        resolver=_ticker,
        description=(
            "最新动态，由新到旧，不含个人信息；沙盒县不列。"
            "What happened last, newest first, nobody named; sandboxes are left out."
        ),
    )
