"""The city's own sums: the same as the counties' at any time, however folders, mergers and rebuilds race."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connections, transaction

from kernel import facts
from kernel.ids import uuid7
from reporting import aggregate, city_store, dictionary, metrics
from reporting.city_folder import fold_city, fold_city_all
from reporting.city_recount import check_city, repair_city
from reporting.contracts import Dimension, FigureQuery
from reporting.figures import figures
from reporting.folder import fold_all, fold_county
from reporting.metrics import Metric
from reporting.models import CityDelta, CityRollup, PersonEver, PersonMonth
from reporting.recount import check_county, rebuild_county
from tenants.county import CountyRef, run_in_county

FIRST, LAST = date(2034, 1, 1), date(2034, 12, 31)
SLUGS = ("qingliu", "jiangle", "sanyuan")


@pytest.fixture
def trade() -> str:
    return f"t-{uuid7().hex}"


def pay(county: CountyRef, trade: str, day: date, *people: str) -> None:
    with run_in_county(county):
        for person in people:
            facts.record(
                "place.paid",
                now=datetime.now(UTC),
                day=day,
                subject=uuid7(),
                trade=trade,
                person_key=person,
                role="worker",
                values={"escrow_fen": 7},
            )


def total(trade: str, code: str, first: date = FIRST, last: date = LAST) -> int | None:
    return figures(FigureQuery(first, last, (code,), trades=(trade,))).total.values[0].value


def people_of(month: date) -> int:
    last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    value = figures(FigureQuery(month, last, ("workers",))).total.values[0].value
    assert value is not None
    return value


def test_totals_are_exact_before_and_after_merging(counties, trade):
    for slug in SLUGS:
        pay(counties[slug], trade, date(2034, 3, 3), uuid7().hex)
        fold_all(counties[slug])
    pay(counties["sandbox"], trade, date(2034, 3, 3), uuid7().hex)
    fold_all(counties["sandbox"])
    assert total(trade, "places_paid") == 3, "sandboxes are left out"
    assert CityDelta.objects.filter(trade=trade).exists()
    assert fold_city_all() > 0
    assert not CityDelta.objects.filter(trade=trade).exists()
    assert total(trade, "places_paid") == 3
    assert total(trade, "places_paid", date(2034, 3, 2), date(2034, 3, 4)) == 3
    assert check_city().problems == ()


def test_a_months_people_are_counted_once_in_the_city(counties, trade):
    month = date(2034, 4, 1)
    before = people_of(month)
    anna, ben = uuid7().hex, uuid7().hex
    for slug, day, who in (
        ("qingliu", 2, (anna, ben)),
        ("qingliu", 3, (anna,)),
        ("jiangle", 2, (anna,)),
        ("sanyuan", 30, (ben,)),
    ):
        pay(counties[slug], trade, date(2034, 4, day), *who)
        fold_all(counties[slug])
    assert people_of(month) == before + 2
    fold_city_all()
    assert people_of(month) == before + 2
    assert PersonMonth.objects.get(role="workers", month=month, person_key=anna).days == 3
    assert PersonEver.objects.get(role="workers", person_key=ben).days == 2
    assert check_city().problems == ()


def test_folders_mergers_and_readers_race(counties, trade):
    """Totals only grow, and never count a delta twice or not at all."""
    working = threading.Event()
    working.set()
    people = [uuid7().hex for _ in range(12)]

    def fold(slug: str) -> int:
        dice, made = random.Random(slug), 0
        try:
            for _ in range(25):
                who = [dice.choice(people) for _ in range(dice.randint(1, 4))]
                pay(counties[slug], trade, date(2034, 5, dice.randint(1, 28)), *who)
                made += len(who)
                fold_county(counties[slug])
            fold_all(counties[slug])
        finally:
            connections.close_all()
        return made

    def merge() -> None:
        try:
            while working.is_set():
                fold_city(7)
        finally:
            connections.close_all()

    def read() -> list[int]:
        try:
            seen = []
            while working.is_set():
                seen.append(total(trade, "places_paid") or 0)
            return seen
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        others = [pool.submit(merge), pool.submit(merge)]
        reader = pool.submit(read)
        made = sum(pool.map(fold, SLUGS))
        working.clear()
        for other in others:
            other.result()
        seen = reader.result()
    assert seen == sorted(seen)
    assert total(trade, "places_paid") == made
    fold_city_all()
    assert total(trade, "places_paid") == made
    assert total(trade, "workers") == len(people)
    assert check_city().problems == ()


@pytest.mark.parametrize("how", ["lost", "doubled", "month", "people"])
def test_what_is_wrong_shows_and_is_mended(counties, trade, how):
    pay(counties["qingliu"], trade, date(2034, 6, 3), uuid7().hex, uuid7().hex)
    fold_all(counties["qingliu"])
    fold_city_all()
    with transaction.atomic(using="merger"), connections["merger"].cursor() as cursor:
        cursor.execute(
            {
                "lost": "DELETE FROM public.reporting_cityrollup WHERE trade = %s",
                "doubled": "INSERT INTO public.reporting_citydelta (day, trade, metric, value) "
                "SELECT day, trade, metric, value FROM public.reporting_cityrollup WHERE trade = %s",
                "month": "UPDATE public.reporting_citymonthrollup SET value = value + 1 WHERE trade = %s",
                "people": "DELETE FROM public.reporting_personmonth WHERE person_key = (SELECT person_key "
                "FROM public.reporting_personday WHERE trade = %s LIMIT 1)",
            }[how],
            [trade],
        )
    check = check_city()
    assert check.differing > 0
    assert check.problems
    assert repair_city() > 0
    assert check_city().problems == ()
    fold_city_all()
    assert check_city().problems == ()
    assert total(trade, "places_paid") == 2
    assert repair_city() == 0


def test_a_rebuilt_county_changes_the_city_by_the_difference(counties, trade):
    county, month = counties["sanyuan"], date(2034, 7, 1)
    before = people_of(month)
    here, there = uuid7().hex, uuid7().hex
    pay(county, trade, date(2034, 7, 3), here, there)
    pay(counties["jiangle"], trade, date(2034, 7, 4), there)
    fold_all(county)
    fold_all(counties["jiangle"])
    with run_in_county(county, login="folder"), connections["folder"].cursor() as cursor:
        cursor.execute(
            "UPDATE public.reporting_rollup SET value = 50 WHERE trade = %s AND metric = 'places_paid' "
            "AND county_id = %s",
            [trade, county.id],
        )
    rebuild_county(county)
    assert check_county(county).ok
    assert check_city().differing > 0, "the difference to what was there is not the difference to the truth"
    assert repair_city() > 0
    assert check_city().problems == ()
    assert total(trade, "places_paid") == 3
    rebuild_county(county)
    assert check_city().problems == ()
    assert people_of(month) == before + 2


def test_adding_a_metric_is_a_declaration_and_a_rebuild(counties, trade, monkeypatch):
    """No migration, no change of old rollups: facts that were always there are counted from now on."""
    county = counties["qingliu"]
    with run_in_county(county):
        for number in (3, 4):
            facts.record(
                "training.held",
                now=datetime.now(UTC),
                day=date(2034, 8, 8),
                subject=uuid7(),
                trade=trade,
                values={"people": number},
            )
    fold_all(county)
    new = Metric(
        "trained_people",
        "training.held",
        lambda values: values.get("people", 0),
        "people",
        zh="培训人次",
        en="People trained",
        formula="sum of people over training.held facts",
        event="a course is held",
        group="people",
        good=1,
    )
    with monkeypatch.context() as patch:
        patch.setattr(metrics, "METRICS", (*metrics.METRICS, new))
        patch.setattr(dictionary, "METRICS", (*metrics.METRICS,))
        patch.setattr(aggregate, "BY_KIND", {**metrics.BY_KIND, "training.held": (new,)})
        dictionary.declarations.cache_clear()
        dictionary.dictionary.cache_clear()
        dictionary.by_code.cache_clear()
        try:
            assert total(trade, "trained_people") == 0
            rebuild_county(county)
            assert total(trade, "trained_people") == 7
            assert check_county(county).ok
            assert check_city().problems == ()
        finally:
            dictionary.declarations.cache_clear()
            dictionary.dictionary.cache_clear()
            dictionary.by_code.cache_clear()
    rebuild_county(county)
    assert check_county(county).ok
    assert check_city().problems == ()


def test_taking_away_people_that_were_never_counted_fails(counties):
    somebody = (date(2034, 9, 1), "workers", "", uuid7().hex)
    with pytest.raises(IntegrityError), run_in_county(counties["qingliu"], login="folder"):
        city_store.count_people([], [somebody])


def test_the_city_login_reads_only(counties):
    for table in ("citydelta", "cityrollup", "citymonthrollup", "monthrollup", "personmonth", "personever"):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            connections["city"].cursor() as cursor,
        ):
            cursor.execute(f"DELETE FROM public.reporting_{table}")
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            run_in_county(counties["qingliu"]),
            connections["default"].cursor() as cursor,
        ):
            cursor.execute(f"SELECT * FROM public.reporting_{table}")
    assert CityRollup.objects.count() >= 0


def test_a_page_of_many_days_costs_months(counties, trade):
    """A year of a county comes from twelve months, whatever its days."""
    for day in range(0, 360, 30):
        pay(counties["jiangle"], trade, FIRST + timedelta(days=day), uuid7().hex)
    fold_all(counties["jiangle"])
    found = figures(
        FigureQuery(
            FIRST,
            LAST,
            ("places_paid",),
            counties=("jiangle",),
            trades=(trade,),
            group_by=(Dimension.QUARTER,),
        )
    )
    assert sum(row.values[0].value or 0 for row in found.rows) == 12
    with run_in_county(counties["jiangle"], login="folder"), connections["folder"].cursor() as cursor:
        cursor.execute("DELETE FROM public.reporting_monthrollup WHERE trade = %s", [trade])
    assert total_of(trade) == 0, "it is the months that were read"
    assert not check_county(counties["jiangle"]).ok
    rebuild_county(counties["jiangle"])
    assert total_of(trade) == 12
    assert check_city().problems == ()


def total_of(trade: str) -> int | None:
    query = FigureQuery(FIRST, LAST, ("places_paid",), counties=("jiangle",), trades=(trade,))
    return figures(query).total.values[0].value
