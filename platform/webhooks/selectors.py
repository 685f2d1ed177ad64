"""Reads about a partner's stream, endpoints and deliveries. Everything is evaluated."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q

from kernel.scope import current_scope
from webhooks.contracts import (
    AttemptView,
    DeliveryCounts,
    DeliveryView,
    EndpointView,
    EventPage,
    EventView,
)
from webhooks.errors import DELIVERY_NOT_FOUND, ENDPOINT_NOT_FOUND, EVENT_NOT_FOUND
from webhooks.models import WAITING, Attempt, Delivery, Endpoint, PartnerEvent
from webhooks.states import DeliveryState, EndpointState

MOST = 500

OF_STATE = {
    DeliveryState.PENDING: WAITING,
    DeliveryState.DELIVERED: Q(delivered_at__isnull=False),
    DeliveryState.DEAD: Q(dead_at__isnull=False),
}
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))"
_SEAL = """
WITH last AS (
    SELECT coalesce(max(position), 0) AS position FROM webhooks_partnerevent WHERE partner = %(partner)s)
UPDATE webhooks_partnerevent e SET position = n.position FROM (
    SELECT v.id, last.position + row_number() OVER (ORDER BY v.id) AS position
      FROM webhooks_partnerevent v, last WHERE v.partner = %(partner)s AND v.position IS NULL) n
 WHERE e.id = n.id
"""


def events_after(partner: str, position: int | None, limit: int = 100) -> EventPage:
    """A partner's events after a position (None or 0: from the beginning), `limit` at most (1 to 500).

    Commit order is not id order. So positions are given to committed events only, here, by one reader at
    a time: an event that commits later gets a later position, and no reader has gone past it.
    """
    after, most = max(position or 0, 0), min(max(limit, 1), MOST)
    _seal(partner)
    rows = PartnerEvent.objects.filter(partner=partner, position__gt=after).order_by("position")
    events = [_event(row) for row in rows[: most + 1]]
    page = events[:most]
    return EventPage(tuple(page), page[-1].position or after if page else after, len(events) > most)


def event_by_id(partner: str, event_id: UUID) -> EventView:
    """One event of the partner's stream, or `event_not_found`."""
    row = PartnerEvent.objects.filter(partner=partner, id=event_id).first()
    if row is None:
        raise EVENT_NOT_FOUND.error(field="event_id")
    return _event(row)


def endpoints(partner: str | None = None) -> list[EndpointView]:
    """A partner's endpoints, or everybody's, oldest first. Secrets are never among them."""
    rows = Endpoint.objects.order_by("partner", "id")
    return [endpoint_view(row) for row in (rows if partner is None else rows.filter(partner=partner))]


def endpoint_by_id(partner: str, endpoint_id: UUID) -> EndpointView:
    """One endpoint, or `endpoint_not_found`, also when it is another partner's."""
    row = Endpoint.objects.filter(partner=partner, id=endpoint_id).first()
    if row is None:
        raise ENDPOINT_NOT_FOUND.error(field="endpoint_id")
    return endpoint_view(row)


def deliveries(
    partner: str | None = None,
    endpoint_id: UUID | None = None,
    state: DeliveryState | str | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> list[DeliveryView]:
    """Deliveries in order of id after `after`, `limit` at most (1 to 500). Raises ValueError for a state
    that is none."""
    rows = Delivery.objects.select_related("event", "endpoint").order_by("id")
    if partner is not None:
        rows = rows.filter(endpoint__partner=partner)
    if endpoint_id is not None:
        rows = rows.filter(endpoint_id=endpoint_id)
    if state is not None:
        rows = rows.filter(OF_STATE[DeliveryState(state)])
    if after is not None:
        rows = rows.filter(id__gt=after)
    return delivery_views(rows[: min(max(limit, 1), MOST)])


def delivery_by_id(partner: str | None, delivery_id: UUID) -> DeliveryView:
    """One delivery, or `delivery_not_found`, also when it is another partner's."""
    rows = Delivery.objects.select_related("event", "endpoint").filter(id=delivery_id)
    if partner is not None:
        rows = rows.filter(endpoint__partner=partner)
    for view in delivery_views(rows):
        return view
    raise DELIVERY_NOT_FOUND.error(field="delivery_id")


def attempts(delivery_id: UUID) -> list[AttemptView]:
    """What was tried of a delivery, oldest first. Older than the months they are kept, they are gone."""
    rows = Attempt.objects.filter(delivery_id=delivery_id).order_by("at", "id")
    return [
        AttemptView(
            id=row.id,
            delivery_id=row.delivery_id,
            at=row.at,
            status=row.status,
            milliseconds=row.milliseconds,
            error=row.error,
        )
        for row in rows
    ]


def delivery_counts() -> list[DeliveryCounts]:
    """Deliveries by partner and state. One query."""
    rows = (
        Delivery.objects.values("endpoint__partner")
        .annotate(**{str(state): Count("id", filter=of) for state, of in OF_STATE.items()})
        .order_by("endpoint__partner")
    )
    return [
        DeliveryCounts(row["endpoint__partner"], row["pending"], row["delivered"], row["dead"])
        for row in rows
    ]


def endpoint_view(row: Endpoint) -> EndpointView:
    return EndpointView(
        id=row.id,
        partner=row.partner,
        url=row.url,
        types=tuple(row.types),
        state=EndpointState(row.state),
        disabled_reason=row.disabled_reason,
        created_at=row.created_at,
        previous_secret_until=row.previous_until,
        failures=row.failures,
        failing_since=row.failing_since,
        open_until=row.open_until,
        last_dead_at=row.last_dead_at,
    )


def delivery_views(rows: Iterable[Delivery]) -> list[DeliveryView]:
    """Views of rows read with their event and endpoint."""
    return [
        DeliveryView(
            id=row.id,
            partner=row.endpoint.partner,
            endpoint_id=row.endpoint_id,
            event_id=row.event_id,
            type=row.event.type,
            subject=row.event.subject,
            state=_state(row),
            attempts=row.attempts,
            created_at=row.created_at,
            next_at=row.next_at if _state(row) is DeliveryState.PENDING else None,
            delivered_at=row.delivered_at,
            dead_at=row.dead_at,
            last_status=row.last_status,
            last_error=row.last_error,
        )
        for row in rows
    ]


def _state(row: Delivery) -> DeliveryState:
    if row.delivered_at is not None:
        return DeliveryState.DELIVERED
    return DeliveryState.PENDING if row.dead_at is None else DeliveryState.DEAD


def _seal(partner: str) -> None:
    if not PartnerEvent.objects.filter(partner=partner, position=None).exists():
        return
    with connection.cursor() as cursor:
        # Two statements: the second one's snapshot begins when the lock is held, so it sees the positions
        # that the one before gave.
        cursor.execute(_LOCK, [f"{current_scope()} webhooks {partner}"])
        cursor.execute(_SEAL, {"partner": partner})


def _event(row: PartnerEvent) -> EventView:
    return EventView(
        id=row.id,
        partner=row.partner,
        type=row.type,
        subject=row.subject,
        sequence=row.sequence,
        position=row.position,
        at=row.at,
        data=row.data,
    )
