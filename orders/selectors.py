"""Reading orders. Everything returned is evaluated; each list costs the same number of queries
whatever its length. A page's position (`after`) is a JSON value that doors seal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from compliance.insurance import selectors as insurance
from compliance.insurance.contracts import PolicyView
from compliance.people.selectors import employer_for, employers_of, worker_for, worker_views, workers_of
from compliance.rates.contracts import Layer
from kernel.actor import Actor
from kernel.errors import FORBIDDEN, INVALID_VALUE, NOT_FOUND
from kernel.models import TransitionLog
from ledger import selectors as ledger
from ledger.contracts import AccountKind
from orders.contracts import Datum, Point
from orders.models import Assignment, Attendance, Order, Review
from orders.states import ENDED
from orders.views import (
    AssignmentView,
    CoverView,
    OrderDetail,
    OrderMoney,
    OrderView,
    Page,
    ReviewView,
    Roster,
    TimelineEntry,
    WorkerAssignment,
)

MAX_PAGE = 200
MAX_TIMELINE = 2_000


# -- rows as views ---------------------------------------------------------------------------------


def with_free_places(orders: QuerySet[Order]) -> QuerySet[Order]:
    return orders.annotate(free_places=Count("places", filter=Q(places__taken_by=None)))


def order_view(row: Any, *, distance_m: int | None = None) -> OrderView:
    """`row` is an Order annotated by `with_free_places`."""
    point = Point(row.lat_e6, row.lon_e6, Datum(row.datum)) if row.lat_e6 is not None else None
    return OrderView(
        id=row.id,
        number=row.number,
        state=row.state,
        end_reason=row.end_reason,
        trade=row.trade,
        title=row.title,
        description=row.description,
        address=row.address,
        point=point,
        day=row.day,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        break_minutes=row.break_minutes,
        headcount=row.headcount,
        free_places=row.free_places,
        basis=row.basis,
        rate_fen=row.rate_fen,
        quantity_expected=row.quantity_expected,
        quantity_max=row.quantity_max,
        unit=row.unit,
        wage_max_fen=row.wage_max_fen,
        insured=row.insured,
        certificate=row.certificate,
        employer_id=row.employer_id,
        published_at=row.published_at,
        expires_at=row.expires_at,
        filled_at=row.filled_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        distance_m=distance_m,
    )


def assignment_views(rows: Sequence[Assignment]) -> list[AssignmentView]:
    """Two queries: attendance and cover of all."""
    ids = [row.id for row in rows]
    attended = {one.assignment_id: one for one in Attendance.objects.filter(assignment_id__in=ids)}
    policies = insurance.newest_of(row.id for row in rows)
    return [
        AssignmentView(
            id=row.id,
            order_id=row.order_id,
            worker_id=row.worker_id,
            place_no=row.place_no,
            state=row.state,
            end_reason=row.end_reason,
            won_at=row.won_at,
            undo_until=row.undo_until,
            checked_in_at=attended[row.id].checked_in_at if row.id in attended else None,
            checked_out_at=attended[row.id].checked_out_at if row.id in attended else None,
            quantity=row.quantity,
            wage_max_fen=row.order.wage_max_fen,
            wage_fen=row.wage_fen,
            compensation_fen=row.compensation_fen,
            cover=_top_up_state(policies.get(row.id, ())),
            covers=tuple(_cover_view(policy) for policy in policies.get(row.id, ())),
            silence_at=row.silence_at,
            confirmed_by=row.confirmed_by,
            paid_at=row.paid_at,
        )
        for row in rows
    ]


def _top_up_state(policies: Sequence[PolicyView]) -> str:
    return next((str(policy.state) for policy in policies if policy.layer is Layer.TOP_UP), "none")


def _cover_view(policy: PolicyView) -> CoverView:
    return CoverView(
        policy_id=policy.id,
        layer=str(policy.layer),
        status=policy.status,
        state=str(policy.state),
        insurer=policy.insurer,
        certificate_number=policy.certificate_number,
        slip=policy.slip,
        covers_from=policy.covers_from,
        covers_until=policy.covers_until,
    )


def assignment_view(row: Assignment) -> AssignmentView:
    return assignment_views([row])[0]


# -- one order -------------------------------------------------------------------------------------


def order_detail(*, order_id: UUID, actor: Actor) -> OrderDetail:
    """The order with what the actor may see of it: the employer's side gets roster and money, a
    worker his own place, everybody else the posting. Raises `not_found`."""
    actor.require("orders:read")
    row = with_free_places(Order.objects.filter(id=order_id)).first()
    if row is None:
        raise NOT_FOUND.error(field="order_id")
    view = order_view(row)
    if _is_employers_side(actor, row.employer_id):
        return OrderDetail(order=view, roster=roster(row), money=_money(row))
    return OrderDetail(order=view, mine=_own_place(actor, row.id))


def _is_employers_side(actor: Actor, employer_id: UUID) -> bool:
    if not actor.has("orders:confirm"):
        return False
    return actor.has("act_for") or employer_id in {one.id for one in employers_of(actor)}


def _own_place(actor: Actor, order_id: UUID) -> AssignmentView | None:
    mine = [worker.id for worker in workers_of(actor)]
    rows = Assignment.objects.select_related("order").filter(order_id=order_id, worker_id__in=mine)
    newest = rows.order_by("-won_at", "-id").first()
    return assignment_view(newest) if newest else None


def roster(order: Order) -> tuple[Roster, ...]:
    """Everybody who has or had a place, by place; names masked. Four queries."""
    rows = list(
        Assignment.objects.select_related("order").filter(order=order).order_by("place_no", "won_at", "id")
    )
    workers = worker_views([row.worker_id for row in rows])
    return tuple(
        Roster(assignment=view, worker_name=workers[view.worker_id].name_masked)
        for view in assignment_views(rows)
    )


def _money(order: Order) -> OrderMoney:
    escrow = ledger.account(AccountKind.ORDER_ESCROW, order.id)
    sums = Assignment.objects.filter(order=order).aggregate(
        wage=Sum("wage_fen"),
        fee=Sum("fee_fen"),
        premium=Sum("premium_paid_fen"),
        extra=Sum("compensation_fen"),
    )
    return OrderMoney(
        premium_per_head_fen=order.premium_fen,
        fee_per_head_fen=order.fee_max_fen,
        total_fen=order.total_fen,
        escrow_fen=escrow.balance_fen if escrow else 0,
        held_fen=escrow.held_fen if escrow else 0,
        wage_paid_fen=int(sums["wage"] or 0),
        fee_paid_fen=int(sums["fee"] or 0),
        premium_paid_fen=int(sums["premium"] or 0),
        compensation_fen=int(sums["extra"] or 0),
    )


def assignment_detail(*, assignment_id: UUID, actor: Actor) -> WorkerAssignment:
    """One place with its order, for its worker, the employer's side or the hall. Raises `not_found`."""
    actor.require("orders:read")
    row = Assignment.objects.select_related("order").filter(id=assignment_id).first()
    if row is None:
        raise NOT_FOUND.error(field="assignment_id")
    if not _is_employers_side(actor, row.order.employer_id):
        worker_for(actor, row.worker_id)
    order = with_free_places(Order.objects.filter(id=row.order_id)).get()
    return WorkerAssignment(assignment_view(row), order_view(order))


def timeline(*, order_id: UUID, actor: Actor) -> list[TimelineEntry]:
    """Who moved what, oldest first: the order and all its places for the employer's side, the order
    and his own place for a worker. Actors are named by channel only."""
    detail = order_detail(order_id=order_id, actor=actor)
    subjects = {order_id}
    if detail.money is not None:
        subjects |= {row.assignment.id for row in detail.roster}
    elif detail.mine is not None:
        subjects.add(detail.mine.id)
    rows = TransitionLog.objects.filter(subject__in=subjects, machine__in=("order", "assignment"))
    return [
        TimelineEntry(row.at, row.machine, row.subject, row.frm, row.to, row.channel, row.reason)
        for row in rows.order_by("at", "id")[:MAX_TIMELINE]
    ]


# -- pages -----------------------------------------------------------------------------------------


def employer_orders(
    *,
    actor: Actor,
    employer_id: UUID | None = None,
    state: str | None = None,
    after: Any | None = None,
    limit: int = 50,
) -> Page[OrderView]:
    """An employer's orders, newest first."""
    actor.require("orders:read")
    employer = employer_for(actor, employer_id, need="read")
    return _page(_state(Order.objects.filter(employer_id=employer.id), state), after, limit)


def county_orders(
    *,
    actor: Actor,
    first: date | None = None,
    last: date | None = None,
    trade: str | None = None,
    state: str | None = None,
    after: Any | None = None,
    limit: int = 50,
) -> Page[OrderView]:
    """The county's orders by day of the work, for those who oversee it: hall, county, city."""
    if not any(actor.has(scope) for scope in ("city:drill", "policy:read", "act_for")):
        raise FORBIDDEN.error(scope="city:drill")
    rows = Order.objects.all()
    if first is not None:
        rows = rows.filter(day__gte=first)
    if last is not None:
        rows = rows.filter(day__lte=last)
    if trade is not None:
        rows = rows.filter(trade=trade)
    return _page(_state(rows, state), after, limit)


def worker_assignments(
    *, actor: Actor, worker_id: UUID | None = None, after: Any | None = None, limit: int = 50
) -> Page[WorkerAssignment]:
    """A worker's places, newest first."""
    actor.require("orders:read")
    worker = worker_for(actor, worker_id)
    limit = _limit(limit)
    rows = Assignment.objects.select_related("order").filter(worker_id=worker.id)
    if after is not None:
        rows = rows.filter(id__lt=position_id(after))
    found = list(rows.order_by("-id")[: limit + 1])
    shown = found[:limit]
    orders = {
        row.id: order_view(row)
        for row in with_free_places(Order.objects.filter(id__in={one.order_id for one in shown}))
    }
    items = tuple(WorkerAssignment(view, orders[view.order_id]) for view in assignment_views(shown))
    return Page(items, [str(shown[-1].id)] if len(found) > limit else None)


def _page(rows: QuerySet[Order], after: Any | None, limit: int) -> Page[OrderView]:
    limit = _limit(limit)
    if after is not None:
        rows = rows.filter(id__lt=position_id(after))
    found = list(with_free_places(rows).order_by("-id")[: limit + 1])
    shown = found[:limit]
    return Page(tuple(order_view(row) for row in shown), [str(shown[-1].id)] if len(found) > limit else None)


def _state(rows: QuerySet[Order], state: str | None) -> QuerySet[Order]:
    return rows if state is None else rows.filter(state=state)


def _limit(limit: int) -> int:
    return max(1, min(limit, MAX_PAGE))


def position_id(after: Any) -> UUID:
    """The id in a position. Raises `invalid_value` for one that is none of ours."""
    try:
        return UUID(after[0])
    except (TypeError, ValueError, IndexError, KeyError, AttributeError):
        raise INVALID_VALUE.error(field="cursor", reason="cursor") from None


def settled_order_ids() -> list[UUID]:
    """Orders that have ended, one way or another: the escrow of each must be empty."""
    return list(Order.objects.filter(state__in=ENDED).order_by("id").values_list("id", flat=True))


# -- reviews ---------------------------------------------------------------------------------------


def reviews_of_order(*, order_id: UUID) -> list[ReviewView]:
    rows = Review.objects.filter(assignment__order_id=order_id).order_by("id")
    return [ReviewView(r.assignment_id, r.direction, r.rating, r.text, r.written_at) for r in rows]
