from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.actor import Actor
from kernel.states import transition
from webhooks.contracts import EndpointView
from webhooks.selectors import endpoint_view
from webhooks.states import ENDPOINT, EndpointState
from webhooks.use_cases._endpoints import locked_endpoint


def enable_endpoint(*, partner: str, endpoint_id: UUID, actor: Actor, now: datetime) -> EndpointView:
    """Sends there again, with a clean slate. What happened while it was off is had by `replay_from` or by
    polling. Raises `forbidden`, `endpoint_not_found`, `stale_state`."""
    row = locked_endpoint(actor, partner, endpoint_id)
    transition(row, EndpointState.ACTIVE, machine=ENDPOINT, actor=actor, now=now)
    row.disabled_reason = ""
    row.failures, row.failing_since, row.open_until = 0, None, None
    row.save(update_fields=["disabled_reason", "failures", "failing_since", "open_until"])
    return endpoint_view(row)
