from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction

from kernel import audit
from kernel.actor import Actor
from kernel.ids import uuid7
from kernel.states import begin
from webhooks import vault
from webhooks.contracts import EndpointView
from webhooks.errors import ENDPOINT_EXISTS, ENDPOINT_LIMIT
from webhooks.models import Endpoint
from webhooks.rights import check_may_change
from webhooks.selectors import endpoint_view
from webhooks.states import ENDPOINT
from webhooks.use_cases._endpoints import checked_types, checked_url

MOST_ENDPOINTS: Final = 20


def register_endpoint(
    *, partner: str, url: str, types: Iterable[str] = (), actor: Actor, now: datetime
) -> tuple[EndpointView, str]:
    """A new address at which the partner hears events from now on; returns it with its secret, which is
    shown this once. `types` empty means all, also those of later versions.

    Raises `forbidden`, `endpoint_url`, `event_type_unknown`, `endpoint_limit`, `endpoint_exists`.
    """
    check_may_change(actor, partner)
    wanted, address = checked_types(types), checked_url(url)
    if Endpoint.objects.filter(partner=partner).count() >= MOST_ENDPOINTS:
        raise ENDPOINT_LIMIT.error(limit=MOST_ENDPOINTS)
    row_id, secret = uuid7(), vault.new_secret()
    row = Endpoint(
        id=row_id,
        partner=partner,
        url=address,
        types=wanted,
        created_at=now,
        created_by=actor.key,
        secret_sealed=vault.sealed_endpoint(secret, row=row_id),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as fault:
        if "endpoint_once" in str(fault):
            raise ENDPOINT_EXISTS.error(field="url") from None
        raise
    begin(row, machine=ENDPOINT, actor=actor, now=now)
    audit.record(actor, "endpoint.register", subject=row.id, purpose="", now=now, detail={"partner": partner})
    return endpoint_view(row), secret
