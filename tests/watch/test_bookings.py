"""The same person in two counties at once, through the orders' own use cases, and in every order of news."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest
from django.db import connections

from compliance.people.use_cases.register_worker import register_worker
from kernel.actor import Actor, Channel
from kernel.crypto import person_key
from kernel.ids import uuid7
from kernel.models import AuditRow, Fact
from orders.contracts import ReplaceWorker, UndoGrab
from orders.models import Order
from orders.use_cases.replace_worker import replace_worker
from orders.use_cases.undo_grab import undo_grab
from reporting import consumers
from reporting.aggregate import FactRow
from reporting.folder import fold_all, fold_county
from reporting.watch.contracts import AlertState, Rule
from reporting.watch.models import Alert, AlertChange, PersonBooking
from reporting.watch.scan import scan
from tenants.county import run_in_county
from tests.doors.graphql_helpers import ask, city_token, codes, post
from tests.orders import play
from tests.watch.helpers import empty_watch
from tests.watch.months import Market, at_hour

pytestmark = pytest.mark.urls("tests.doors.graphql_urls")

NOW = datetime(2078, 5, 3, 1, tzinfo=UTC)
START = NOW + timedelta(days=2)
BOOKINGS = {Rule.DOUBLE_BOOKING}
CASES = """query($slug: String!, $alert: ID!, $purpose: String!) { county(slug: $slug) {
  alertCases(alert: $alert, purpose: $purpose) { edges { node {
    orderId number placeNo trade { code } day state amountFen } } } } }"""


@pytest.fixture(autouse=True)
def _empty(counties) -> None:
    empty_watch()


def registered(number: str, actor: Actor):
    """The person as a worker of the open county."""
    return register_worker(
        actor=actor,
        name="赖小明",
        id_number=number,
        phone=play.phone(),
        consent_version="2026-01",
        insurance_consent=True,
        can_do=("sorting",),
        identity_id=None if actor is play.HALL else actor.user_id,
        now=NOW,
    )


def works_in(county, number: str, *, hours: int = 0):
    """Registers the person in the county and grabs an order that begins `hours` after START there."""
    with run_in_county(county):
        actor = Actor(uuid7(), play.WORKER, frozenset({"worker"}), Channel.APP)
        view = registered(number, actor)
        starts_at = START + timedelta(hours=hours)
        made = play.publish(play.employer(), now=NOW, starts_at=starts_at, ends_at=starts_at + 6 * play.HOURS)
        won = play.grab(play.Person(view.id, actor), made.order_id, now=NOW)
    fold_all(county)
    return actor, made, won


def test_two_counties_at_once_by_the_use_cases(counties):
    here, there, apart = counties["jianning"], counties["youxi"], counties["mingxi"]
    number = play.id_number("20450101")
    actor, made, won = works_in(here, number)
    assert scan(now=NOW, rules=BOOKINGS) == 0
    works_in(apart, number, hours=7)  # the same person on the same day, one after the other
    assert scan(now=NOW, rules=BOOKINGS) == 0
    works_in(there, number, hours=4)
    assert scan(now=NOW, rules=BOOKINGS) == 2  # with each of the two others it overlaps
    alert = next(one for one in Alert.objects.all() if won.assignment_id in (one.subject, one.other_subject))
    assert {alert.county_id, alert.other_county_id} == {here.id, there.id}
    assert alert.numbers["overlap_minutes"] == 120

    # nobody is named, neither by number nor by key
    asked = ask("{ watch(rule: DOUBLE_BOOKING) { edges { node { id reason numbers { name value } } } } }")
    shown = str(asked)
    assert str(alert.id) in shown
    assert number not in shown
    assert person_key(number) not in shown
    assert str(won.assignment_id) not in shown

    # the case is looked at in its county, for a purpose that is kept
    variables = {"slug": "jianning", "alert": str(alert.id), "purpose": "核实重叠"}
    [edge] = ask(CASES, variables)["county"]["alertCases"]["edges"]
    with run_in_county(here):
        number_of_order = Order.objects.get(id=made.order_id).number
        row = AuditRow.objects.filter(act="city.alertCases_read").latest("at")
    assert (edge["node"]["number"], edge["node"]["placeNo"]) == (number_of_order, 1)
    assert (row.purpose, row.detail["alert"]) == ("核实重叠", str(alert.id))
    status, answer = post({"query": CASES, "variables": variables | {"slug": "mingxi"}}, token=city_token())
    assert (status, codes(answer)) == (200, ["alert_other_county"])
    analyst = city_token("city_analyst")
    assert codes(post({"query": CASES, "variables": variables}, token=analyst)[1]) == ["forbidden"]

    # given up in time, it is over
    with run_in_county(here):
        undo_grab(command=UndoGrab(won.assignment_id), actor=actor, now=NOW)
    fold_all(here)
    assert scan(now=NOW, rules=BOOKINGS) == 1
    alert.refresh_from_db()
    assert (alert.state, alert.held) == (AlertState.CLOSED, False)
    assert PersonBooking.objects.get(booking=won.assignment_id).person_key == ""


def test_who_takes_a_place_over_is_booked_and_who_gave_it_up_is_not(counties):
    here, there = counties["jianning"], counties["youxi"]
    first, second = play.id_number("20460101"), play.id_number("20460202")
    _, _, won = works_in(here, first)
    works_in(there, second)
    assert scan(now=NOW, rules=BOOKINGS) == 0
    with run_in_county(here):
        after = replace_worker(
            command=ReplaceWorker(won.assignment_id, registered(second, play.HALL).id),
            actor=play.HALL,
            now=NOW,
        )
    fold_all(here)
    assert scan(now=NOW, rules=BOOKINGS) == 1
    alert = Alert.objects.get()
    assert after.id in (alert.subject, alert.other_subject)
    assert alert.numbers["overlap_minutes"] == 360
    assert PersonBooking.objects.get(booking=won.assignment_id).freed


def side_by_side(*jobs: Callable[[], int]) -> list[int]:
    def run(job: Callable[[], int]) -> int:
        try:
            return job()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def test_forty_races_of_two_folders_and_two_scanners(counties):
    """Both counties fold at the same moment while two scanners look: each pair is found, once."""
    here, there = counties["jianning"], counties["youxi"]
    both, day = Market([here, there], random.Random(8)), date(2079, 2, 1)
    pairs = 40
    for n in range(pairs):
        both.booked(here, day, f"{n:032x}", hour=8)
        both.booked(there, day, f"{n:032x}", hour=9 + n % 8)
    both.record()
    now, going = at_hour(day, 12), threading.Event()
    going.set()

    def fold(county) -> int:
        try:
            return sum(iter(lambda: fold_county(county, 3), 0))
        finally:
            connections.close_all()

    def folders() -> int:
        try:
            with ThreadPoolExecutor(4) as pool:
                return sum(pool.map(fold, (here, there, here, there)))
        finally:
            going.clear()

    def look() -> int:
        moved = 0
        while going.is_set():
            moved += scan(now=now, rules=BOOKINGS)
        return moved

    folded, one, two = side_by_side(folders, look, look)
    assert folded == 2 * pairs
    fold_all(here), fold_all(there)
    assert one + two + scan(now=now, rules=BOOKINGS) == pairs
    assert Alert.objects.count() == AlertChange.objects.count() == pairs
    assert not PersonBooking.objects.filter(unchecked=True).exists()


def test_news_of_a_place_adds_up_to_the_same_in_any_order(counties):
    county, at = counties["jianning"], datetime(2078, 7, 1, tzinfo=UTC)
    values = {"starts_s": int(at.timestamp()), "ends_s": int(at.timestamp()) + 3_600}
    base = FactRow("", at.date(), "orchard", "", "", "", {}, at)
    filled = replace(base, kind="place.filled", person_key="c" * 32, role="worker", values=values)
    paths = {
        "freed": [filled, replace(base, kind="place.freed")],
        "paid": [
            filled,
            replace(base, kind="place.finished", values={"wage_fen": 5, "due_s": values["ends_s"] + 60}),
            replace(base, kind="place.paid", recorded_at=at + timedelta(hours=2)),
        ],
    }
    seen: dict[str, set[tuple]] = {}
    for name, told in paths.items():
        for order in permutations(told):
            for cut in range(len(order)):
                place = uuid7()
                told_of = [replace(fact, subject=place) for fact in order]
                with run_in_county(county, login="folder"):
                    consumers.hand_over(county.id, told_of[:cut])
                with run_in_county(county, login="folder"):
                    consumers.hand_over(county.id, told_of[cut:])
                row = PersonBooking.objects.filter(booking=place).values_list(
                    "person_key",
                    "starts_at",
                    "freed",
                    "finished_at",
                    "due_at",
                    "paid_at",
                    "owed_fen",
                    "unchecked",
                )
                seen.setdefault(name, set()).add(row.get())
    assert {name: len(rows) for name, rows in seen.items()} == {"freed": 1, "paid": 1}
    [freed], [paid] = seen["freed"], seen["paid"]
    assert (freed[0], freed[2], freed[-1]) == ("", True, False)
    assert (paid[0], paid[2], paid[5], paid[-1]) == ("c" * 32, False, at + timedelta(hours=2), True)


def test_facts_of_earlier_versions_are_heard_without_harm(counties):
    county = counties["jianning"]
    with run_in_county(county):
        before = Fact.objects.count()
    base = FactRow("place.filled", date(2078, 7, 2), "orchard", "", "", "", {"places": 1}, NOW, uuid7())
    with run_in_county(county, login="folder"):
        consumers.hand_over(county.id, [base, replace(base, kind="order.published", subject=uuid7())])
    row = PersonBooking.objects.get(booking=base.subject)
    assert (row.person_key, row.starts_at, row.unchecked) == ("", None, False)
    with run_in_county(county):
        assert Fact.objects.count() == before
