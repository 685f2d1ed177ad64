"""What the city may see of one county's deliveries to partners: which kind of news, where it stands. An
event's data and an endpoint's address and secrets are the county's and the partner's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel.actor import Actor
from webhooks.contracts import DeliveryCounts, DeliveryView
from webhooks.models import Delivery
from webhooks.selectors import OF_STATE, delivery_counts, delivery_views, endpoints
from webhooks.states import DeliveryState, EndpointState

MAX_PAGE = 100


@dataclass(frozen=True, slots=True)
class CityDeliveries:
    """A page, newest first; `more` says whether older ones follow."""

    rows: tuple[DeliveryView, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class CityEndpoint:
    """Where a partner hears events, without the address. `types` empty means all; moments are real time
    but `created_at`."""

    id: UUID
    partner: str
    types: tuple[str, ...]
    state: EndpointState
    created_at: datetime
    failures: int
    failing_since: datetime | None
    open_until: datetime | None
    last_dead_at: datetime | None


def endpoints_for_city(*, actor: Actor) -> tuple[list[CityEndpoint], list[DeliveryCounts]]:
    """Partners' endpoints in the open county and how their deliveries stand, in two queries. Needs
    `city:drill`; the caller writes the audit row, since it knows the purpose."""
    actor.require("city:drill")
    found = [
        CityEndpoint(
            id=view.id,
            partner=view.partner,
            types=view.types,
            state=view.state,
            created_at=view.created_at,
            failures=view.failures,
            failing_since=view.failing_since,
            open_until=view.open_until,
            last_dead_at=view.last_dead_at,
        )
        for view in endpoints()
    ]
    return found, delivery_counts()


def deliveries_for_city(
    *,
    actor: Actor,
    first: int,
    before: UUID | None = None,
    state: DeliveryState | None = None,
    insurer: str | None = None,
    type: str | None = None,
) -> CityDeliveries:
    """Deliveries of the open county in one query. `before` is the id of the last one of the page before.
    Needs `city:drill`; the caller writes the audit row, since it knows the purpose."""
    actor.require("city:drill")
    wanted = Delivery.objects.select_related("event", "endpoint").order_by("-id")
    if before is not None:
        wanted = wanted.filter(id__lt=before)
    if state is not None:
        wanted = wanted.filter(OF_STATE[state])
    if insurer is not None:
        wanted = wanted.filter(endpoint__partner=insurer)
    if type is not None:
        wanted = wanted.filter(event__type=type)
    size = max(1, min(first, MAX_PAGE))
    found = delivery_views(wanted[: size + 1])
    return CityDeliveries(rows=tuple(found[:size]), more=len(found) > size)
