from __future__ import annotations

from datetime import datetime

from kernel.actor import SYSTEM, Actor
from kernel.clock import business_day
from kernel.states import step
from tenants import directory
from tenants.contracts import CountyRef, CountyState
from tenants.county import run_in_county
from tenants.operations.contracts import Left
from tenants.operations.obligations import left
from tenants.operations.store import locked, public_transaction, record
from tenants.states import COUNTY, state_on


def wind_down_county(county: CountyRef, *, now: datetime) -> int:
    """What the clock does: writes down that a predecessor's day has come, closes it when nothing is left,
    and opens it again for winding down if, in the seconds before every process knew that it was closed,
    something slipped in. Returns how many changes that were."""
    ref = directory.current(county)
    if ref.state is CountyState.WINDING_DOWN:
        noted = settle(ref, CountyState.WINDING_DOWN, "winding_down", SYSTEM, now)
        if what_is_left(ref):
            return noted
        return noted + settle(ref, CountyState.CLOSED, "closed", SYSTEM, now)
    if ref.state is CountyState.CLOSED and (waiting := what_is_left(ref)):
        told = ", ".join(map(str, waiting))
        return settle(ref, CountyState.WINDING_DOWN, "reopened", SYSTEM, now, left=told)
    return 0


def what_is_left(county: CountyRef) -> list[Left]:
    """The county's obligations, counted in its own transaction."""
    with run_in_county(county):
        return left()


def settle(county: CountyRef, to: CountyState, act: str, actor: Actor, now: datetime, **detail: str) -> int:
    """Writes a state down once, with its record; whoever comes second finds it done."""
    with public_transaction():
        row = locked(county.slug)
        due = state_on(row.state, opens_on=row.opens_on, succeeded_on=row.succeeded_on, day=business_day(now))
        if row.state == to or (to is CountyState.WINDING_DOWN and act != "reopened" and due is not to):
            return 0
        if to is CountyState.CLOSED and row.state in (CountyState.ACTIVE, CountyState.SUSPENDED):
            step(row, CountyState.WINDING_DOWN, machine=COUNTY)
            record(row, "winding_down", actor=SYSTEM, now=now)
        step(row, to, machine=COUNTY)
        record(row, act, actor=actor, now=now, **detail)
    directory.forget()
    return 1
