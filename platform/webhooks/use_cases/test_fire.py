from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.actor import Actor
from kernel.errors import STALE_STATE
from webhooks.catalogue import TEST
from webhooks.states import ENDPOINT, EndpointState
from webhooks.stream import tell_at
from webhooks.use_cases._endpoints import locked_endpoint


def test_fire(*, partner: str, endpoint_id: UUID, actor: Actor, now: datetime) -> UUID:
    """Sends `cn.linggong.webhook.test.v1` to this endpoint alone, whatever types it wants; returns the
    event's id. The endpoint is the event's subject. Raises `forbidden`, `endpoint_not_found`,
    `stale_state` for a disabled one."""
    row = locked_endpoint(actor, partner, endpoint_id)
    if row.state != EndpointState.ACTIVE:
        raise STALE_STATE.error(is_=row.state, wants=str(EndpointState.ACTIVE), machine=ENDPOINT.name)
    data = {"endpoint_id": str(row.id)}
    return tell_at([row.id], partner=partner, type=TEST.type, subject=row.id, data=data, now=now)
