"""What the city may see of one county's orders: terms, states and sums, nobody's name, number or address."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from kernel.actor import Actor
from kernel.sorting import Sorting, in_order
from orders.models import Assignment, Order
from orders.states import AssignmentState

MAX_PAGE = 100


class CityPlace(NamedTuple):
    """One worker's place, without the worker. `covered` by the employer's policy; `basic_asked`: the
    fund's basic cover was asked for. `wage_fen` is what was earned, None until work is finished."""

    id: UUID
    no: int
    state: str
    end_reason: str
    covered: bool
    basic_asked: bool
    won_at: datetime
    checked_in_at: datetime | None
    checked_out_at: datetime | None
    quantity: int | None
    wage_fen: int | None
    paid_at: datetime | None


class CityOrder(NamedTuple):
    """One order. `basic_cover` False: declined for this order. `*_paid_fen` are sums over its paid places;
    `wage_max_fen` is a head's at most."""

    id: UUID
    number: str
    state: str
    end_reason: str
    trade: str
    title: str
    day: date
    starts_at: datetime
    ends_at: datetime
    headcount: int
    basis: str
    rate_fen: int
    wage_max_fen: int
    total_fen: int
    insured: bool
    basic_cover: bool
    published_at: datetime | None
    filled_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    paid_places: int
    wage_paid_fen: int
    fee_paid_fen: int
    premium_paid_fen: int
    places: tuple[CityPlace, ...]


@dataclass(frozen=True, slots=True)
class CityOrders:
    """A page in the order asked for, newest first by itself; `more` says whether others follow."""

    rows: tuple[CityOrder, ...]
    more: bool


def orders_for_city(
    *,
    actor: Actor,
    first: int,
    before: UUID | None = None,
    state: str | None = None,
    trade: str | None = None,
    day: date | None = None,
    sorting: Sorting = Sorting.NEWEST,
    beyond: int | None = None,
) -> CityOrders:
    """Orders of the open county with their places, in two queries however many there are; by amount is by
    what was put into escrow.

    `before` is the id of the last order of the page before, `beyond` its amount. Needs `city:drill`; the
    caller writes the audit row, since it knows the purpose.
    """
    actor.require("city:drill")
    wanted = in_order(Order.objects.all(), sorting, amount="total_fen", before=before, beyond=beyond)
    if state is not None:
        wanted = wanted.filter(state=state)
    if trade is not None:
        wanted = wanted.filter(trade=trade)
    if day is not None:
        wanted = wanted.filter(day=day)
    size = max(1, min(first, MAX_PAGE))
    found = list(wanted.values_list(*_OF_ORDER)[: size + 1])
    shown = found[:size]
    places = _places([row[0] for row in shown])
    return CityOrders(rows=tuple(_order(row, places[row[0]]) for row in shown), more=len(found) > len(shown))


# The columns as they stand at the head of CityOrder. A hundred orders are read as tuples, for making models
# of them takes longer than reading them.
_OF_ORDER = CityOrder._fields[: CityOrder._fields.index("paid_places")]
_OF_PLACE = (
    *("order_id", "fee_fen", "premium_paid_fen", "id", "place_no", "state", "end_reason", "cover_bound_at"),
    *("basic_cover_id", "won_at", "attendance__checked_in_at", "attendance__checked_out_at", "quantity"),
    *("wage_fen", "paid_at"),
)


class _Money(NamedTuple):
    """What an order's places have cost so far, fen."""

    wages: int = 0
    fees: int = 0
    premiums: int = 0


def _places(order_ids: list[UUID]) -> dict[UUID, list[tuple[CityPlace, _Money]]]:
    of_order: dict[UUID, list[tuple[CityPlace, _Money]]] = defaultdict(list)
    rows = Assignment.objects.filter(order_id__in=order_ids).values_list(*_OF_PLACE)
    for order_id, fee, premium, *row in rows.order_by("order_id", "place_no", "id"):
        place = _place(*row)
        paid = place.state == AssignmentState.PAID
        money = _Money((place.wage_fen or 0) if paid else 0, fee if paid else 0, premium)
        of_order[order_id].append((place, money))
    return of_order


def _place(
    row_id: UUID,
    no: int,
    state: str,
    end_reason: str,
    cover_bound_at: datetime | None,
    basic_cover_id: UUID | None,
    *rest: Any,
) -> CityPlace:
    return CityPlace(
        row_id, no, state, end_reason, cover_bound_at is not None, basic_cover_id is not None, *rest
    )


def _order(row: tuple[Any, ...], places: list[tuple[CityPlace, _Money]]) -> CityOrder:
    paid = sum(place.state == AssignmentState.PAID for place, _ in places)
    wages = sum(money.wages for _, money in places)
    fees = sum(money.fees for _, money in places)
    premiums = sum(money.premiums for _, money in places)
    return CityOrder._make((*row, paid, wages, fees, premiums, tuple(place for place, _ in places)))
