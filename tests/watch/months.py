"""Two months of a few counties as facts: what a market without anything strange tells, drawn by a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from kernel.clock import day_bounds
from kernel.ids import uuid7
from kernel.models import Fact, FactQueue
from reporting.folder import fold_all
from reporting.watch.finders.idle_hall import works
from tenants.county import CountyRef, run_in_county

DAY_BASIS, HOUR_BASIS = 2, 1
RATES = {("orchard", DAY_BASIS): 200_00, ("loading", DAY_BASIS): 260_00, ("sorting", HOUR_BASIS): 25_00}
"""The usual pay of the trades, in fen; single orders differ by up to a third."""


def facts_at(kind: str, at: datetime, **more: Any) -> Fact:
    """A fact that is counted on its own Shanghai day; not saved."""
    known = {"subject": uuid7(), "trade": "", "person_key": "", "role": "", "values": {}} | more
    return Fact(kind=kind, day=(at + timedelta(hours=8)).date(), recorded_at=at, **known)


def at_hour(day: date, hour: float) -> datetime:
    return day_bounds(day)[0] + timedelta(hours=hour)


@dataclass
class Market:
    """Facts that wait to be recorded, by county. People are keys; `busy` keeps each to one place a day."""

    counties: Sequence[CountyRef]
    dice: random.Random
    facts: dict[str, list[Fact]] = field(default_factory=dict)
    busy: set[tuple[str, date]] = field(default_factory=set)

    def play(self, first: date, last: date, *, quiet: frozenset[tuple[str, date]] = frozenset()) -> None:
        """Every working day has orders; a rest day some. `quiet` counties do nothing on a day."""
        people = [self.dice.randbytes(16).hex() for _ in range(120)]
        for n in range((last - first).days + 1):
            day = first + timedelta(days=n)
            for county in self.counties:
                if (county.slug, day) in quiet:
                    continue
                for _ in range(self.dice.randint(8, 12) if works(day) else self.dice.randint(0, 4)):
                    self.order(county, day, people)
                if works(day) and self.dice.random() < 0.5:
                    self.tell(county, facts_at("person.registered", at_hour(day, 9), role="worker"))

    def order(self, county: CountyRef, day: date, people: Sequence[str]) -> None:
        """Posted, taken, worked and paid within its days, as most are."""
        trade, basis = self.dice.choice(list(RATES))
        rate_fen = RATES[trade, basis] * self.dice.randint(75, 130) // 100
        self.posted(county, day, trade, basis, rate_fen)
        person = self.dice.choice(people)
        if (person, day) not in self.busy:
            self.busy.add((person, day))
            place = self.booked(county, day, person, trade=trade)
            due = at_hour(day, 17 + 72)
            self.finished(county, place, at_hour(day, 17), due, trade=trade)
            hours = self.dice.choice([1, 4, 20, 44, 70])
            self.tell(county, facts_at("place.paid", at_hour(day, 17 + hours), subject=place, trade=trade))
        self.settled(county, day, insured=self.dice.random() < 0.8)

    def posted(self, county: CountyRef, day: date, trade: str, basis: int, rate_fen: int) -> None:
        values = {"orders": 1, "places": 1, "wage_max_fen": rate_fen, "basis": basis, "rate_fen": rate_fen}
        self.tell(county, facts_at("order.published", at_hour(day, 8), trade=trade, values=values))

    def booked(
        self, county: CountyRef, day: date, person: str, *, trade: str = "orchard", hour: float = 8
    ) -> UUID:
        """A place from `hour` for nine hours; its id."""
        place = uuid7()
        values = {
            "places": 1,
            "fill_seconds": 60,
            "starts_s": int(at_hour(day, hour).timestamp()),
            "ends_s": int(at_hour(day, hour + 9).timestamp()),
        }
        more = {"person_key": person, "role": "worker", "values": values}
        self.tell(county, facts_at("place.filled", at_hour(day, 7), subject=place, trade=trade, **more))
        return place

    def finished(
        self, county: CountyRef, place: UUID, at: datetime, due: datetime, *, trade: str = "orchard"
    ) -> None:
        values = {"places": 1, "wage_fen": 200_00, "due_s": int(due.timestamp())}
        self.tell(county, facts_at("place.finished", at, subject=place, trade=trade, values=values))

    def settled(self, county: CountyRef, day: date, *, insured: bool) -> None:
        values = {"orders": 1, "places": 1, "insured_orders": int(insured), "insured_places": int(insured)}
        self.tell(county, facts_at("order.settled", at_hour(day, 19), trade="orchard", values=values))

    def tell(self, county: CountyRef, *told: Fact) -> None:
        self.facts.setdefault(county.slug, []).extend(told)

    def record(self) -> None:
        """Writes everything told so far into its county."""
        for county in self.counties:
            told = self.facts.pop(county.slug, [])
            with run_in_county(county):
                # a row remembers the county it was made in, so they are made anew inside
                names = [known.attname for known in Fact._meta.fields]
                rows = [Fact(**{name: getattr(one, name) for name in names}) for one in told]
                Fact.objects.bulk_create(rows, batch_size=2_000)
                FactQueue.objects.bulk_create([FactQueue(fact_id=row.id) for row in rows], batch_size=2_000)

    def fold(self) -> None:
        """Records and folds everything; every county is then fresh."""
        self.record()
        for county in self.counties:
            fold_all(county)


def moments(first: date, last: date) -> Iterator[datetime]:
    """Noon of each day in Shanghai."""
    for n in range((last - first).days + 1):
        yield at_hour(first + timedelta(days=n), 12).astimezone(UTC)
