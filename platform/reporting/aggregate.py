"""Facts into sums. Pure; the folder and the recount both use it, so they cannot disagree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from uuid import UUID

from reporting.metrics import BY_KIND, PEOPLE_BY_FACT

NO_SUBJECT: Final = UUID(int=0)


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
    subject: UUID = NO_SUBJECT
    town: str = ""


Key = tuple[date, str, str, str, str]
"""Day, trade, town, station, metric."""

MonthKey = tuple[str, date, str]
"""Metric, first day of the month, trade."""

DayKey = tuple[str, date, str]
"""Metric, day, trade."""

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
                    self.rollups[fact.day, fact.trade, fact.town, fact.station, metric.code] += amount
        if fact.person_key:
            for people in PEOPLE_BY_FACT.get((fact.kind, fact.role), ()):
                self.people.add((fact.day, people.code, fact.trade, fact.person_key))

    def months(self) -> dict[MonthKey, int]:
        """The same a month, without towns and stations."""
        found: defaultdict[MonthKey, int] = defaultdict(int)
        for (day, trade, _town, _station, metric), value in self.rollups.items():
            found[metric, day.replace(day=1), trade] += value
        return found

    def days(self) -> dict[DayKey, int]:
        """The same a day, without towns and stations: what the city's sums are made of."""
        found: defaultdict[DayKey, int] = defaultdict(int)
        for (day, trade, _town, _station, metric), value in self.rollups.items():
            found[metric, day, trade] += value
        return found
