"""Two counties become one, as 梅列区 and 三元区 became 三元区 in 2021: no row moves and every sum holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from compliance.people.models import Employer
from kernel.actor import SYSTEM, Actor, Channel
from kernel.errors import DomainError
from kernel.ids import uuid7
from kernel.models import Fact
from ledger.contracts import AccountKind, Line
from ledger.tasks import fold_collectors
from ledger.use_cases.open_account import open_account
from ledger.use_cases.request_withdrawal import request_withdrawal
from ledger.use_cases.transfer import transfer
from linggong.commands.verify import verify
from linggong.county_life import wind_down_county
from linggong.wiring import relay_news
from orders.models import Order
from reporting.contracts import Boundaries, Dimension, FigureQuery
from reporting.figures import figures
from reporting.folder import fold_all
from tenants import directory
from tenants.contracts import CountyRef, CountyState
from tenants.county import run_in_county
from tenants.models import RetiredCode
from tenants.operations.contracts import NewCounty, OperationState
from tenants.operations.selectors import county_changes, operations
from tenants.operations.use_cases import wind_down_county as winding_down
from tenants.operations.use_cases.close_county import close_county
from tenants.operations.use_cases.onboard_county import onboard_county
from tenants.operations.use_cases.open_successor import open_successor
from tenants.operations.use_cases.rename_county import rename_county
from tenants.operations.use_cases.wind_down_county import what_is_left
from tests.operations.conftest import carry_out
from tests.orders import play

pytestmark = pytest.mark.usefixtures("own_database")

DAY = date(2027, 3, 1)  # of play.NOW
HANDOVER = DAY + timedelta(days=1)
TODAYS_WORK: dict[str, Any] = {
    "starts_at": play.NOW + play.HOURS,
    "ends_at": play.NOW + 5 * play.HOURS,
}
OLD = ("meilie", "sanyuanjiu")
SUMS = ("orders_posted", "orders_settled", "places_settled", "wages_fen")


def _open(code: str, slug: str, name: str) -> None:
    county = NewCounty(
        code=code,
        slug=slug,
        name=name,
        name_en=name.encode("punycode").decode(),
        opens_on=DAY,
        min_wage_month_fen=189_500,
        min_wage_hour_fen=2_000 + int(code[-1]),
    )
    onboard_county(county=county, actor=SYSTEM, now=play.NOW)


def _succeed(**changes: Any) -> Any:
    county = NewCounty(
        code="350434",
        slug="sanyuanqu",
        name="三元区",
        name_en="Sanyuan District",
        opens_on=HANDOVER,
        min_wage_month_fen=0,
        min_wage_hour_fen=0,
    )
    asked: dict[str, Any] = {"predecessors": OLD, "county": county, "actor": SYSTEM, "now": play.NOW}
    return open_successor(**(asked | changes))


def _refused(act: Callable[[], Any]) -> DomainError:
    with pytest.raises(DomainError) as refused:
        act()
    return refused.value


def _done_order(boss: play.Person, who: play.Person) -> None:
    """An order of this very day, from posting to settlement."""
    made = play.publish(boss, **TODAYS_WORK)
    won = play.grab(who, made.order_id)
    play.start(boss, who, won, now=TODAYS_WORK["starts_at"])
    play.leave(who, won, now=TODAYS_WORK["ends_at"])
    assert play.confirm(boss, made.order_id, now=TODAYS_WORK["ends_at"] + play.HOURS).state == "settled"


def _draw(county: CountyRef, person: play.Person, now: datetime) -> None:
    """Everything out of somebody's wallets, through the channel."""
    kinds = {AccountKind.WORKER_WALLET: "wallet:worker", AccountKind.EMPLOYER_WALLET: "wallet:employer"}
    with run_in_county(county):
        for kind, scope in kinds.items():
            if fen := play.fen(kind, person.id):
                request_withdrawal(
                    owner_id=person.id,
                    amount_fen=fen,
                    payment_account="bank:1",
                    kind=kind,
                    actor=play.replace(person.actor, scopes=frozenset({scope})),
                    now=now,
                )
    relay_news(county)


def _sums(boundaries: Boundaries, **asked: Any) -> dict[str | None, tuple[int | None, ...]]:
    answer = figures(
        FigureQuery(
            first=DAY,
            last=DAY + timedelta(days=9),
            metrics=SUMS,
            group_by=(Dimension.COUNTY,),
            boundaries=boundaries,
            **asked,
        )
    )
    found = {row.county: tuple(value.value for value in row.values) for row in answer.rows}
    return {None: tuple(value.value for value in answer.total.values), **found}


def test_two_counties_become_one(market: Callable[[datetime], None]) -> None:
    market(play.NOW)
    _open("350432", "meilie", "梅列区")
    _open("350433", "sanyuanjiu", "三元区（旧）")
    carry_out()
    old = [directory.by_slug(slug) for slug in OLD]
    assert [ref.state for ref in old] == [CountyState.ACTIVE] * 2

    people: dict[str, tuple[play.Person, play.Person]] = {}
    for county in old:
        with run_in_county(county):
            boss, who = play.employer(fen=1_000_00), play.worker()
            people[county.slug] = boss, who
            _done_order(boss, who)
    with run_in_county(old[0]):
        boss, who = people["meilie"]
        running = play.publish(boss)  # ends after the handover
        won = play.grab(who, running.order_id)
    for county in old:
        fold_all(county)
    before = _sums(Boundaries.AS_WERE)
    assert before[None] == (3, 2, 2, 600_00)
    assert before["meilie"] == (2, 1, 1, 300_00)

    # -- decided, not yet in force ---------------------------------------------------------------------
    assert _refused(lambda: _succeed(predecessors=("meilie", "sandbox"))).code == "predecessors_invalid"
    assert _refused(lambda: _succeed(predecessors=("meilie", "meilie"))).code == "predecessors_invalid"
    assert _refused(lambda: _succeed(predecessors=())).code == "predecessors_invalid"
    assert _refused(lambda: _succeed(predecessors=("nowhere",))).code == "county_unknown"
    asked = _succeed()
    assert asked.county.min_wage_hour_fen == 2_003, "the predecessors' highest"
    assert _succeed().id == asked.id
    other = NewCounty("350435", "another", "另", "Other", HANDOVER, 0, 0)
    assert _refused(lambda: _succeed(county=other, predecessors=("meilie",))).code == "county_succeeded"
    carry_out()
    assert operations(actor=SYSTEM, first=1).rows[0].state is OperationState.DONE
    assert _refused(lambda: _succeed(county=other, predecessors=("meilie",))).code == "county_succeeded"

    new = directory.by_slug("sanyuanqu")
    old = [directory.by_slug(slug) for slug in OLD]
    assert {(ref.succeeded_by, ref.succeeded_on) for ref in old} == {(new.id, HANDOVER)}
    assert directory.predecessors(new) == old
    assert [ref.state for ref in old] == [CountyState.ACTIVE] * 2, "until the day comes"
    assert new.state is CountyState.SUSPENDED
    assert dict(RetiredCode.objects.filter(county_id=new.id).values_list("code", "county__slug")) == {
        "350432": "sanyuanqu",
        "350433": "sanyuanqu",
    }
    assert [wind_down_county(ref) for ref in old] == [0, 0]

    # -- the day -----------------------------------------------------------------------------------------
    now = play.NOW + timedelta(days=1)
    market(now)
    assert [directory.by_slug(slug).state for slug in OLD] == [CountyState.WINDING_DOWN] * 2
    with run_in_county(old[0]):
        moved = _refused(lambda: play.publish(people["meilie"][0], now=now))
    assert (moved.code, moved.params["county_moved"]) == ("county_winding_down", "sanyuanqu")
    assert "三元区" in moved.text("zh")
    with run_in_county(new):
        boss, who = play.employer(fen=1_000_00), play.worker(at=now)
        made = play.publish(boss, now=now)
        play.grab(who, made.order_id, now=now)

    assert wind_down_county(old[0]) == 1, "the timer writes down what already holds"
    assert wind_down_county(old[0]) == 0
    assert {one.code for one in what_is_left(old[0])} == {
        "open_orders",
        "escrow",
        "wallets",
        "unfolded_transfers",
        "news",
    }
    waiting = _refused(lambda: close_county(slug="meilie", actor=SYSTEM, now=now))
    assert waiting.code == "county_has_obligations"
    assert "open_orders 1" in waiting.text("en")

    # -- what runs comes to its end ------------------------------------------------------------------
    late = play.START + 9 * play.HOURS
    market(late)
    with run_in_county(old[0]):
        boss, who = people["meilie"]
        play.start(boss, who, won)
        play.leave(who, won)
        assert play.confirm(boss, running.order_id).state == "settled"
    for county in old:
        for person in people[county.slug]:
            _draw(county, person, late)
        fold_collectors(county)
        fold_all(county)
        assert what_is_left(county) == []
        assert wind_down_county(county) > 0
        assert wind_down_county(county) == 0
        assert directory.by_slug(county.slug).state is CountyState.CLOSED
    assert [one.act for one in county_changes(old[0])] == ["closed", "winding_down", "succeeded", "opened"]
    assert close_county(slug="meilie", actor=SYSTEM, now=late).state is CountyState.CLOSED

    with run_in_county(new):
        assert Order.objects.count() == 1, "no row moved"
    fold_all(new)

    # -- sums hold ------------------------------------------------------------------------------------
    were, today = _sums(Boundaries.AS_WERE), _sums(Boundaries.TODAY)
    assert were[None] == today[None] == (4, 3, 3, 900_00)
    assert were["meilie"] == (2, 1, 1, 300_00)
    assert were["sanyuanjiu"] == (1, 1, 1, 300_00)
    assert were["sanyuanqu"] == (1, 1, 1, 300_00), "what ended in 梅列 after the day is the successor's"
    assert today["sanyuanqu"] == (4, 3, 3, 900_00)
    for by_county in (were, today):
        rows = [value for slug, value in by_county.items() if slug is not None]
        assert tuple(map(sum, zip(*rows, strict=True))) == by_county[None]
    with run_in_county(old[0]):
        kinds = ("order.published", "order.settled")
        facts = [Fact.objects.filter(kind=kind).count() for kind in kinds]
    assert facts == [2, 2], "facts stay where they were recorded"
    assert verify("meilie") == 0


def test_a_closed_county_is_read_only_and_says_where_to_go(market: Callable[[datetime], None]) -> None:
    late = play.START + 9 * play.HOURS
    market(late)
    assert directory.by_slug("meilie").state is CountyState.CLOSED
    told = Client().post("/meilie/api/v1/orders", b"{}", content_type="application/json").json()
    assert (told["status"], told["code"]) == (410, "county_closed")
    assert told["params"]["county_moved"] == "sanyuanqu"
    assert "三元区" in told["detail"]
    assert Client().get("/meilie/api/v1/trades").status_code == 200
    seen = Client().get("/meilie/api/v1/county").json()
    assert (seen["state"], seen["code"], seen["opens_on"]) == ("closed", "350432", DAY.isoformat())
    assert seen["successor"] == {
        "slug": "sanyuanqu",
        "name": "三元区",
        "name_en": "Sanyuan District",
        "since": HANDOVER.isoformat(),
    }
    assert Client().get("/sanyuanqu/api/v1/county").json()["successor"] is None
    with run_in_county("meilie"):
        assert Order.objects.filter(state="settled").count() == 2
    assert (
        _refused(
            lambda: rename_county(
                slug="meilie", name="x", name_en="x", valid_from=late.date(), actor=SYSTEM, now=late
            )
        ).code
        == "stale_state"
    )


def test_what_slipped_in_opens_it_again(market: Callable[[datetime], None]) -> None:
    """A process that did not know yet wrote something: the county is no longer said to be closed."""
    late = play.START + 9 * play.HOURS
    market(late)
    county = directory.by_slug("sanyuanjiu")
    assert county.state is CountyState.CLOSED
    with run_in_county(county, keeping=True):
        boss = _slipped()
    assert winding_down.wind_down_county(county, now=late) == 1
    assert directory.by_slug("sanyuanjiu").state is CountyState.WINDING_DOWN
    assert county_changes(county)[0].act == "reopened"
    assert county_changes(county)[0].detail == {"left": "wallets 1, unfolded_transfers 1"}
    _draw(county, boss, late)
    fold_collectors(county)
    assert winding_down.wind_down_county(county, now=late) == 1
    assert directory.by_slug("sanyuanjiu").state is CountyState.CLOSED


def _slipped() -> play.Person:
    """Money into the wallet of an employer who was here before."""
    employer = Employer.objects.earliest("id")
    clearing = open_account(kind=AccountKind.CHANNEL_CLEARING, now=play.NOW)
    wallet = open_account(kind=AccountKind.EMPLOYER_WALLET, owner_id=employer.id, now=play.NOW)
    transfer(lines=[Line(clearing, wallet, 5_00, "top_up", employer.id)], now=play.NOW)
    return play.Person(employer.id, Actor(uuid7(), play.OWNER, frozenset({"employer_owner"}), Channel.APP))
