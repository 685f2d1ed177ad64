"""Appending facts. Every room may; only `reporting` folds them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from kernel.actor import Actor, Channel
from kernel.clock import business_day
from kernel.ids import uuid7

# Fact and queue row in one statement: whoever records waits once.
_APPEND = """
WITH fact AS (
    INSERT INTO kernel_fact
        (id, kind, day, recorded_at, subject, trade, station, town, person_key, role, "values")
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb) RETURNING id
)
INSERT INTO kernel_factqueue (fact_id) SELECT id FROM fact
"""
_SERVED = frozenset({Channel.HALL, Channel.STATION, Channel.PHONE})


def record(
    kind: str,
    *,
    now: datetime,
    subject: UUID,
    values: Mapping[str, int],
    trade: str = "",
    station: str = "",
    town: str = "",
    person_key: str = "",
    role: str = "",
    day: date | None = None,
) -> None:
    """Appends one fact to the open county's transaction, counted on the Shanghai day of `now`
    unless `day` says otherwise. `values` are whole numbers (counts, fen, seconds); `station` is the
    service point that did it (`service_point`), `town` the town of the county it happened in."""
    with connection.cursor() as cursor:
        cursor.execute(
            _APPEND,
            [
                uuid7(),
                kind,
                day or business_day(now),
                now,
                subject,
                trade,
                station,
                town,
                person_key,
                role,
                json.dumps(dict(values)),
            ],
        )


def service_point(actor: Actor) -> str:
    """Where somebody was served in person: `hall`, `station` or `phone`, and nothing for whoever acts in
    the app or through a machine. Stations have no numbers of their own yet."""
    return actor.channel.value if actor.channel in _SERVED else ""
