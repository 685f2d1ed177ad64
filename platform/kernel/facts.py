"""Appending facts. Every room may; only `reporting` folds them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from kernel.clock import business_day
from kernel.models import Fact, FactQueue


def record(
    kind: str,
    *,
    now: datetime,
    subject: UUID,
    values: Mapping[str, int],
    trade: str = "",
    station: str = "",
    person_key: str = "",
    role: str = "",
    day: date | None = None,
) -> None:
    """Appends one fact to the open county's transaction, counted on the Shanghai day of `now`
    unless `day` says otherwise. `values` are whole numbers (counts, fen, seconds)."""
    fact = Fact.objects.create(
        kind=kind,
        day=day or business_day(now),
        recorded_at=now,
        subject=subject,
        trade=trade,
        station=station,
        person_key=person_key,
        role=role,
        values=dict(values),
    )
    FactQueue.objects.create(fact=fact)
