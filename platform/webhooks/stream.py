"""Telling a partner something, in the transaction in which it happens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Max

from kernel.clock import real_now
from webhooks.catalogue import event_type
from webhooks.models import Delivery, Endpoint, PartnerEvent
from webhooks.states import EndpointState

GIVE_UP_AFTER: Final = timedelta(hours=77)  # past the last of the scheduled attempts (`webhooks.retries`)


def tell(*, partner: str, type: str, subject: UUID, data: Mapping[str, Any], now: datetime) -> UUID:
    """Adds an event to the partner's stream, with a delivery to each active endpoint that wants it.

    Called inside the open county by whoever holds the subject's row lock, so that `sequence` follows what
    happened. `data` fits the type's schema: ids and codes, nothing personal. Returns the event's id.
    Raises catalogue.EventMisfit (a defect, not a refusal) for an unknown type or data that does not fit.
    """
    active = Endpoint.objects.filter(partner=partner, state=EndpointState.ACTIVE).values_list("id", "types")
    wanted = [endpoint_id for endpoint_id, types in active if not types or type in types]
    return tell_at(wanted, partner=partner, type=type, subject=subject, data=data, now=now)


def tell_at(
    endpoint_ids: Sequence[UUID],
    *,
    partner: str,
    type: str,
    subject: UUID,
    data: Mapping[str, Any],
    now: datetime,
) -> UUID:
    """As `tell`, to these endpoints of the partner whatever they want."""
    event_type(type).check(data)
    last = PartnerEvent.objects.filter(partner=partner, subject=subject).aggregate(last=Max("sequence"))
    event: PartnerEvent = PartnerEvent.objects.create(
        partner=partner,
        type=type,
        subject=subject,
        sequence=(last["last"] or 0) + 1,
        at=now,
        data=dict(data),
    )
    real = real_now()
    Delivery.objects.bulk_create(
        Delivery(
            endpoint_id=endpoint_id,
            event_id=event.id,
            created_at=real,
            next_at=real,
            give_up_at=real + GIVE_UP_AFTER,
        )
        for endpoint_id in endpoint_ids
    )
    return event.id
