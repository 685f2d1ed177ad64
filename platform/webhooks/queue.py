"""The sender's side of the delivery table: claims by lease, results in batches. Each function is one
county transaction of its own. All moments are real time."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

from kernel.actor import SYSTEM
from kernel.clock import real_now
from kernel.ids import uuid7
from kernel.states import transition_many
from tenants.contracts import CountyRef
from tenants.county import run_in_county
from webhooks.contracts import EventView
from webhooks.models import Endpoint
from webhooks.retries import pause_after
from webhooks.states import ENDPOINT, EndpointState

LEASE: Final = timedelta(seconds=120)
GONE: Final = "gone (410)"


@dataclass(frozen=True, slots=True)
class Lane:
    """An endpoint as the sender needs it. Secrets are still sealed."""

    id: UUID
    url: str
    secret_sealed: str
    previous_sealed: str
    previous_until: datetime | None
    failures: int


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this process alone may send until `lease_until`. `attempts` were made before."""

    id: UUID
    endpoint_id: UUID
    attempts: int
    lease_until: datetime
    event: EventView


@dataclass(frozen=True, slots=True)
class Result:
    """How one attempt went. `next_at` None with `delivered` False means it was the last."""

    delivery_id: UUID
    endpoint_id: UUID
    lease_until: datetime
    at: datetime
    milliseconds: int
    status: int | None
    error: str
    delivered: bool
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class LaneNews:
    """What a batch of results means for an endpoint: how many failed since the last success, or all of
    them when `recovered` is False; until when the sender leaves it alone; whether it is gone."""

    endpoint_id: UUID
    recovered: bool
    failures: int
    open_until: datetime | None
    dead_at: datetime | None
    gone: bool


# Endpoints that failed last get one delivery at a time; `busy` lists what this process has in hand.
_CLAIM = """
WITH lanes AS MATERIALIZED (
    SELECT e.id, CASE WHEN e.failures > 0 THEN least(coalesce(b.free, 1), 1)
                      ELSE coalesce(b.free, %(fresh)s) END AS free
      FROM webhooks_endpoint e
      LEFT JOIN unnest(%(busy)s::uuid[], %(free)s::int[]) AS b (id, free) ON b.id = e.id
     WHERE e.state = 'active' AND (e.open_until IS NULL OR e.open_until <= %(now)s)
), due AS MATERIALIZED (
    SELECT d.id FROM lanes CROSS JOIN LATERAL (
        SELECT w.id FROM webhooks_delivery w
         WHERE w.endpoint_id = lanes.id AND w.delivered_at IS NULL AND w.dead_at IS NULL
           AND w.next_at <= %(now)s AND (w.lease_until IS NULL OR w.lease_until <= %(now)s)
         ORDER BY w.next_at LIMIT greatest(lanes.free, 0) FOR UPDATE SKIP LOCKED) d
     LIMIT %(limit)s
)
UPDATE webhooks_delivery d SET lease_until = %(until)s
  FROM due, webhooks_partnerevent v WHERE d.id = due.id AND v.id = d.event_id
RETURNING d.id, d.endpoint_id, d.attempts, v.id, v.partner, v.type, v.subject, v.sequence, v.at, v.data
"""
_RESULTS = """
UPDATE webhooks_delivery d
   SET attempts = d.attempts + 1, lease_until = NULL, last_status = r.status, last_error = r.error,
       delivered_at = CASE WHEN r.delivered THEN r.at END, next_at = coalesce(r.next_at, d.next_at),
       dead_at = CASE WHEN NOT r.delivered AND r.next_at IS NULL THEN r.at END
  FROM unnest(%(ids)s::uuid[], %(leases)s::timestamptz[], %(ats)s::timestamptz[], %(statuses)s::int[],
              %(errors)s::text[], %(delivered)s::bool[], %(nexts)s::timestamptz[])
    AS r (id, lease, at, status, error, delivered, next_at)
 WHERE d.id = r.id AND d.lease_until = r.lease
"""
_ATTEMPTS = """
INSERT INTO webhooks_attempt (id, delivery_id, at, status, milliseconds, error)
SELECT * FROM unnest(%(attempts)s::uuid[], %(ids)s::uuid[], %(ats)s::timestamptz[], %(statuses)s::int[],
                     %(took)s::int[], %(errors)s::text[])
"""
_RELEASE = """
UPDATE webhooks_delivery d SET lease_until = NULL
  FROM unnest(%(ids)s::uuid[], %(leases)s::timestamptz[]) AS r (id, lease)
 WHERE d.id = r.id AND d.lease_until = r.lease
"""
_GIVE_UP = """
WITH gone AS (
    UPDATE webhooks_delivery SET dead_at = %(now)s, lease_until = NULL, last_error = 'too old'
     WHERE delivered_at IS NULL AND dead_at IS NULL AND give_up_at <= %(now)s
       AND (lease_until IS NULL OR lease_until <= %(now)s)
    RETURNING endpoint_id)
UPDATE webhooks_endpoint SET last_dead_at = %(now)s WHERE id IN (SELECT endpoint_id FROM gone)
"""


def claim(
    county: CountyRef, *, busy: Mapping[UUID, int], fresh: int, limit: int
) -> tuple[list[Claimed], dict[UUID, Lane]]:
    """Deliveries that are due, leased to the caller: to each endpoint at most as many as `busy` says is
    free (`fresh` when it is not named), `limit` in all; and the endpoints they go to."""
    now = real_now()
    until = now + LEASE
    with run_in_county(county):
        with connection.cursor() as cursor:
            cursor.execute(
                _CLAIM,
                {
                    "busy": list(busy),
                    "free": list(busy.values()),
                    "fresh": fresh,
                    "now": now,
                    "until": until,
                    "limit": limit,
                },
            )
            rows = cursor.fetchall()
        claimed = [
            Claimed(row[0], row[1], row[2], until, _event(row[3:]))
            for row in sorted(rows, key=lambda r: r[0])
        ]
        wanted = {item.endpoint_id for item in claimed}
        lanes = {
            row.id: Lane(
                row.id, row.url, row.secret_sealed, row.previous_sealed, row.previous_until, row.failures
            )
            for row in (Endpoint.objects.filter(id__in=wanted) if wanted else ())
        }
    return claimed, lanes


def record(county: CountyRef, results: Sequence[Result], news: Sequence[LaneNews]) -> None:
    """Writes how attempts went, in one transaction. A result whose lease was lost meanwhile is kept only
    as an attempt: the delivery is another process's now."""
    columns: dict[str, list[Any]] = {
        "ids": [r.delivery_id for r in results],
        "leases": [r.lease_until for r in results],
        "ats": [r.at for r in results],
        "statuses": [r.status for r in results],
        "errors": [r.error for r in results],
        "delivered": [r.delivered for r in results],
        "nexts": [r.next_at for r in results],
        "attempts": [uuid7() for _ in results],
        "took": [r.milliseconds for r in results],
    }
    with run_in_county(county) as work, connection.cursor() as cursor:
        if results:
            cursor.execute(_RESULTS, columns)
            cursor.execute(_ATTEMPTS, columns)
        _note(news, now=work.now)


def _note(news: Sequence[LaneNews], *, now: datetime) -> None:
    """What results mean for their endpoints. Failures are counted here, under the endpoint's lock, since
    other processes and earlier batches have theirs."""
    of = {item.endpoint_id: item for item in news}
    rows = Endpoint.objects.select_for_update().filter(id__in=of).order_by("id") if of else ()
    for row in rows:
        item, real = of[row.id], real_now()
        failures = item.failures + (0 if item.recovered else row.failures)
        rest = pause_after(failures, dice=random.random()) if item.failures else None  # noqa: S311  # jitter
        ends = [moment for moment in (item.open_until, rest and real + rest) if moment is not None]
        row.open_until = max(ends, default=None)
        row.failing_since = None if not failures else real if item.recovered else row.failing_since or real
        row.failures = failures
        row.last_dead_at = item.dead_at or row.last_dead_at
        row.save(update_fields=["failures", "failing_since", "open_until", "last_dead_at"])
        if item.gone:
            _disable(row.id, now=now)


def release(county: CountyRef, items: Sequence[Claimed]) -> None:
    """Gives back what was claimed and not sent."""
    with run_in_county(county), connection.cursor() as cursor:
        cursor.execute(_RELEASE, {"ids": [i.id for i in items], "leases": [i.lease_until for i in items]})


def give_up(county: CountyRef) -> int:
    """Makes deliveries dead that were not delivered in time, also those that waited behind a closed
    endpoint; returns how many endpoints that concerns."""
    with run_in_county(county), connection.cursor() as cursor:
        cursor.execute(_GIVE_UP, {"now": real_now()})
        return int(cursor.rowcount)


def _disable(endpoint_id: UUID, *, now: datetime) -> None:
    moved = transition_many(
        Endpoint,
        [endpoint_id],
        machine=ENDPOINT,
        frm=EndpointState.ACTIVE,
        to=EndpointState.DISABLED,
        actor=SYSTEM,
        now=now,
        reason=GONE,
    )
    Endpoint.objects.filter(id__in=moved).update(disabled_reason=GONE)


def _event(row: Sequence[Any]) -> EventView:
    event_id, partner, type_, subject, sequence, at, data = row
    # Raw cursors give jsonb as text, since Django leaves its decoding to the field.
    return EventView(
        id=event_id,
        partner=partner,
        type=type_,
        subject=subject,
        sequence=sequence,
        position=None,
        at=at,
        data=json.loads(data) if isinstance(data, str) else data,
    )
