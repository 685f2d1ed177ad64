"""The worker's feed: open orders of his trades, the newest or the nearest first, and what is new
since a position. Three queries a page whatever its length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from compliance.people.selectors import worker_for
from kernel.actor import Actor
from kernel.errors import INVALID_VALUE
from orders import geo
from orders.contracts import Point
from orders.models import FEED, FeedCounter, Order
from orders.selectors import MAX_PAGE, order_view, with_free_places
from orders.states import HOLDING, TAKING
from orders.views import FeedPage, OrderView

# Great-circle metres (haversine) from the worker's point; NULL where the order has no coordinates.
_DISTANCE = f"""
    CASE WHEN o.gcj_lat_e6 IS NOT NULL THEN
    round(2 * {geo.EARTH_M} * asin(least(1, sqrt(
        power(sin(radians((o.gcj_lat_e6 - %(lat)s) / 2e6)), 2)
        + cos(radians(%(lat)s / 1e6)) * cos(radians(o.gcj_lat_e6 / 1e6))
        * power(sin(radians((o.gcj_lon_e6 - %(lon)s) / 2e6)), 2)))))::int END
"""
_NOWHERE = 2**31 - 1

_OPEN = """
SELECT o.id, coalesce({distance}, {nowhere}) AS distance_m, o.feed_seq
FROM orders_order AS o
WHERE o.filled_at IS NULL AND o.state = ANY(%(taking)s::text[]) AND o.expires_at > %(now)s
  AND o.feed_seq > %(since)s AND o.feed_seq <= %(upto)s
  AND (%(trades)s::text[] IS NULL OR o.trade = ANY(%(trades)s::text[]))
  AND NOT EXISTS (SELECT FROM orders_assignment AS a
                  WHERE a.order_id = o.id AND a.worker_id = %(worker)s AND a.state = ANY(%(holding)s::text[]))
"""


@dataclass(frozen=True, slots=True)
class FeedQuery:
    """`trades` None = those the worker can or wants to do. `near` sorts by distance and needs `point`;
    `within_m` leaves out what is farther, and what has no coordinates. `since` = only what came into
    the feed after that position."""

    point: Point | None = None
    near: bool = False
    within_m: int | None = None
    trades: Sequence[str] | None = None
    since: int | None = None


def feed(
    *,
    actor: Actor,
    query: FeedQuery,
    now: datetime,
    worker_id: UUID | None = None,
    after: Any | None = None,
    limit: int = 20,
) -> FeedPage:
    """Orders with a free place. `FeedPage.since` is the newest position of the county's feed at the
    time of reading: waiting from it misses nothing, since positions follow commit order.

    The pages after the first keep the first page's upper bound, so nothing is seen twice when new
    orders come. Raises `invalid_value` for a position that is none of ours, `point_invalid`.
    """
    actor.require("orders:feed")
    worker = worker_for(actor, worker_id)
    limit = max(1, min(limit, MAX_PAGE))
    upto, edge = _position(after)
    upto = _newest_position() if upto is None else upto
    point = geo.to_gcj02(geo.check_point(query.point)) if query.point else None
    if query.near and point is None:
        raise INVALID_VALUE.error(field="point", reason="near")
    trades = list(query.trades) if query.trades is not None else sorted({*worker.can_do, *worker.want_to_do})
    values: dict[str, Any] = {
        "taking": sorted(TAKING),
        "holding": sorted(HOLDING),
        "now": now,
        "since": query.since or 0,
        "upto": upto,
        "trades": trades,
        "worker": worker.id,
        "limit": limit + 1,
        "within": query.within_m,
    }
    rows = _rows(point, near=query.near, edge=edge, values=values)
    views = _views(rows[:limit], measured=point is not None)
    following = None
    if len(rows) > limit:
        order_id, distance, seq = rows[limit - 1]
        following = [upto, distance if query.near else seq, str(order_id)]
    return FeedPage(views, following, upto)


def _rows(
    point: Point | None, *, near: bool, edge: tuple[int, UUID] | None, values: dict[str, Any]
) -> list[tuple[UUID, int, int]]:
    """Ids with distance and position, in order. Only constants of this module become SQL text."""
    distance = "NULL"
    if point is not None:
        distance = _DISTANCE
        values |= {"lat": point.lat_e6, "lon": point.lon_e6}
    inner = _OPEN.format(distance=distance, nowhere=_NOWHERE)
    beyond = ""
    if edge is not None:
        values |= {"edge": edge[0], "edge_id": edge[1]}
        ahead = "(distance_m, id) > " if near else "(feed_seq, id) < "
        beyond = f"AND {ahead} (%(edge)s::bigint, %(edge_id)s::uuid)"
    order = "distance_m, id" if near else "feed_seq DESC, id DESC"
    sql = (
        f"WITH found AS ({inner}) SELECT id, distance_m, feed_seq FROM found "  # noqa: S608  # constants only
        f"WHERE (%(within)s::int IS NULL OR distance_m <= %(within)s::int) {beyond} "
        f"ORDER BY {order} LIMIT %(limit)s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found: list[tuple[UUID, int, int]] = cursor.fetchall()
    return found


def _views(rows: Sequence[tuple[UUID, int, int]], *, measured: bool) -> tuple[OrderView, ...]:
    orders = {row.id: row for row in with_free_places(Order.objects.filter(id__in=[one[0] for one in rows]))}
    return tuple(
        order_view(orders[order_id], distance_m=distance if measured and distance != _NOWHERE else None)
        for order_id, distance, _ in rows
    )


def _newest_position() -> int:
    newest: int | None = FeedCounter.objects.filter(id=FEED).values_list("last", flat=True).first()
    return newest or 0


def _position(after: Any | None) -> tuple[int | None, tuple[int, UUID] | None]:
    """Upper bound and edge out of a position. Raises `invalid_value` for one that is none of ours."""
    if after is None:
        return None, None
    try:
        upto, edge, order_id = after
        return int(upto), (int(edge), UUID(order_id))
    except (TypeError, ValueError, AttributeError):
        raise INVALID_VALUE.error(field="cursor", reason="cursor") from None
