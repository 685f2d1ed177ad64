"""How many statements a request costs, on every login together, pinned; lists cost the same at any length.

The county costs none of its own: role, search path and market clock travel in BEGIN's message, and which
county it is comes from a cached map. BEGIN and COMMIT themselves are not counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from tests.doors.rest import (
    Caller,
    Party,
    a_worker,
    an_employer,
    give,
    new_key,
    published,
    staff_member,
)

SIGNED_IN = 3  # session, user, roles; a machine client costs one


@dataclass
class Counted:
    statements: list[str]

    def __len__(self) -> int:
        return len(self.statements)


@contextmanager
def counted() -> Iterator[Counted]:
    found = Counted([])
    with ExitStack() as stack:
        captured = [stack.enter_context(CaptureQueriesContext(connections[alias])) for alias in connections]
        yield found
        found.statements = [
            query["sql"]
            for one in captured
            for query in one.captured_queries
            if query["sql"] not in ("BEGIN", "COMMIT")
        ]


@dataclass(frozen=True)
class World:
    boss: Party
    worker: Party
    hall: Caller
    admin: Caller
    officer: Caller


@pytest.fixture(scope="module")
def world(counties) -> World:
    county = counties["mingxi"]
    world = World(
        an_employer(county),
        a_worker(county),
        staff_member(county, "hall_operator", channel="hall"),
        staff_member(county, "county_admin"),
        staff_member(county, "certificate_officer"),
    )
    world.boss.caller.must("GET", "trades")  # the catalogue is read once a process
    return world


def an_order(world: World) -> str:
    return str(published(world.boss)["order_id"])


def a_place(world: World) -> None:
    worker = a_worker(world.boss.caller.county)
    worker.caller.must("POST", f"orders/{an_order(world)}/grab", {})


_days = iter(range(3, 300))


def an_own_place(world: World) -> None:
    order = published(world.boss, days=next(_days))["order_id"]
    world.worker.caller.must("POST", f"orders/{order}/grab", {})


def a_certificate(world: World) -> None:
    world.worker.caller.must(
        "POST",
        "certificates",
        {
            "kind": "health_certificate",
            "number": f"QC-{new_key()[:12]}",
            "issued_on": "2026-01-01",
            "expires_on": "2035-01-01",
        },
    )


def a_top_up(world: World) -> None:
    world.boss.caller.pay(f"employers/{world.boss.id}/top-ups", {"amount_fen": 1, "payment_account": "6222"})


def a_withdrawal(world: World) -> None:
    world.boss.caller.pay(
        f"employers/{world.boss.id}/withdrawals", {"amount_fen": 1, "payment_account": "6222"}
    )


Look = Callable[[World], tuple[Caller, str]]

LISTS: dict[str, tuple[Look, Callable[[World], object], int]] = {
    "orders": (lambda w: (w.boss.caller, "orders"), an_order, 3),
    "county-orders": (lambda w: (w.hall, "county-orders"), an_order, 1),
    "feed": (lambda w: (w.worker.caller, "feed"), an_order, 5),
    "assignments": (lambda w: (w.worker.caller, "assignments"), an_own_place, 6),
    "workers": (lambda w: (w.hall, "workers"), lambda w: a_worker(w.boss.caller.county), 2),
    "certificates": (lambda w: (w.officer, "certificates"), a_certificate, 1),
    "worker's certificates": (
        lambda w: (w.worker.caller, f"workers/{w.worker.id}/certificates"),
        a_certificate,
        3,
    ),
    "statement": (
        lambda w: (w.boss.caller, f"employers/{w.boss.id}/wallet/statement"),
        lambda w: give(w.boss.caller.county, w.boss.id, 1),
        4,
    ),
    "top-ups": (lambda w: (w.boss.caller, f"employers/{w.boss.id}/top-ups"), a_top_up, 3),
    "withdrawals": (lambda w: (w.boss.caller, f"employers/{w.boss.id}/withdrawals"), a_withdrawal, 3),
    "staff": (
        lambda w: (w.admin, "staff"),
        lambda w: staff_member(w.boss.caller.county, "mediator"),
        1,
    ),
    "rate-tables": (lambda w: (w.boss.caller, "rate-tables"), lambda w: None, 1),
    "products": (lambda w: (w.boss.caller, "products"), lambda w: None, 1),
    "ranked products": (lambda w: (w.boss.caller, "product-rankings/top_up"), lambda w: None, 2),
    "policies": (lambda w: (w.admin, "policies"), lambda w: None, 1),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_costs_the_same_at_any_length(world, name):
    look, grow, pinned = LISTS[name]
    caller, path = look(world)
    grow(world)
    costs, lengths, statements = [], [], []
    for _ in range(2):
        caller.must("GET", path)
        with counted() as found:
            lengths.append(len(caller.must("GET", path)["items"]))
        costs.append(len(found) - SIGNED_IN)
        statements = found.statements
        for _ in range(3):
            grow(world)
    assert costs == [pinned, pinned], statements
    if name not in ("rate-tables", "products", "ranked products", "policies"):
        assert lengths[1] > lengths[0] > 0


def test_an_orders_list_costs_the_same_at_any_headcount(world):
    order = published(world.boss, headcount=5)["order_id"]
    costs, detail = [], {}
    for _ in range(3):
        a_worker(world.boss.caller.county).caller.must("POST", f"orders/{order}/grab", {})
        with counted() as found:
            detail = world.boss.caller.must("GET", f"orders/{order}")
        costs.append(len(found) - SIGNED_IN)
    assert len(detail["roster"]) == 3
    assert len(set(costs)) == 1, costs


def test_tenancy_costs_no_statement(world):
    """The one statement here is the answer's own: session, user and roles are the login's."""
    with counted() as found:
        world.boss.caller.must("GET", "policy")
    assert len(found) - SIGNED_IN == 1, found.statements
    with counted() as found:
        Caller(world.boss.caller.county).must("GET", "trades")
    assert len(found) == 0, found.statements


def test_a_machine_client_is_known_by_one_statement(world):
    from tests.doors.rest import machine

    client = machine(world.admin, ["orders:read"])
    with counted() as found:
        client.must("GET", "rate-tables")
    assert len(found) == 1 + 1, found.statements
