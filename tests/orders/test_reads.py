"""Lists and the feed: what they show, and that a row more costs no query more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel.actor import Actor, Channel
from kernel.errors import DomainError
from kernel.ids import uuid7
from orders import selectors
from orders.contracts import Datum, Point, UndoGrab
from orders.feed import FeedQuery, feed
from orders.use_cases.undo_grab import undo_grab
from tenants.county import run_in_county
from tests.orders import play

TOWN = Point(26_728_000, 117_473_000)
ALL = {"limit": 200}


@pytest.fixture
def county(counties):
    with run_in_county(counties["datian"]):
        yield


def queries(read):
    with CaptureQueriesContext(connection) as seen:
        result = read()
    return len(seen), result


def look(who, now=play.NOW, after=None, limit=200, **query):
    return feed(actor=who.actor, query=FeedQuery(**query), now=now, after=after, limit=limit)


def fresh_boss():
    return play.employer(fen=10_000_000_00)


def test_the_feed_shows_what_can_be_taken_and_nothing_else(county):
    boss, who, other = fresh_boss(), play.worker(trades=["planting"]), play.worker(trades=["planting"])
    mine = [play.publish(boss, trade="planting").order_id for _ in range(3)]
    play.publish(boss, trade="moving")
    shown = [view.id for view in look(who).rows]
    assert shown == mine[::-1]
    won = play.grab(other, mine[1])
    assert [view.id for view in look(who).rows] == [mine[2], mine[0]]
    undo_grab(command=UndoGrab(won.assignment_id), actor=other.actor, now=play.NOW)
    assert [view.id for view in look(who).rows] == [mine[1], mine[2], mine[0]]  # news again
    assert look(who, now=play.START + 1 * play.HOURS).rows == ()  # closed
    two = play.publish(boss, trade="planting", headcount=2).order_id
    play.grab(who, two)
    assert two not in [view.id for view in look(who).rows]  # he has a place there
    assert two in [view.id for view in look(other).rows]
    assert [view.trade for view in look(who, trades=["moving"]).rows][:1] == ["moving"]


def test_waiting_from_a_position_shows_only_news(county):
    boss, who = fresh_boss(), play.worker(trades=["tutoring"])
    play.publish(boss, trade="tutoring")
    first = look(who)
    assert len(first.rows) == 1
    assert look(who, since=first.since).rows == ()
    news = play.publish(boss, trade="tutoring").order_id
    later = look(who, since=first.since)
    assert [view.id for view in later.rows] == [news]
    assert later.since > first.since


def test_pages_of_the_feed_hold_still_while_news_comes(county):
    boss, who = fresh_boss(), play.worker(trades=["security"])
    ids = [
        play.publish(boss, trade="security", point=Point(TOWN.lat_e6 + 1_000 * n, TOWN.lon_e6)).order_id
        for n in range(7)
    ]
    for near, wanted in ((False, ids[::-1]), (True, ids)):
        seen, after = [], None
        while True:
            page = look(who, after=after, limit=3, point=TOWN, near=near)
            seen += [view.id for view in page.rows]
            play.publish(boss, trade="security", point=TOWN)  # nearer and newer than all
            after = page.after
            if after is None:
                break
        assert [one for one in seen if one in ids] == wanted
        assert len(seen) == len(set(seen))


def test_distance_is_the_great_circle_in_one_datum(county):
    boss, who = fresh_boss(), play.worker(trades=["driving"])
    far = play.publish(boss, trade="tiling", point=Point(26_828_000, 117_473_000)).order_id
    play.publish(boss, trade="tiling")  # without coordinates
    rows = {view.id: view for view in look(who, point=TOWN, near=True, trades=["tiling"]).rows}
    assert abs(rows[far].distance_m - 11_120) <= 1
    assert [view.distance_m for view in rows.values()][-1] is None
    assert [view.id for view in look(who, point=TOWN, within_m=12_000, trades=["tiling"]).rows] == [far]
    assert look(who, point=TOWN, within_m=11_000, trades=["tiling"]).rows == ()
    shifted = look(who, point=Point(TOWN.lat_e6, TOWN.lon_e6, Datum.WGS84), trades=["tiling"]).rows
    assert 50 < abs(next(v for v in shifted if v.id == far).distance_m - 11_120) < 800


@pytest.mark.parametrize("after", ["x", [1], [1, 2, "z"], {"a": 1}, [1, 2, 3], ["a", "b", "c"]])
def test_a_position_that_is_none_of_ours_is_refused(county, after):
    who = play.worker()
    for read in (
        lambda: look(who, after=after),
        lambda: selectors.worker_assignments(actor=who.actor, after=after),
    ):
        with pytest.raises(DomainError) as refused:
            read()
        assert refused.value.code == "invalid_value"


def test_query_counts_do_not_grow_with_rows(county):
    boss, who = fresh_boss(), play.worker(trades=["pruning"])
    overseer = Actor(uuid7(), frozenset({"city:drill"}), frozenset(), Channel.API)

    def add(number):
        start = play.START + timedelta(days=number)
        made = play.publish(
            boss, trade="pruning", headcount=3, insured=True, starts_at=start, ends_at=start + play.HOURS * 8
        )
        won = play.grab(who, made.order_id)
        play.bind(won)
        play.start(boss, who, won, now=start)
        play.publish(boss, trade="pruning")
        return made.order_id

    order_id = add(1)
    reads = {
        "feed": (lambda: look(who, point=TOWN), 5),
        "employer": (lambda: selectors.employer_orders(actor=boss.actor), 3),
        "worker": (lambda: selectors.worker_assignments(actor=who.actor), 6),
        "county": (lambda: selectors.county_orders(actor=overseer, trade="pruning"), 1),
    }
    few = {name: queries(read)[0] for name, (read, _) in reads.items()}
    for number in range(2, 6):
        add(number)
    many = {name: queries(read)[0] for name, (read, _) in reads.items()}
    assert few == many == {name: pinned for name, (_, pinned) in reads.items()}

    def details():
        return (
            queries(lambda: selectors.order_detail(order_id=order_id, actor=boss.actor))[0],
            queries(lambda: selectors.timeline(order_id=order_id, actor=boss.actor))[0],
        )

    alone = details()
    for _ in range(2):
        play.grab(play.worker(trades=["pruning"]), order_id)
    assert details() == alone == (10, 11)


def test_pages_go_on_where_they_stopped(county):
    boss, who = fresh_boss(), play.worker()
    ids = []
    for number in range(5):
        start = play.START + timedelta(days=number)
        ids.append(play.publish(boss, starts_at=start, ends_at=start + play.HOURS * 8).order_id)
        play.grab(who, ids[-1])

    def whole(read):
        seen, after, pages = [], None, 0
        while pages == 0 or after is not None:
            page = read(after)
            seen += [getattr(row, "order", row).id for row in page.rows]
            after, pages = page.after, pages + 1
        return seen, pages

    assert whole(lambda after: selectors.employer_orders(actor=boss.actor, after=after, limit=2)) == (
        ids[::-1],
        3,
    )
    assert whole(lambda after: selectors.worker_assignments(actor=who.actor, after=after, limit=2)) == (
        ids[::-1],
        3,
    )
    opened = selectors.employer_orders(actor=boss.actor, state="open")
    assert len(opened.rows) == 5


def test_who_sees_what_of_an_order(county):
    boss, who, other = fresh_boss(), play.worker(), play.worker()
    made = play.publish(boss, headcount=2)
    won = play.grab(who, made.order_id)
    for_boss = selectors.order_detail(order_id=made.order_id, actor=boss.actor)
    assert for_boss.money is not None
    assert (for_boss.money.escrow_fen, for_boss.money.held_fen) == (made.escrow_fen, 300_00)
    assert [row.worker_name for row in for_boss.roster] == ["赖**"]
    for_worker = selectors.order_detail(order_id=made.order_id, actor=who.actor)
    assert (for_worker.money, for_worker.roster) == (None, ())
    assert for_worker.mine is not None
    assert for_worker.mine.id == won.assignment_id
    for_other = selectors.order_detail(order_id=made.order_id, actor=other.actor)
    assert (for_other.money, for_other.mine) == (None, None)
    assert for_other.order.free_places == 1
    with pytest.raises(DomainError):
        selectors.assignment_detail(assignment_id=won.assignment_id, actor=other.actor)
    for actor in (who.actor, boss.actor):
        with pytest.raises(DomainError):
            selectors.county_orders(actor=actor)
    moves = selectors.timeline(order_id=made.order_id, actor=who.actor)
    assert [(entry.machine, entry.to) for entry in moves] == [
        ("order", "draft"),
        ("order", "open"),
        ("assignment", "won"),
    ]
