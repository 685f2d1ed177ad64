"""What orders do becomes figures: by the real use cases and the folder, held against the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from compliance.certificates.use_cases.approve_certificate import approve_certificate
from compliance.certificates.use_cases.revoke_certificate import revoke_certificate
from compliance.certificates.use_cases.submit_certificate import submit_certificate
from kernel.actor import Actor, Channel
from kernel.ids import uuid7
from ledger.contracts import AccountKind
from ledger.models import Account
from orders.contracts import CancelOrder, UndoGrab
from orders.use_cases.cancel_order import cancel_order
from orders.use_cases.undo_grab import undo_grab
from reporting.contracts import Dimension, FigureQuery
from reporting.figures import figures
from reporting.folder import fold_all
from reporting.recount import check_county
from tenants.contracts import CountyRef
from tenants.county import run_in_county
from tests.orders import play

DAY = play.NOW.date()
LATER = timedelta(minutes=10)
OFFICER = Actor(
    uuid7(), frozenset({"certificates:approve", "certificates:submit"}), frozenset({"officer"}), Channel.HALL
)


@pytest.fixture
def county(counties) -> CountyRef:
    return counties["ninghua"]


class Grown:
    """How figures of a county have grown since."""

    def __init__(self, county: CountyRef) -> None:
        self.county = county
        self.before = self._now(*METRICS)

    def _now(self, *metrics: str) -> dict[str, int]:
        fold_all(self.county)
        query = FigureQuery(date(2026, 1, 1), date(2029, 12, 31), metrics, counties=(self.county.slug,))
        return {value.metric: value.value or 0 for value in figures(query).total.values}

    def __call__(self) -> dict[str, int]:
        now = self._now(*METRICS)
        return {code: now[code] - self.before[code] for code in METRICS if now[code] != self.before[code]}


METRICS = (
    *("orders_posted", "orders_filled", "orders_completed", "orders_settled", "orders_cancelled"),
    *("places_filled", "places_freed", "places_finished", "places_paid"),
    *("escrow_fen", "arrears_fen", "workers_active", "employers_active", "workers", "employers"),
    *("station_registrations", "certificates_submitted", "certificates_approved", "certificates_revoked"),
    "certificates_expired",
)


@pytest.fixture
def grown(county) -> Iterator[Grown]:
    yield Grown(county)
    assert check_county(county).ok


def in_escrow(county: CountyRef) -> int:
    with run_in_county(county):
        return sum(row.balance_fen for row in Account.objects.filter(kind=AccountKind.ORDER_ESCROW))


def test_escrow_and_arrears_are_the_ledgers_at_every_step(county, grown):
    ledger = in_escrow(county)

    def agrees(**more: int) -> None:
        found = grown()
        assert found.get("escrow_fen", 0) == in_escrow(county) - ledger
        for code, value in more.items():
            assert found.get(code, 0) == value, code

    with run_in_county(county):
        boss, who, other = play.employer(), play.worker(), play.worker()
        order = play.publish(boss, headcount=2).order_id
    agrees(orders_posted=1, escrow_fen=in_escrow(county) - ledger, employers_active=1)
    assert in_escrow(county) > ledger
    with run_in_county(county):
        won, second = play.grab(who, order), play.grab(other, order)
    agrees(places_filled=2, orders_filled=1, workers_active=2)
    with run_in_county(county):
        undo_grab(command=UndoGrab(second.assignment_id), actor=other.actor, now=play.NOW)
        second = play.grab(other, order)
    agrees(places_filled=3, places_freed=1, orders_filled=2, workers_active=2)
    with run_in_county(county):
        for person, place in ((who, won), (other, second)):
            play.start(boss, person, place)
            play.leave(person, place)
    agrees(places_finished=2, arrears_fen=2 * 300_00, orders_completed=1)
    with run_in_county(county):
        play.confirm(boss, order)
    agrees(arrears_fen=0, places_paid=2, orders_settled=1, workers=2, employers=1, escrow_fen=0)


def test_premiums_and_compensations_leave_escrow(county, grown):
    ledger = in_escrow(county)
    with run_in_county(county):
        boss, who = play.employer(), play.worker()
        order = play.publish(boss, insured=True).order_id
        won = play.grab(who, order)
        play.bind(won)
    assert grown()["escrow_fen"] == in_escrow(county) - ledger
    with run_in_county(county):
        cancel_order(command=CancelOrder(order), actor=boss.actor, now=play.START - LATER)
    found = grown()
    assert "escrow_fen" not in found, "all of it is gone again"
    assert in_escrow(county) == ledger
    assert (found["orders_cancelled"], found["places_freed"]) == (1, 1)


def test_a_town_is_read_from_the_address(county):
    with run_in_county(county):
        boss = play.employer()
        for address in ("宁化县安乐镇中街 1 号", "宁化县工业路 2 号"):
            play.publish(boss, address=address)
    fold_all(county)
    found = figures(
        FigureQuery(DAY, DAY, ("orders_posted",), counties=(county.slug,), group_by=(Dimension.TOWN,))
    )
    assert {"安乐镇", ""} <= {row.town for row in found.rows}
    [town] = [row for row in found.rows if row.town == "安乐镇"]
    assert town.values[0].value == 1


def test_certificates_run_out_on_the_day_after_their_last(county, grown):
    with run_in_county(county):
        ids = []
        for days in (20, 40):
            who = play.worker()
            view = submit_certificate(
                actor=handing_in(who),
                worker_id=None,
                kind="special_operation:electrical",
                number=f"T{uuid7().hex[-12:]}",
                issued_on=DAY,
                expires_on=DAY + timedelta(days=days),
                now=play.NOW,
            )
            approve_certificate(actor=OFFICER, certificate_id=view.id, now=play.NOW)
            ids.append(view.id)
        revoke_certificate(actor=OFFICER, certificate_id=ids[1], reason="发证机关撤回", now=play.NOW)
    found = grown()
    assert (found["certificates_submitted"], found["certificates_approved"]) == (2, 2)
    assert (found["certificates_revoked"], found["certificates_expired"]) == (1, 1)
    day = DAY + timedelta(days=21)
    on_it = figures(FigureQuery(day, day, ("certificates_expired",), counties=(county.slug,))).total
    assert on_it.values[0].value == 1


def handing_in(who: play.Person) -> Actor:
    scopes = who.actor.scopes | {"certificates:submit"}
    return Actor(who.actor.user_id, scopes, who.actor.roles, Channel.APP)
