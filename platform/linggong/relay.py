"""Delivery of news: claims outbox rows by lease and hands each to its handlers.

The row is the truth. A lost broker, a killed worker or a lost wake-up call delays news until the
next sweep and loses nothing. Rows of one subject go in order and one at a time; a subject whose
handler keeps failing waits with growing pauses and blocks nobody else, and after `MAX_ATTEMPTS`
stays as a dead letter that `linggong outbox` lists and retries.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.db import connection

from kernel.clock import real_now
from kernel.events import Event
from kernel.models import OutboxMessage
from tenants.contracts import CountyRef
from tenants.county import run_in_county

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 20
_PAUSE_SECONDS = 2.0
_LONGEST_PAUSE_SECONDS = 3_600.0

Handler = Callable[[CountyRef, Event], None]
log = structlog.get_logger(__name__)

_CLAIM = """
UPDATE kernel_outboxmessage SET lease_until = %(until)s, attempts = attempts + 1
 WHERE id IN (
    SELECT m.id FROM kernel_outboxmessage m
     WHERE NOT m.dead
       AND (m.lease_until IS NULL OR m.lease_until < %(now)s)
       AND (m.retry_at IS NULL OR m.retry_at <= %(now)s)
       AND NOT EXISTS (SELECT 1 FROM kernel_outboxmessage e WHERE e.subject = m.subject AND e.id < m.id)
     ORDER BY m.id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING id, event_id, type, subject, data, at, attempts
"""


@dataclass(frozen=True, slots=True)
class _Claimed:
    row_id: int
    attempts: int
    event: Event


def relay_county(county: CountyRef, handlers: Mapping[str, tuple[Handler, ...]], *, limit: int = 20) -> int:
    """Delivers what is due in one county until nothing is; returns how many rows were delivered."""
    delivered = 0
    while claimed := _claim(county, limit):
        for item in claimed:
            delivered += _deliver(county, item, handlers)
    return delivered


def _claim(county: CountyRef, limit: int) -> list[_Claimed]:
    now = real_now()  # leases are about processes, not about the market
    with run_in_county(county), connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"until": now + LEASE, "now": now, "limit": limit})
        rows = sorted(cursor.fetchall())
    return [
        _Claimed(row_id, attempts, Event(event_id, type_, subject, _json(data), at))
        for row_id, event_id, type_, subject, data, at, attempts in rows
    ]


def _deliver(county: CountyRef, item: _Claimed, handlers: Mapping[str, tuple[Handler, ...]]) -> int:
    try:
        for handler in handlers.get(item.event.type, ()):
            handler(county, item.event)
    except Exception as failure:  # noqa: BLE001  # whatever a handler raises, the row must be kept and retried
        _postpone(county, item, failure)
        return 0
    with run_in_county(county):
        # Another process may hold the row if our lease ran out; then it is theirs to delete.
        OutboxMessage.objects.filter(id=item.row_id, attempts=item.attempts).delete()
    return 1


def _postpone(county: CountyRef, item: _Claimed, failure: Exception) -> None:
    pause = min(_PAUSE_SECONDS * 2 ** (item.attempts - 1), _LONGEST_PAUSE_SECONDS)
    pause *= random.uniform(0.8, 1.2)  # noqa: S311  # jitter, not a secret
    dead = item.attempts >= MAX_ATTEMPTS
    log.warning(
        "handler failed",
        county=county.slug,
        news=item.event.type,
        event_id=str(item.event.id),
        attempts=item.attempts,
        dead=dead,
        error=type(failure).__name__,
    )
    with run_in_county(county):
        OutboxMessage.objects.filter(id=item.row_id, attempts=item.attempts).update(
            lease_until=None,
            retry_at=real_now() + timedelta(seconds=pause),
            dead=dead,
            # The kind only: a message could carry what a handler had in hand.
            last_error=type(failure).__name__,
        )


def _json(data: object) -> dict[str, object]:
    """Raw cursors give jsonb as text, since Django leaves its decoding to the field."""
    return json.loads(data) if isinstance(data, str) else dict(data)  # type: ignore[call-overload,no-any-return]  # jsonb object
