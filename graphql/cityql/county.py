"""One county, and the lists that may be looked at in it. Every resolver here returns a `drill.Look`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

import strawberry
from graphql import DocumentNode
from strawberry.types import Info

from cityql import drill
from cityql.callers import Caller
from cityql.drill import Desk, Look, looked_up
from cityql.limits import PAGES
from cityql.types import Connection, CountyType, OrderType
from orders.selectors_city import orders_for_city
from orders.states import OrderState


@dataclass(slots=True)
class Asking:
    """What resolvers know of the request: the caller, and the document that was measured."""

    caller: Caller
    document: DocumentNode


AskingInfo = Info[Asking, None]
Purpose = Annotated[str, strawberry.argument(description="用途，2–200 字。What for, 2 to 200 characters.")]
First = Annotated[int, strawberry.argument(description="1–100")]


def _orders(
    root: strawberry.Parent[CountyDetail],
    info: AskingInfo,
    purpose: Purpose,
    first: First = PAGES["orders"][0],
    after: str | None = None,
    state: OrderState | None = None,
    trade: str | None = None,
    day: date | None = None,
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
        node=OrderType.of,
    )


@strawberry.type(
    name="CountyDetail",
    description=(
        "一个县及其明细；明细查看须有用途并记入审计。"
        "A county with its details; each look is kept with its purpose."
    ),
)
class CountyDetail(CountyType):
    desk: strawberry.Private[Desk]
    orders: Connection[OrderType] | None = looked_up(
        _orders,
        "本县订单，由新到旧；需要 city:drill 权限。"
        "The county's orders, newest first; needs the scope city:drill.",
    )
