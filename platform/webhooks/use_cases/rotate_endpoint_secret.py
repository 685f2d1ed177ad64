from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from kernel import audit
from kernel.actor import Actor
from kernel.clock import real_now
from webhooks import vault
from webhooks.keys import check_keep_hours
from webhooks.use_cases._endpoints import locked_endpoint


def rotate_endpoint_secret(
    *, partner: str, endpoint_id: UUID, actor: Actor, now: datetime, keep_hours: int = 24
) -> str:
    """A new secret, shown this once. For `keep_hours` (0 to 168, real time) messages carry signatures of
    the new and of the one before; any older one ends now.

    Raises `forbidden`, `endpoint_not_found`, `keep_hours`.
    """
    check_keep_hours(keep_hours)
    row = locked_endpoint(actor, partner, endpoint_id)
    before = vault.opened_endpoint(row.secret_sealed, row=row.id)
    secret = vault.new_secret()
    row.secret_sealed = vault.sealed_endpoint(secret, row=row.id)
    if keep_hours:
        row.previous_sealed = vault.sealed_endpoint(before, row=row.id, column="previous_sealed")
        row.previous_until = real_now() + timedelta(hours=keep_hours)
    else:
        row.previous_sealed, row.previous_until = "", None
    row.save(update_fields=["secret_sealed", "previous_sealed", "previous_until"])
    audit.record(
        actor,
        "endpoint.rotate",
        subject=row.id,
        purpose="",
        now=now,
        detail={"partner": partner, "keep_hours": keep_hours},
    )
    return secret
