"""Facts into what the watch looks at, in the folder's own transaction (`reporting.consumers`)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import connections

from reporting.aggregate import FactRow
from reporting.consumers import Consumer
from reporting.store import FOLDER
from reporting.watch.buckets import bucket_of
from reporting.watch.contracts import HappeningKind

BOOKED: Final = frozenset({"place.filled", "place.taken_over"})
HAPPENINGS_A_FOLD: Final = 20

# Facts of one place come in any order, also from folders side by side: each tells its part, and giving the
# place up wins over holding it. Rows are sorted, so that two folders queue up instead of deadlocking.
_ADD_BOOKINGS = """
INSERT INTO public.watch_personbooking AS known (
    booking, county_id, trade, person_key, starts_at, ends_at, freed, finished_at, due_at, paid_at, owed_fen,
    recorded_at, unchecked)
SELECT * FROM unnest(
    %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::bool[],
    %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::bigint[], %s::timestamptz[], %s::bool[])
ON CONFLICT (booking) DO UPDATE SET
    person_key = CASE WHEN known.freed OR excluded.freed THEN ''
                      ELSE greatest(known.person_key, excluded.person_key) END,
    starts_at = coalesce(known.starts_at, excluded.starts_at),
    ends_at = coalesce(known.ends_at, excluded.ends_at),
    freed = known.freed OR excluded.freed,
    finished_at = coalesce(known.finished_at, excluded.finished_at),
    due_at = coalesce(known.due_at, excluded.due_at),
    paid_at = coalesce(known.paid_at, excluded.paid_at),
    owed_fen = greatest(known.owed_fen, excluded.owed_fen),
    recorded_at = greatest(known.recorded_at, excluded.recorded_at),
    unchecked = (known.unchecked OR excluded.unchecked) AND NOT (known.freed OR excluded.freed)
"""
_ADD_PAY = """
INSERT INTO public.watch_paybucket (county_id, day, trade, basis, bucket, orders)
SELECT %s, * FROM unnest(%s::date[], %s::text[], %s::smallint[], %s::smallint[], %s::int[])
ON CONFLICT (county_id, day, trade, basis, bucket)
DO UPDATE SET orders = watch_paybucket.orders + excluded.orders
"""
_ADD_DAYS = """
INSERT INTO public.watch_marketday AS known (county_id, day, posted, registered, settled, insured)
SELECT %s, * FROM unnest(%s::date[], %s::int[], %s::int[], %s::int[], %s::int[])
ON CONFLICT (county_id, day) DO UPDATE SET
    posted = known.posted + excluded.posted,
    registered = known.registered + excluded.registered,
    settled = known.settled + excluded.settled,
    insured = known.insured + excluded.insured
"""
_ADD_HAPPENINGS = """
INSERT INTO public.watch_happening (county_id, kind, trade, places, amount_fen, at)
SELECT %s, * FROM unnest(%s::text[], %s::text[], %s::int[], %s::bigint[], %s::timestamptz[])
"""


@dataclass(slots=True)
class _Booking:
    """What some facts of one place say together."""

    trade: str
    recorded_at: datetime
    person_key: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    freed: bool = False
    finished_at: datetime | None = None
    due_at: datetime | None = None
    paid_at: datetime | None = None
    owed_fen: int = 0

    def hear(self, fact: FactRow) -> None:
        self.recorded_at = max(self.recorded_at, fact.recorded_at)
        if fact.kind in BOOKED:
            self.person_key = fact.person_key
            self.starts_at = _moment(fact.values, "starts_s")
            self.ends_at = _moment(fact.values, "ends_s")
        elif fact.kind == "place.freed":
            self.freed = True
        elif fact.kind == "place.finished":
            self.finished_at, self.due_at = fact.recorded_at, _moment(fact.values, "due_s")
            self.owed_fen = fact.values.get("wage_fen", 0)
        else:
            self.paid_at = fact.recorded_at

    def row(self, booking: UUID, county_id: UUID) -> tuple[Any, ...]:
        key = "" if self.freed else self.person_key
        timed = self.starts_at is not None and self.ends_at is not None
        return (
            booking,
            county_id,
            self.trade,
            key,
            self.starts_at,
            self.ends_at,
            self.freed,
            self.finished_at,
            self.due_at,
            self.paid_at,
            self.owed_fen,
            self.recorded_at,
            bool(key) and timed,
        )


def _moment(values: Mapping[str, int], name: str) -> datetime | None:
    return datetime.fromtimestamp(values[name], UTC) if name in values else None


def _fold_bookings(county_id: UUID, facts: Sequence[FactRow]) -> None:
    found: dict[UUID, _Booking] = {}
    for fact in facts:
        if fact.subject not in found:
            found[fact.subject] = _Booking(fact.trade, fact.recorded_at)
        found[fact.subject].hear(fact)
    rows = [known.row(booking, county_id) for booking, known in sorted(found.items())]
    _write(_ADD_BOOKINGS, list(map(list, zip(*rows, strict=True))))


def _fold_pay(county_id: UUID, facts: Sequence[FactRow]) -> None:
    found: Counter[tuple[date, str, int, int]] = Counter()
    for fact in facts:
        if "rate_fen" in fact.values and "basis" in fact.values:  # facts of earlier versions do not say
            bucket = bucket_of(fact.values["rate_fen"])
            found[fact.day, fact.trade, fact.values["basis"], bucket] += 1
    if found:
        rows = sorted((*key, orders) for key, orders in found.items())
        _write(_ADD_PAY, [county_id, *map(list, zip(*rows, strict=True))])


def _fold_days(county_id: UUID, facts: Sequence[FactRow]) -> None:
    """The same events as the metrics orders_posted, workers_ and employers_registered, orders_settled and
    insured_orders count."""
    found: defaultdict[date, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for fact in facts:
        counts = found[fact.day]
        match fact.kind:
            case "order.published":
                counts[0] += fact.values.get("orders", 0)
            case "person.registered":
                counts[1] += 1
            case _:
                counts[2] += fact.values.get("orders", 0)
                counts[3] += fact.values.get("insured_orders", 0)
    rows = [(day, *counts) for day, counts in sorted(found.items())]
    _write(_ADD_DAYS, [county_id, *map(list, zip(*rows, strict=True))])


def _happened(fact: FactRow) -> tuple[str, str, int, int, datetime] | None:
    """The row of the ticker that a fact makes, if any."""
    values = fact.values
    match fact.kind:
        case "order.published":
            kind, places, fen = HappeningKind.POSTED, values.get("places", 0), values.get("wage_max_fen", 0)
        case "place.filled" if values.get("orders_filled"):
            kind, places, fen = HappeningKind.FILLED, values.get("headcount", 1), 0
        case "place.paid":
            kind, places, fen = HappeningKind.PAID, 1, values.get("wage_fen", 0)
        case "order.settled":
            kind, places, fen = HappeningKind.SETTLED, values.get("places", 0), values.get("wage_fen", 0)
        case _:
            return None
    return kind.value, fact.trade, places, fen, fact.recorded_at


def _fold_happenings(county_id: UUID, facts: Sequence[FactRow]) -> None:
    rows = [row for fact in facts if (row := _happened(fact)) is not None]
    newest = sorted(rows, key=lambda row: row[-1])[-HAPPENINGS_A_FOLD:]
    if newest:
        _write(_ADD_HAPPENINGS, [county_id, *map(list, zip(*newest, strict=True))])


def _write(sql: str, params: Sequence[Any]) -> None:
    with connections[FOLDER].cursor() as cursor:
        cursor.execute(sql, params)


def _forget(sql: str) -> Callable[[UUID], None]:
    return lambda county_id: _write(sql, [county_id])


CONSUMERS: Final = (
    Consumer(
        "watch_bookings",
        BOOKED | {"place.freed", "place.finished", "place.paid"},
        _fold_bookings,
        _forget("DELETE FROM public.watch_personbooking WHERE county_id = %s"),
    ),
    Consumer(
        "watch_pay",
        frozenset({"order.published"}),
        _fold_pay,
        _forget("DELETE FROM public.watch_paybucket WHERE county_id = %s"),
    ),
    Consumer(
        "watch_days",
        frozenset({"order.published", "person.registered", "order.settled"}),
        _fold_days,
        _forget("DELETE FROM public.watch_marketday WHERE county_id = %s"),
    ),
    Consumer(
        "watch_ticker",
        frozenset({"order.published", "place.filled", "place.paid", "order.settled"}),
        _fold_happenings,
        _forget("DELETE FROM public.watch_happening WHERE county_id = %s"),
    ),
)
