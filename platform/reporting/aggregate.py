"""Facts into sums. Pure; the folder and the recount both use it, so they cannot disagree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from reporting.metrics import BY_KIND, PEOPLE_BY_FACT


@dataclass(frozen=True, slots=True)
class FactRow:
    """What a fact says, as read from a county."""

    kind: str
    day: date
    trade: str
    station: str
    person_key: str
    role: str
    values: Mapping[str, int]
    recorded_at: datetime
    subject: UUID = UUID(int=0)


Key = tuple[date, str, str, str]
"""Day, trade, station, metric."""

Person = tuple[date, str, str, str]
"""Day, people's code, trade, person key."""


@dataclass(slots=True)
class Sums:
    """What some facts of one county add up to."""

    rollups: defaultdict[Key, int] = field(default_factory=lambda: defaultdict(int))
    people: set[Person] = field(default_factory=set)
    facts: int = 0
    latest: datetime | None = None

    def add(self, fact: FactRow) -> None:
        """Adds one fact. Facts of kinds that no metric counts only pass."""
        self.facts += 1
        self.latest = max(self.latest or fact.recorded_at, fact.recorded_at)
        for metric in BY_KIND.get(fact.kind, ()):
            if metric.role in ("", fact.role):
                amount = metric.value(fact.values)
                if amount:
                    self.rollups[fact.day, fact.trade, fact.station, metric.code] += amount
        if fact.person_key:
            for people in PEOPLE_BY_FACT.get((fact.kind, fact.role), ()):
                self.people.add((fact.day, people.code, fact.trade, fact.person_key))
