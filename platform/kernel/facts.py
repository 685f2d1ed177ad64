"""Appending facts. Every room may; only `reporting` folds them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from kernel.actor import Actor, Channel
from kernel.clock import business_day
from kernel.models import Fact, FactQueue

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
    fact = Fact.objects.create(
        kind=kind,
        day=day or business_day(now),
        recorded_at=now,
        subject=subject,
        trade=trade,
        station=station,
        town=town,
        person_key=person_key,
        role=role,
        values=dict(values),
    )
    FactQueue.objects.create(fact=fact)


def service_point(actor: Actor) -> str:
    """Where somebody was served in person: `hall`, `station` or `phone`, and nothing for whoever acts in
    the app or through a machine. Stations have no numbers of their own yet."""
    return actor.channel.value if actor.channel in _SERVED else ""
