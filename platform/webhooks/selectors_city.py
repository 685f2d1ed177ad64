"""What the city may see of one county's deliveries to partners: which kind of news, where it stands. An
event's data and an endpoint's address and secrets are the county's and the partner's own."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kernel.actor import Actor
from webhooks.contracts import DeliveryView
from webhooks.models import Delivery
from webhooks.selectors import OF_STATE, delivery_views
from webhooks.states import DeliveryState

MAX_PAGE = 100


@dataclass(frozen=True, slots=True)
class CityDeliveries:
    """A page, newest first; `more` says whether older ones follow."""

    rows: tuple[DeliveryView, ...]
    more: bool


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
