"""One county's orders: one transaction in that county, which also keeps who looked, and why."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.core import signing

from cityql.callers import Caller
from cityql.database import county_for_drill
from cityql.errors import CURSOR, PURPOSE
from cityql.types import OrderConnection, OrderEdge, OrderType, PageInfo, page_size
from kernel import audit
from kernel.errors import DomainError
from kernel.identifiers import clean_text
from orders.selectors_city import orders_for_city
from orders.states import OrderState
from tenants import catalogue
from tenants.contracts import CountyRef

MAX_PURPOSE = 200


def orders_of(
    caller: Caller,
    county: CountyRef,
    *,
    purpose: str,
    first: int,
    after: str | None,
    state: OrderState | None,
    trade: str | None,
    day: date | None,
) -> OrderConnection:
    """A page of the county's orders, evaluated in one `run_in_county` with its audit row. What is wrong
    with the arguments is refused before the county is opened."""
    caller.actor.require("city:drill")
    why = _purpose(purpose)
    size = page_size(first, "orders")
    if trade is not None:
        catalogue.trade(trade)
    salt = f"cityql:{county.schema_name}:{state}:{trade}:{day}"
    before = None if after is None else _position(after, salt)
    with county_for_drill(county) as work:
        page = orders_for_city(
            actor=caller.actor, first=size, before=before, state=state, trade=trade, day=day
        )
        audit.record(
            caller.actor,
            "city.orders_read",
            subject=None,
            purpose=why,
            now=work.now,
            detail={
                "orders": len(page.rows),
                "state": state and str(state),
                "trade": trade,
                "day": day and day.isoformat(),
                "continued": before is not None,
            },
        )
    edges = [
        OrderEdge(cursor=signing.dumps(order.id.hex, salt=salt), node=OrderType.of(order))
        for order in page.rows
    ]
    return OrderConnection(
        edges=edges,
        page_info=PageInfo(has_next_page=page.more, end_cursor=edges[-1].cursor if edges else None),
    )


def _purpose(text: str) -> str:
    try:
        return clean_text(text, "purpose", MAX_PURPOSE, min_len=2)
    except DomainError:
        raise PURPOSE.error(field="purpose") from None


def _position(cursor: str, salt: str) -> UUID:
    """A cursor is good for the list it was given for: this county, these filters."""
    try:
        return UUID(hex=signing.loads(cursor[:500], salt=salt))
    except signing.BadSignature:
        raise CURSOR.error(field="after") from None
