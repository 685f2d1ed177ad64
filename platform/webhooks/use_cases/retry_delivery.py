from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel import audit
from kernel.actor import Actor
from kernel.clock import real_now
from webhooks.contracts import DeliveryView
from webhooks.errors import DELIVERY_NOT_DEAD, DELIVERY_NOT_FOUND
from webhooks.models import Delivery
from webhooks.rights import check_may_change
from webhooks.selectors import delivery_views
from webhooks.stream import GIVE_UP_AFTER


def retry_delivery(*, partner: str, delivery_id: UUID, actor: Actor, now: datetime) -> DeliveryView:
    """Sends a dead delivery again, with all its attempts before it. Raises `forbidden`,
    `delivery_not_found`, also for another partner's, `delivery_not_dead`."""
    check_may_change(actor, partner)
    row = (
        Delivery.objects.select_for_update(of=("self",))
        .select_related("event", "endpoint")
        .filter(id=delivery_id, endpoint__partner=partner)
        .first()
    )
    if row is None:
        raise DELIVERY_NOT_FOUND.error(field="delivery_id")
    if row.dead_at is None:
        raise DELIVERY_NOT_DEAD.error()
    real = real_now()
    row.dead_at, row.attempts, row.next_at = None, 0, real
    row.give_up_at = real + GIVE_UP_AFTER
    row.save(update_fields=["dead_at", "attempts", "next_at", "give_up_at"])
    audit.record(actor, "delivery.retry", subject=row.id, purpose="", now=now, detail={"partner": partner})
    return delivery_views([row])[0]
