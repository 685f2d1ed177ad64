"""Writing news: an outbox row in the transaction of the change. `linggong.relay` delivers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from kernel.ids import uuid7
from kernel.models import OutboxMessage
from kernel.scope import current_scope

_listeners: list[Callable[[str], None]] = []


def on_news(listener: Callable[[str], None]) -> None:
    """Registers who is told, after commit, that a schema has news. A hint only: whoever misses it
    finds the row when sweeping, so a listener may fail or be lost."""
    _listeners.append(listener)


def emit(
    type: str, *, subject: UUID, data: Mapping[str, Any], now: datetime
) -> UUID:  # CloudEvents' own word
    """Records that something happened to `subject`, e.g. `cn.linggong.order.published.v1`.

    `data` is JSON of identifiers, whole numbers and short codes; never personal data, since events
    travel to logs, dead letters and partners. Returns the event's id.
    """
    event_id = uuid7()
    OutboxMessage.objects.create(event_id=event_id, type=type, subject=subject, data=dict(data), at=now)
    schema = current_scope()
    if schema is not None:
        for listener in _listeners:
            transaction.on_commit(_telling(listener, schema), robust=True)
    return event_id


def _telling(listener: Callable[[str], None], schema: str) -> Callable[[], None]:
    """A function with a name: when it fails, Django's log asks for it and would trip over a partial,
    so that a caller whose work is committed would see an error."""

    def tell() -> None:
        listener(schema)

    return tell
