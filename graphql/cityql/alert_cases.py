"""The cases behind an alert, in one of its counties, as GraphQL types; nobody named."""

from __future__ import annotations

from datetime import date, datetime

import strawberry

from cityql.names import TradeNameType
from cityql.scalars import Int64
from orders.selectors_watch import CityCase


@strawberry.type(
    name="AlertCase",
    description=(
        "预警所涉的订单或名额，不含个人信息。An order behind an alert, or a place of it; nobody named."
    ),
)
class AlertCaseType:
    id: strawberry.ID
    order_id: strawberry.ID
    number: str = strawberry.field(description="订单编号。The order's number.")
    place_no: int | None = strawberry.field(description="名额序号；整单为空。Which place; null for an order.")
    trade: TradeNameType | None
    day: date
    starts_at: datetime
    ends_at: datetime
    state: str = strawberry.field(description="订单或名额的状态。State of the order, or of the place.")
    amount_fen: Int64 | None = strawberry.field(description="所报单价或报酬。The rate offered, or the wage.")

    @classmethod
    def of(cls, case: CityCase) -> AlertCaseType:
        return cls(
            id=strawberry.ID(str(case.id)),
            order_id=strawberry.ID(str(case.order_id)),
            number=case.number,
            place_no=case.place_no,
            trade=TradeNameType.of(case.trade),
            day=case.day,
            starts_at=case.starts_at,
            ends_at=case.ends_at,
            state=case.state,
            amount_fen=None if case.amount_fen is None else Int64(case.amount_fen),
        )
