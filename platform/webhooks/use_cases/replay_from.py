from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from kernel import audit
from kernel.actor import Actor
from kernel.clock import real_now
from kernel.ids import uuid7
from webhooks.models import PartnerEvent
from webhooks.stream import GIVE_UP_AFTER
from webhooks.use_cases._endpoints import locked_endpoint

MOST_REPLAYED: Final = 10_000

# What is on its way already is left alone; what was delivered or given up starts anew.
_AGAIN = """
INSERT INTO webhooks_delivery AS d
    (id, endpoint_id, event_id, created_at, next_at, give_up_at, attempts, last_error)
SELECT id, %(endpoint)s, event_id, %(real)s, %(real)s, %(give_up)s, 0, ''
  FROM unnest(%(ids)s::uuid[], %(events)s::uuid[]) AS n(id, event_id)
ON CONFLICT (endpoint_id, event_id) DO UPDATE
   SET next_at = excluded.next_at, give_up_at = excluded.give_up_at, attempts = 0,
       delivered_at = NULL, dead_at = NULL, lease_until = NULL, last_status = NULL, last_error = ''
 WHERE d.delivered_at IS NOT NULL OR d.dead_at IS NOT NULL
"""


def replay_from(*, partner: str, endpoint_id: UUID, moment: datetime, actor: Actor, now: datetime) -> int:
    """Sends the endpoint's events of `moment` (market time) or later again, with their old ids, oldest
    first; returns how many are on their way because of it. At most 10,000 at once: ask again from the last
    one's time. Raises `forbidden`, `endpoint_not_found`."""
    row = locked_endpoint(actor, partner, endpoint_id)
    wanted = PartnerEvent.objects.filter(partner=partner, at__gte=moment).order_by("at", "id")
    if row.types:
        wanted = wanted.filter(type__in=row.types)
    events = list(wanted.values_list("id", flat=True)[:MOST_REPLAYED])
    real = real_now()
    with connection.cursor() as cursor:
        cursor.execute(
            _AGAIN,
            {
                "endpoint": row.id,
                "ids": [uuid7() for _ in events],
                "events": events,
                "real": real,
                "give_up": real + GIVE_UP_AFTER,
            },
        )
        count = cursor.rowcount
    audit.record(
        actor,
        "endpoint.replay",
        subject=row.id,
        purpose="",
        now=now,
        detail={"partner": partner, "count": count},
    )
    return int(count)
