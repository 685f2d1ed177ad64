from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from kernel import audit
from kernel.actor import Actor
from webhooks.contracts import EndpointView
from webhooks.errors import ENDPOINT_EXISTS
from webhooks.selectors import endpoint_view
from webhooks.use_cases._endpoints import checked_types, checked_url, locked_endpoint


def change_endpoint(
    *,
    partner: str,
    endpoint_id: UUID,
    url: str | None = None,
    types: Iterable[str] | None = None,
    actor: Actor,
    now: datetime,
) -> EndpointView:
    """Another address or other types; None leaves either as it is. What is on its way goes to the new
    address, and failures of the old one are forgotten.

    Raises `forbidden`, `endpoint_not_found`, `endpoint_url`, `event_type_unknown`, `endpoint_exists`.
    """
    row = locked_endpoint(actor, partner, endpoint_id)
    if types is not None:
        row.types = checked_types(types)
    if url is not None and url != row.url:
        row.url = checked_url(url)
        row.failures, row.failing_since, row.open_until = 0, None, None
    try:
        with transaction.atomic():
            row.save(update_fields=["url", "types", "failures", "failing_since", "open_until"])
    except IntegrityError as fault:
        if "endpoint_once" in str(fault):
            raise ENDPOINT_EXISTS.error(field="url") from None
        raise
    audit.record(actor, "endpoint.change", subject=row.id, purpose="", now=now, detail={"partner": partner})
    return endpoint_view(row)
