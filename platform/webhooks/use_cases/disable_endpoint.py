from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.actor import Actor
from kernel.identifiers import clean_text
from kernel.states import transition
from webhooks.contracts import EndpointView
from webhooks.selectors import endpoint_view
from webhooks.states import ENDPOINT, EndpointState
from webhooks.use_cases._endpoints import locked_endpoint


def disable_endpoint(
    *, partner: str, endpoint_id: UUID, actor: Actor, now: datetime, reason: str = "requested"
) -> EndpointView:
    """Nothing is sent there any more and no new delivery made; what was on its way waits until it is
    enabled again or too old. Raises `forbidden`, `endpoint_not_found`, `stale_state`."""
    row = locked_endpoint(actor, partner, endpoint_id)
    said = clean_text(reason, "reason", 200)
    transition(row, EndpointState.DISABLED, machine=ENDPOINT, actor=actor, now=now, reason=said)
    row.disabled_reason = said
    row.save(update_fields=["disabled_reason"])
    return endpoint_view(row)
