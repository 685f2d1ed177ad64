"""What a county's state lets through, at the use cases and at the doors, and that the one gate is why."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connection, connections
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from api.endpoint import Endpoint
from compliance.fund import use_cases as fund
from compliance.fund.contracts import Target
from kernel.actor import SYSTEM
from kernel.errors import STALE_STATE, DomainError
from kernel.models import AuditRow
from kernel.scope import NoCounty
from ledger.use_cases.request_top_up import request_top_up
from ledger.use_cases.request_withdrawal import request_withdrawal
from linggong.timers import sweep
from orders.contracts import QuoteOrder
from orders.use_cases.quote_order import quote_order
from tenants import directory, gate
from tenants.contracts import CountyRef, CountyState
from tenants.county import run_in_county
from tenants.models import County
from tenants.operations.store import public_transaction
from tenants.operations.use_cases.suspend_county import resume_county, suspend_county
from tenants.states import COUNTY, state_on
from tests.harness.servers import superuser
from tests.orders import play

pytestmark = pytest.mark.usefixtures("own_database")

DAY = date(2027, 3, 1)
NEXT = DAY + timedelta(days=1)


@pytest.mark.parametrize(
    ("decided", "opens_on", "succeeded_on", "held"),
    [
        ("active", None, None, "active"),
        ("active", DAY, None, "active"),
        ("active", NEXT, None, "suspended"),
        ("active", None, NEXT, "active"),
        ("active", None, DAY, "winding_down"),
        ("suspended", None, DAY, "winding_down"),
        ("suspended", None, None, "suspended"),
        ("winding_down", None, NEXT, "winding_down"),
        ("closed", None, DAY, "closed"),
    ],
)
def test_dates_take_effect_by_themselves(
    decided: str, opens_on: date | None, succeeded_on: date | None, held: str
) -> None:
    assert state_on(decided, opens_on=opens_on, succeeded_on=succeeded_on, day=DAY) == held


def test_no_state_is_a_dead_end_but_closed_has_one_way() -> None:
    assert set(COUNTY.moves) == set(CountyState)
    assert COUNTY.moves[CountyState.CLOSED] == {CountyState.WINDING_DOWN}
    assert CountyState.ACTIVE not in COUNTY.moves[CountyState.WINDING_DOWN]


@pytest.fixture
def suspended(market: Callable[[datetime], None]) -> Iterator[CountyRef]:
    market(play.NOW)
    with run_in_county("jianning"):
        pass
    yield directory.by_slug("jianning")
    resume_county(slug="jianning", reason="演练结束", actor=SYSTEM, now=play.NOW)


def _suspend(county: CountyRef) -> None:
    held = suspend_county(slug=county.slug, reason="系统盘点", actor=SYSTEM, now=play.NOW)
    assert held.state is CountyState.SUSPENDED


def _refused(act: Callable[[], Any]) -> str:
    with pytest.raises(DomainError) as refused:
        act()
    return refused.value.code


def test_a_suspended_county_takes_nothing_new_and_ends_what_runs(suspended: CountyRef) -> None:
    treasurer = play.replace(play.HALL, scopes=frozenset({"fund:write"}))
    with run_in_county(suspended):
        boss, who, late = play.employer(fen=1_000_00), play.worker(), play.worker()
        running = play.publish(boss, headcount=2)
        won = play.grab(who, running.order_id)
    _suspend(suspended)

    with run_in_county(suspended):  # the reference is older than the suspension
        begins: dict[str, Callable[[], Any]] = {
            "publish": lambda: play.publish(boss),
            "quote": lambda: quote_order(command=QuoteOrder(play.TERMS), actor=boss.actor, now=play.NOW),
            "worker": play.worker,
            "employer": play.employer,
            "top up": lambda: request_top_up(
                owner_id=boss.id,
                amount_fen=100,
                payment_account="bank:1",
                actor=play.replace(boss.actor, scopes=frozenset({"wallet:employer"})),
                now=play.NOW,
            ),
            "public money": lambda: fund.deposit(
                target=Target.FUND, amount_fen=100, reference="拨款-1", actor=treasurer, now=play.NOW
            ),
            "program": lambda: fund.start_program(
                name="保障",
                from_day=NEXT,
                to_day=NEXT,
                budget_fen=100,
                slice_fen=100,
                actor=treasurer,
                now=play.NOW,
            ),
        }
        assert {name: _refused(act) for name, act in begins.items()} == dict.fromkeys(
            begins, "county_suspended"
        )
    with run_in_county(suspended):
        second = play.grab(late, running.order_id)
        for person, place in ((who, won), (late, second)):
            play.start(boss, person, place)
            play.leave(person, place)
        assert play.confirm(boss, running.order_id).state == "settled"
        request_withdrawal(
            owner_id=who.id,
            amount_fen=300_00,
            payment_account="bank:2",
            actor=play.replace(who.actor, scopes=frozenset({"wallet:worker"})),
            now=play.NOW,
        )


def test_resumed_takes_all_again(suspended: CountyRef) -> None:
    _suspend(suspended)
    resume_county(slug=suspended.slug, reason="恢复", actor=SYSTEM, now=play.NOW)
    with run_in_county(suspended):
        assert play.publish(play.employer()).state == "open"


def test_the_gate_wants_an_open_county() -> None:
    with pytest.raises(NoCounty):
        gate.may_begin()


@pytest.fixture
def closed(market: Callable[[datetime], None]) -> Iterator[CountyRef]:
    """A county of this database as if closed long ago, with another as its successor."""
    market(play.NOW)
    slug, successor = "youxi", County.objects.get(slug="jiangle")
    owner = {"state": CountyState.CLOSED, "succeeded_by": successor, "succeeded_on": DAY}
    _as_owner(slug, owner)
    directory.forget()
    yield directory.by_slug(slug)
    _as_owner(slug, {"state": CountyState.ACTIVE, "succeeded_by": None, "succeeded_on": None})
    directory.forget()


def _as_owner(slug: str, columns: dict[str, Any]) -> None:
    """What only the owner may write, written by it."""
    with psycopg.connect(**superuser(), dbname=settings.DATABASES["city"]["NAME"]) as server:
        successor = columns["succeeded_by"]
        server.execute(
            "UPDATE tenants_county SET state = %s, succeeded_by_id = %s, succeeded_on = %s WHERE slug = %s",
            [str(columns["state"]), successor and successor.id, columns["succeeded_on"], slug],
        )


def _acts() -> Iterator[tuple[str, str, Any]]:
    """Every operation of the counties' doors: method, address with a county to fill in, act."""

    def walk(patterns: list[Any], before: str) -> Iterator[tuple[str, Any]]:
        for found in patterns:
            address = before + str(found.pattern)
            if isinstance(found, URLResolver):
                yield from walk(found.url_patterns, address)
            elif isinstance(found, URLPattern):
                view = getattr(found.callback, "view_class", None) or getattr(found.callback, "cls", None)
                if isinstance(view, type) and issubclass(view, Endpoint):
                    yield address, view

    seen = set()
    for address, view in walk(list(get_resolver("linggong.urls").url_patterns), "/"):
        if "<str:county>" in address or "<slug:county>" in address:
            for method, act in view.acts.items():
                if (method, address) not in seen:
                    seen.add((method, address))
                    yield method, address, act


def _filled(address: str, county: str) -> str:
    filled = re.sub(r"<(\w+:)?county>", county, address)
    return re.sub(r"<(\w+:)?\w+>", "0190a0b0-0000-7000-8000-000000000000", filled)


def test_every_verb_of_a_closed_county_says_so_before_anything_else(closed: CountyRef) -> None:
    tried, wrong = {"refused": 0, "lets": 0, "reads": 0}, []
    for method, address, act in _acts():
        answer = Client().generic(
            method, _filled(address, closed.slug), b"{}", content_type="application/json"
        )
        code = answer.json().get("code") if "json" in answer.headers.get("Content-Type", "") else None
        kind = "reads" if method == "GET" else "lets" if act.in_closed else "refused"
        tried[kind] += 1
        if (code == "county_closed") != (kind == "refused"):
            wrong.append((method, address, answer.status_code, code))
        elif kind == "refused":
            problem = answer.json()
            assert answer.status_code == 410
            assert problem["params"]["county_moved"] == "jiangle"
    assert wrong == []
    assert tried["refused"] > 90, tried
    assert tried["lets"] == 7, tried  # five look something up, two sign months
    assert tried["reads"] > 60, tried


def test_nothing_is_written_in_a_closed_county_but_what_keeps_its_books(closed: CountyRef) -> None:
    def row() -> AuditRow:
        return AuditRow.objects.create(
            actor="system", channel="system", act="probe", purpose="x", detail={}, at=datetime.now(UTC)
        )

    with pytest.raises(DomainError) as refused, run_in_county(closed):
        row()
    assert refused.value.code == "county_closed"
    assert refused.value.params["county_moved"] == "jiangle"
    with pytest.raises(DomainError) as refused, run_in_county(closed), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM orders_order FOR UPDATE")
    assert refused.value.code == "county_closed"
    with pytest.raises(DomainError) as refused, run_in_county(closed):
        gate.may_begin()
    assert refused.value.code == "county_closed"
    with run_in_county(closed):
        before = AuditRow.objects.filter(act="probe").count()
    with run_in_county(closed, keeping=True):
        row()
    with run_in_county(closed):
        assert AuditRow.objects.filter(act="probe").count() == before + 1
    with run_in_county("jiangle"):  # and the same connection writes elsewhere
        row()


def test_timers_leave_closed_counties_alone_unless_they_say_otherwise(closed: CountyRef) -> None:
    seen: dict[bool, list[str]] = {}
    for also_closed in (False, True):
        came: list[str] = []
        sweep("probe", lambda ref, came=came: came.append(ref.slug) or 1, closed=also_closed)  # type: ignore[misc]  # appends, then counts one
        seen[also_closed] = came
    assert closed.slug not in seen[False]
    assert closed.slug in seen[True]
    assert set(seen[True]) - set(seen[False]) == {closed.slug}


def test_a_closed_county_is_neither_suspended_nor_resumed(closed: CountyRef) -> None:
    for verb in (suspend_county, resume_county):
        assert (
            _refused(lambda verb=verb: verb(slug=closed.slug, reason="x", actor=SYSTEM, now=play.NOW))  # type: ignore[misc]  # bound at once
            == STALE_STATE.code
        )


def test_the_site_may_not_write_what_is_the_owners() -> None:
    for column in ("succeeded_on = '2030-01-01'", "slug = 'x'", "schema_name = 'c1'", "opens_on = NULL"):
        _denied(f"UPDATE tenants_county SET {column} WHERE slug = 'jiangle'")
    for table in ("tenants_countychange", "tenants_designation", "tenants_retiredcode"):
        for verb in (f"DELETE FROM {table}", f"UPDATE {table} SET county_id = county_id"):
            _denied(verb)


def _denied(statement: str) -> None:
    with pytest.raises(DatabaseError) as fault, public_transaction(), connections["city"].cursor() as cursor:
        cursor.execute(statement)
    assert "permission denied" in str(fault.value)
