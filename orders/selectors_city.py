"""What the city may see of one county's orders: terms, states and sums, nobody's name, number or address."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kernel.actor import Actor
from kernel.sorting import Sorting, in_order
from orders.models import Assignment, Order
from orders.states import AssignmentState

MAX_PAGE = 100


@dataclass(frozen=True, slots=True)
class CityPlace:
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


@dataclass(frozen=True, slots=True)
class CityOrder:
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
    found = list(wanted[: size + 1])
    shown = found[:size]
    places = _places([order.id for order in shown])
    return CityOrders(
        rows=tuple(_order(order, places[order.id]) for order in shown), more=len(found) > len(shown)
    )


def _places(order_ids: list[UUID]) -> dict[UUID, list[Assignment]]:
    of_order: dict[UUID, list[Assignment]] = defaultdict(list)
    rows = Assignment.objects.filter(order_id__in=order_ids).select_related("attendance")
    for row in rows.order_by("order_id", "place_no", "id"):
        of_order[row.order_id].append(row)
    return of_order


def _order(order: Order, rows: list[Assignment]) -> CityOrder:
    paid = [row for row in rows if row.state == AssignmentState.PAID]
    return CityOrder(
        id=order.id,
        number=order.number,
        state=order.state,
        end_reason=order.end_reason,
        trade=order.trade,
        title=order.title,
        day=order.day,
        starts_at=order.starts_at,
        ends_at=order.ends_at,
        headcount=order.headcount,
        basis=order.basis,
        rate_fen=order.rate_fen,
        wage_max_fen=order.wage_max_fen,
        total_fen=order.total_fen,
        insured=order.insured,
        basic_cover=order.basic_cover,
        published_at=order.published_at,
        filled_at=order.filled_at,
        started_at=order.started_at,
        ended_at=order.ended_at,
        paid_places=len(paid),
        wage_paid_fen=sum(row.wage_fen or 0 for row in paid),
        fee_paid_fen=sum(row.fee_fen for row in paid),
        premium_paid_fen=sum(row.premium_paid_fen for row in rows),
        places=tuple(_place(row) for row in rows),
    )


def _place(row: Assignment) -> CityPlace:
    attendance = getattr(row, "attendance", None)
    return CityPlace(
        id=row.id,
        no=row.place_no,
        state=row.state,
        end_reason=row.end_reason,
        covered=row.cover_bound_at is not None,
        basic_asked=row.basic_cover_id is not None,
        won_at=row.won_at,
        checked_in_at=attendance.checked_in_at if attendance else None,
        checked_out_at=attendance.checked_out_at if attendance else None,
        quantity=row.quantity,
        wage_fen=row.wage_fen,
        paid_at=row.paid_at,
    )
