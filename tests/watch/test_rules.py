"""Two months with each strange thing put in: each is found, where and when it is, and nothing else is."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import pairwise

import pytest

from reporting.folder import fold_all
from reporting.models import Rollup
from reporting.recount import rebuild_county
from reporting.watch.buckets import BOUNDS, bucket_of, quantile_bucket, upper_fen
from reporting.watch.contracts import AlertState, Rule
from reporting.watch.finders.idle_hall import works
from reporting.watch.finders.late_payout import OVERDUE, SLOW
from reporting.watch.finders.pay_norm import HIGH, LOW, norm_of
from reporting.watch.finders.uninsured import fell
from reporting.watch.models import Alert, AlertChange, MarketDay, PayBucket, PersonBooking
from reporting.watch.reasons import reason
from reporting.watch.scan import scan
from tests.watch.helpers import as_superuser, empty_watch
from tests.watch.months import DAY_BASIS, Market, at_hour, facts_at, moments

COUNTIES = ("jiangle", "mingxi", "ninghua", "qingliu")
DAYS = 61


@pytest.fixture(autouse=True)
def _empty(counties) -> None:
    """Other tests leave facts that are not folded yet; they go first, or they would come back."""
    for slug in COUNTIES:
        fold_all(counties[slug])
    empty_watch()


def market(counties, seed: int) -> Market:
    return Market([counties[slug] for slug in COUNTIES], random.Random(seed))


@pytest.mark.parametrize(("seed", "first"), [(1, date(2071, 3, 1)), (2, date(2072, 5, 1))])
def test_nothing_is_found_in_two_clean_months(counties, seed, first):
    clean, last = market(counties, seed), first + timedelta(days=DAYS - 1)
    clean.play(first, last)
    clean.fold()
    for now in moments(first + timedelta(days=21), last):
        # rest days and days after the last facts count, too: what waits to be paid is not late yet
        assert scan(now=now) == 0, [(row.rule, row.numbers) for row in Alert.objects.all()]
    assert PersonBooking.objects.exclude(person_key="").count() > 500


def seeded(counties, seed: int, first: date) -> tuple[Market, date]:
    """A clean market but for: jiangle and mingxi share a worker's morning; mingxi posts one absurd wage and
    two mean ones; ninghua stops insuring in the last days; qingliu goes to sleep; jiangle pays nobody."""
    jiangle, mingxi, ninghua, _ = (counties[slug] for slug in COUNTIES)
    strange = market(counties, seed)
    last = first + timedelta(days=DAYS - 1)
    while not works(last):
        last -= timedelta(days=1)
    asleep = frozenset(("qingliu", last - timedelta(days=n)) for n in range(7))
    strange.play(first, last, quiet=asleep)
    day = last - timedelta(days=3)
    strange.booked(jiangle, day, "e" * 32, hour=8)
    strange.booked(mingxi, day, "e" * 32, hour=12)
    strange.booked(ninghua, day, "e" * 32, hour=21)  # after the other's end: no overlap
    strange.posted(mingxi, day, "orchard", DAY_BASIS, 2_000_00)
    strange.posted(mingxi, day, "orchard", DAY_BASIS, 70_00)
    strange.posted(mingxi, day + timedelta(days=1), "orchard", DAY_BASIS, 60_00)
    for n in range(1, 4):
        for _ in range(25):
            strange.settled(ninghua, last - timedelta(days=n), insured=False)
    for n in range(3):
        late = strange.booked(jiangle, last - timedelta(days=9), f"{n:032x}", hour=8)
        strange.finished(
            jiangle, late, at_hour(last - timedelta(days=9), 17), at_hour(last - timedelta(days=6), 17)
        )
    return strange, last


@pytest.mark.parametrize(("seed", "first"), [(3, date(2073, 3, 1)), (4, date(2074, 8, 1))])
def test_each_strange_thing_is_found_and_nothing_else(counties, seed, first):
    strange, last = seeded(counties, seed, first)
    strange.fold()
    [now] = moments(last, last)
    assert scan(now=now) == 6
    assert scan(now=now) == 0
    assert AlertChange.objects.count() == 6
    rows = {(row.rule, row.numbers.get("side", 0)): row for row in Alert.objects.all()}
    ids = {slug: counties[slug].id for slug in COUNTIES}

    double = rows[Rule.DOUBLE_BOOKING, 0]
    assert {double.county_id, double.other_county_id} == {ids["jiangle"], ids["mingxi"]}
    assert double.numbers["overlap_minutes"] == 5 * 60
    assert "e" * 32 not in str(double.__dict__)

    low, high = rows[Rule.PAY_NORM, LOW], rows[Rule.PAY_NORM, HIGH]
    assert (low.county_id, low.trade, low.cases) == (ids["mingxi"], "orchard", 2)
    assert (high.county_id, high.trade, high.cases) == (ids["mingxi"], "orchard", 1)
    assert 180_00 < low.numbers["median_fen"] < 230_00
    assert high.numbers["farthest_fen"] == upper_fen(bucket_of(2_000_00))
    assert (low.last - low.first).days == 1

    bare = rows[Rule.UNINSURED, 0]
    assert bare.county_id == ids["ninghua"]
    assert bare.numbers["share_bp"] < 5_000 < 7_000 < bare.numbers["base_share_bp"] < 9_000

    idle = rows[Rule.IDLE_HALL, 0]
    assert (idle.county_id, idle.cases) == (
        ids["qingliu"],
        sum(works(last - timedelta(days=n)) for n in range(1, 7)),
    )
    late = rows[Rule.LATE_PAYOUT, 0]
    assert (late.county_id, late.cases, late.numbers["owed_fen"]) == (ids["jiangle"], 3, 600_00)
    for row in rows.values():
        zh, en = reason(Rule(row.rule), row.numbers)
        assert zh
        assert en


def test_alerts_end_when_their_reason_does_and_come_back_with_it(counties):
    strange, last = seeded(counties, 5, date(2075, 3, 1))
    strange.fold()
    jiangle, mingxi, _, qingliu = (counties[slug] for slug in COUNTIES)
    [now] = moments(last, last)
    assert scan(now=now) == 6
    double = Alert.objects.get(rule=Rule.DOUBLE_BOOKING)
    in_mingxi = double.subject if double.county_id == mingxi.id else double.other_subject
    strange.tell(mingxi, facts_at("place.freed", at_hour(last, 11), subject=in_mingxi))
    for place in PersonBooking.objects.filter(county_id=jiangle.id, due_at__isnull=False, paid_at=None):
        strange.tell(jiangle, facts_at("place.paid", at_hour(last, 11), subject=place.booking))
    tomorrow = last + timedelta(days=1)
    strange.posted(qingliu, tomorrow, "orchard", DAY_BASIS, 200_00)
    strange.fold()
    [later] = moments(tomorrow, tomorrow)
    scan(now=later)
    states = {
        (row.rule, row.numbers.get("side", row.numbers.get("kind", 0))): row.state
        for row in Alert.objects.all()
    }
    assert states.pop((Rule.LATE_PAYOUT, OVERDUE)) == AlertState.CLOSED
    assert states.pop((Rule.LATE_PAYOUT, SLOW)) == AlertState.OPEN  # paid at last, days after the work
    assert states.pop((Rule.DOUBLE_BOOKING, 0)) == AlertState.CLOSED
    assert states.pop((Rule.IDLE_HALL, 0)) == AlertState.CLOSED
    assert set(states.values()) == {AlertState.OPEN}
    again = strange.booked(jiangle, last, "f" * 32)
    strange.finished(
        jiangle, again, at_hour(last - timedelta(days=9), 17), at_hour(last - timedelta(days=6), 17)
    )
    strange.fold()
    scan(now=later)
    late = Alert.objects.get(rule=Rule.LATE_PAYOUT, numbers__kind=OVERDUE)
    assert (late.state, late.cases) == (AlertState.OPEN, 1)
    assert [(one.frm, one.to) for one in AlertChange.objects.filter(alert=late).order_by("id")] == [
        ("", "open"),
        ("open", "closed"),
        ("closed", "open"),
    ]


def test_a_county_that_is_behind_neither_idles_nor_pays_late(counties):
    strange, last = seeded(counties, 6, date(2076, 3, 1))
    strange.fold()
    slow = {counties["qingliu"].id, counties["jiangle"].id}
    as_superuser("UPDATE reporting_freshness SET backlog = 1 WHERE county_id = ANY(%s)", [list(slow)])
    [now] = moments(last, last)
    scan(now=now)
    assert {rule for rule, _ in found_by_rule()} == {Rule.DOUBLE_BOOKING, Rule.PAY_NORM, Rule.UNINSURED}
    as_superuser("UPDATE reporting_freshness SET backlog = 0, folded_at = now()")
    scan(now=now)
    assert {Rule.IDLE_HALL, Rule.LATE_PAYOUT} <= {rule for rule, _ in found_by_rule()}


def found_by_rule() -> set[tuple[Rule, int]]:
    return {(Rule(row.rule), row.cases) for row in Alert.objects.all()}


def test_a_rebuild_makes_the_same_bookings_and_buckets(counties):
    strange, last = seeded(counties, 7, date(2077, 3, 1))
    strange.fold()
    [now] = moments(last, last)
    assert scan(now=now, rules={Rule.DOUBLE_BOOKING}) > 0
    found = alerts()

    def kept(county):
        bookings = PersonBooking.objects.filter(county_id=county.id).exclude(starts_at=None, person_key="")
        buckets = PayBucket.objects.filter(county_id=county.id, day__year=2077)
        since = at_hour(date(2077, 1, 1), 0)
        return (
            sorted(
                bookings.filter(recorded_at__range=(since, since + timedelta(days=365))).values_list(
                    "booking", "person_key", "starts_at", "ends_at", "freed", "due_at", "paid_at", "owed_fen"
                )
            ),
            sorted(buckets.values_list("day", "trade", "basis", "bucket", "orders")),
            sorted(
                MarketDay.objects.filter(county_id=county.id, day__year=2077).values_list(
                    "day", "posted", "registered", "settled", "insured"
                )
            ),
        )

    for slug in ("mingxi", "jiangle"):
        before = kept(counties[slug])
        assert len(before[0]) > 50
        assert len(before[1]) > 50
        rebuild_county(counties[slug])
        assert kept(counties[slug]) == before
        assert before[2] == figures_of(counties[slug])
    scan(now=now, rules={Rule.DOUBLE_BOOKING})  # the rebuild brings other tests' years back, and their alerts
    again = alerts()
    assert found <= again
    assert len({subject for _, subject, _ in again}) == len(again), "nothing is told twice"


def alerts() -> set[tuple]:
    return set(Alert.objects.values_list("id", "subject", "state"))


def figures_of(county) -> list[tuple]:
    """The same of the city's figures, which are proved against a recount."""
    codes = ("orders_posted", "workers_registered", "orders_settled", "insured_orders")
    days: defaultdict[date, Counter[str]] = defaultdict(Counter)
    rows = Rollup.objects.filter(county_id=county.id, day__year=2077, metric__in=codes)
    for day, metric, value in rows.values_list("day", "metric", "value"):
        days[day][metric] += value
    return sorted((day, *(counted[code] for code in codes)) for day, counted in days.items())


def test_sandboxes_are_not_watched(counties):
    jiangle, sandbox = counties["jiangle"], counties["sandbox"]
    both = Market([jiangle, sandbox], random.Random(0))
    day = date(2078, 3, 3)
    both.booked(jiangle, day, "d" * 32)
    both.booked(sandbox, day, "d" * 32)
    both.fold()
    [now] = moments(day, day)
    assert scan(now=now, rules={Rule.DOUBLE_BOOKING}) == 0


# ------------------------------------------------------------------------------------------- pure parts


def test_buckets_hold_what_lies_above_one_bound_and_at_most_the_next():
    for bound in (BOUNDS[0], BOUNDS[40], BOUNDS[-1]):
        assert upper_fen(bucket_of(bound)) == bound
        assert bucket_of(bound + 1) == bucket_of(bound) + 1
    assert upper_fen(bucket_of(10**12)) == BOUNDS[-1]
    assert all(after * 100 <= before * 106 for before, after in pairwise(BOUNDS))


def test_a_norm_needs_both_the_share_and_the_fence():
    tight = norm_of([(50, 100)], low_bp=6_000, high_bp=20_000, fence_tenths=30)
    assert (tight.median, tight.side(50), tight.side(45), tight.side(70)) == (50, 0, 0, HIGH)
    assert upper_fen(tight.low) * 10_000 <= upper_fen(50) * 6_000 < upper_fen(tight.low + 1) * 10_000
    wide = norm_of([(20, 30), (50, 40), (80, 30)], low_bp=6_000, high_bp=20_000, fence_tenths=30)
    assert (wide.side(20), wide.side(30), wide.side(100)) == (0, 0, 0)
    assert wide.side(0) == 0
    assert quantile_bucket([(1, 1), (2, 1), (9, 2)], 50) == 2


@pytest.mark.parametrize(
    ("base", "base_insured", "recent", "insured", "is_fall"),
    [
        (300, 240, 60, 20, True),
        (300, 240, 60, 40, False),  # 80 % to 67 %: too little
        (60, 48, 5, 3, False),  # too few to tell
        (300, 240, 60, 60, False),
        (300, 0, 60, 0, False),
        (300, 300, 60, 48, True),  # from all: any real fall is one
        (300, 300, 60, 60, False),
    ],
)
def test_a_fall_beyond_chance(base, base_insured, recent, insured, is_fall):
    assert fell(base, base_insured, recent, insured, drop_bp=1_500, z_tenths=40) is is_fall


def test_working_days_follow_the_published_calendar_and_weekdays_beyond_it():
    assert not works(date(2026, 10, 1))  # Thursday, National Day
    assert works(date(2026, 10, 10))  # Saturday, made up for
    assert works(date(2071, 10, 1))  # Thursday, not published yet
    assert not works(date(2071, 10, 3))
