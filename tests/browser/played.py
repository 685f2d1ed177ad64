"""Some weeks of eleven counties as facts, so that a page has something to show. The dice are seeded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

from kernel import facts
from kernel.ids import uuid7
from reporting.folder import fold_all
from tenants.contracts import CountyRef
from tenants.county import run_in_county

TRADES = ("sorting", "fruit_picking", "cooking", "housekeeping", "eldercare", "moving")
WEIGHT = {
    "sanyuan": 9, "shaxian": 8, "yongan": 7, "youxi": 6, "datian": 5, "jiangle": 5,
    "ninghua": 4, "taining": 3, "jianning": 3, "qingliu": 2, "mingxi": 2,
}  # fmt: skip
FILL_SECONDS = (8, 20, 45, 100, 280, 500, 1_500, 3_000)


@dataclass(frozen=True, slots=True)
class Day:
    """What a county did in one trade on one day."""

    county: CountyRef
    day: date
    trade: str
    orders: int
    places: int
    filled: int
    paid: int
    insured: int
    rate_fen: int


def play(counties: Mapping[str, CountyRef], *, first: date, days: int, seed: int = 7) -> list[Day]:
    """Plays and folds so many days from `first` on in every county of `WEIGHT`; gives what was played."""
    dice, played = Random(seed), []
    now = datetime.now(UTC)
    for slug, weight in WEIGHT.items():
        county = counties[slug]
        own = [_day(dice, county, weight, first + timedelta(days=n), n) for n in range(days)]
        with run_in_county(county):
            for n, done in enumerate(own):
                _record(done, n, now, weight)
        fold_all(county)
        played += own
    return played


def _day(dice: Random, county: CountyRef, weight: int, day: date, n: int) -> Day:
    busy = weight * (0.5 if day.weekday() == 6 else 1) * (0.7 + 0.012 * n) * dice.uniform(0.6, 1.3)
    orders = max(1, round(busy / 2))
    places = orders + dice.randrange(0, 3)
    filled = max(0, min(places, round(places * dice.uniform(0.75, 1.02))))
    return Day(
        county=county,
        day=day,
        trade=dice.choice(TRADES),
        orders=orders,
        places=places,
        filled=filled,
        paid=max(0, filled - dice.randrange(0, 2)),
        insured=sum(dice.random() < 0.55 + weight / 30 for _ in range(orders)),
        rate_fen=dice.randrange(160, 320) * 100,
    )


def _record(done: Day, n: int, now: datetime, weight: int) -> None:
    def fact(kind: str, *, person: str = "", role: str = "", **values: int) -> None:
        facts.record(
            kind,
            now=now,
            day=done.day,
            subject=uuid7(),
            trade=done.trade,
            person_key=person,
            role=role,
            values=values,
        )

    employer = f"e-{done.county.slug}-{n % 6}"
    fact(
        "order.published",
        person=employer,
        role="employer",
        orders=done.orders,
        places=done.places,
        total_fen=done.places * done.rate_fen,
    )
    for place in range(done.filled):
        worker = f"w-{done.county.slug}-{(3 * n + place) % (6 * weight)}"
        fact(
            "place.filled",
            person=worker,
            role="worker",
            fill_seconds=FILL_SECONDS[(n * 5 + place * 3 + len(done.county.slug)) % len(FILL_SECONDS)],
        )
        fact("place.finished", wage_fen=done.rate_fen)
        if place < done.paid:
            fact(
                "place.paid",
                person=worker,
                role="worker",
                wage_fen=done.rate_fen,
                due_fen=done.rate_fen,
                escrow_fen=done.rate_fen,
                pay_seconds=3_600 * (2 + (n + place) % 40),
            )
    fact(
        "order.settled",
        person=employer,
        role="employer",
        orders=done.orders,
        places=done.paid,
        insured_orders=done.insured,
        insured_places=min(done.insured, done.paid),
        wage_fen=done.paid * done.rate_fen,
        fee_fen=done.orders * 200,
        premium_fen=done.insured * 150,
        refund_fen=(done.places - done.filled) * done.rate_fen,
    )
    if n % 3 == 0:
        for role in ("worker", "worker", "employer"):
            fact("person.registered", person=uuid7().hex, role=role)
