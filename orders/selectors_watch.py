"""Cases behind an alert of the city's, in one county: orders and places by their numbers, nobody named."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.db.models import F, Model, QuerySet

from kernel.actor import Actor
from kernel.clock import day_bounds
from orders.contracts import PayBasis
from orders.models import Assignment, Order
from orders.states import AssignmentState, OrderState

MAX_PAGE = 100

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class CityCase:
    """An order, or one place of it: then `place_no` says which and `id` is the assignment's. `amount_fen` is
    the rate offered, or the wage."""

    id: UUID
    order_id: UUID
    number: str
    place_no: int | None
    trade: str
    day: date
    starts_at: datetime
    ends_at: datetime
    state: str
    amount_fen: int | None


@dataclass(frozen=True, slots=True)
class CityCases:
    """A page, newest first; `more` says whether older ones follow."""

    rows: tuple[CityCase, ...]
    more: bool


NO_CASES = CityCases((), more=False)


def places_by_id(*, actor: Actor, ids: Collection[UUID], first: int, before: UUID | None = None) -> CityCases:
    """Places of the open county by their assignments. Needs `city:drill`, as all here does; the caller
    writes the audit row, since it knows the purpose."""
    return _places(actor, Assignment.objects.filter(id__in=list(ids)), first, before)


def places_overdue(*, actor: Actor, due_at: datetime, first: int, before: UUID | None = None) -> CityCases:
    """Places whose work is over and whose wage, due before a moment, is not paid."""
    wanted = Assignment.objects.filter(state=AssignmentState.FINISHED, silence_at__lt=due_at)
    return _places(actor, wanted, first, before)


def places_paid_slowly(
    *,
    actor: Actor,
    first_day: date,
    last_day: date,
    after_hours: int,
    first: int,
    before: UUID | None = None,
) -> CityCases:
    """Places paid on these Shanghai days, longer than so many hours after the work was over."""
    since, until = day_bounds(first_day)[0], day_bounds(last_day)[1]
    wanted = Assignment.objects.filter(
        paid_at__gte=since, paid_at__lt=until, paid_at__gt=F("finished_at") + timedelta(hours=after_hours)
    )
    return _places(actor, wanted, first, before)


def orders_by_pay(
    *,
    actor: Actor,
    trade: str,
    basis: PayBasis,
    at_most_fen: int | None = None,
    above_fen: int | None = None,
    first_day: date,
    last_day: date,
    first: int,
    before: UUID | None = None,
) -> CityCases:
    """Orders of a trade and pay basis published on these Shanghai days at a rate at most, or above."""
    since, until = day_bounds(first_day)[0], day_bounds(last_day)[1]
    wanted = Order.objects.filter(trade=trade, basis=basis, published_at__gte=since, published_at__lt=until)
    if at_most_fen is not None:
        wanted = wanted.filter(rate_fen__lte=at_most_fen)
    if above_fen is not None:
        wanted = wanted.filter(rate_fen__gt=above_fen)
    return _orders(actor, wanted, first, before)


def orders_settled_uninsured(
    *, actor: Actor, first_day: date, last_day: date, first: int, before: UUID | None = None
) -> CityCases:
    """Orders settled on these Shanghai days that carry no insurance of the employer's."""
    since, until = day_bounds(first_day)[0], day_bounds(last_day)[1]
    wanted = Order.objects.filter(
        state=OrderState.SETTLED, insured=False, ended_at__gte=since, ended_at__lt=until
    )
    return _orders(actor, wanted, first, before)


def _places(actor: Actor, wanted: QuerySet[Assignment], first: int, before: UUID | None) -> CityCases:
    found = _page(actor, wanted.select_related("order"), first, before)
    size = max(1, min(first, MAX_PAGE))
    return CityCases(
        rows=tuple(
            CityCase(
                id=row.id,
                order_id=row.order_id,
                number=row.order.number,
                place_no=row.place_no,
                trade=row.order.trade,
                day=row.order.day,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                state=row.state,
                amount_fen=row.wage_fen,
            )
            for row in found[:size]
        ),
        more=len(found) > size,
    )


def _orders(actor: Actor, wanted: QuerySet[Order], first: int, before: UUID | None) -> CityCases:
    found = _page(actor, wanted, first, before)
    size = max(1, min(first, MAX_PAGE))
    return CityCases(
        rows=tuple(
            CityCase(
                id=row.id,
                order_id=row.id,
                number=row.number,
                place_no=None,
                trade=row.trade,
                day=row.day,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                state=row.state,
                amount_fen=row.rate_fen,
            )
            for row in found[:size]
        ),
        more=len(found) > size,
    )


def _page(actor: Actor, wanted: QuerySet[M], first: int, before: UUID | None) -> list[M]:
    """One more than a page, so that it shows whether others follow."""
    actor.require("city:drill")
    if before is not None:
        wanted = wanted.filter(pk__lt=before)
    return list(wanted.order_by("-pk")[: max(1, min(first, MAX_PAGE)) + 1])
