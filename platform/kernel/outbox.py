"""Writing news: an outbox row in the transaction of the change. `linggong.relay` delivers it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.ids import uuid7
from kernel.models import OutboxMessage


def emit(type: str, *, subject: UUID, data: Mapping[str, Any], now: datetime) -> UUID:  # noqa: A002  # CloudEvents' own word
    """Records that something happened to `subject`, e.g. `cn.linggong.order.published.v1`.

    `data` is JSON of identifiers, whole numbers and short codes; never personal data, since events
    travel to logs, dead letters and partners. Returns the event's id.
    """
    event_id = uuid7()
    OutboxMessage.objects.create(event_id=event_id, type=type, subject=subject, data=dict(data), at=now)
    return event_id
