from __future__ import annotations

from datetime import datetime

from kernel.actor import SYSTEM, Actor
from kernel.clock import business_day
from kernel.errors import STALE_STATE
from kernel.states import step
from tenants import directory
from tenants.contracts import CountyRef, CountyState
from tenants.county import run_in_county
from tenants.operations.contracts import Left
from tenants.operations.errors import COUNTY_HAS_OBLIGATIONS
from tenants.operations.obligations import left
from tenants.operations.store import WRITE, locked, public_transaction, record
from tenants.states import COUNTY, state_on


def close_county(*, slug: str, actor: Actor, now: datetime) -> CountyRef:
    """Closes a county that winds down, as the timer does by itself once nothing is left.

    Idempotent. Needs `counties:write`. Raises `forbidden`, `county_unknown`, `stale_state` for a county that
    has no successor in charge, `county_has_obligations` with what is left.
    """
    actor.require(WRITE)
    ref = directory.by_slug(slug)
    if ref.state is CountyState.CLOSED:
        return ref
    if ref.state is not CountyState.WINDING_DOWN:
        raise STALE_STATE.error(field="county", is_=str(ref.state), wants=str(CountyState.CLOSED))
    if waiting := what_is_left(ref):
        raise COUNTY_HAS_OBLIGATIONS.error(field="county", left=", ".join(map(str, waiting)))
    _settle(ref, CountyState.CLOSED, "closed", actor, now)
    return directory.by_slug(slug)


def wind_down(county: CountyRef, *, now: datetime) -> int:
    """What the clock does: writes down that a predecessor's day has come, closes it when nothing is left,
    and opens it again for winding down if, in the seconds before every process knew that it was closed,
    something slipped in. Returns how many changes that were."""
    ref = directory.current(county)
    if ref.state is CountyState.WINDING_DOWN:
        noted = _settle(ref, CountyState.WINDING_DOWN, "winding_down", SYSTEM, now)
        if what_is_left(ref):
            return noted
        return noted + _settle(ref, CountyState.CLOSED, "closed", SYSTEM, now)
    if ref.state is CountyState.CLOSED and (waiting := what_is_left(ref)):
        told = ", ".join(map(str, waiting))
        return _settle(ref, CountyState.WINDING_DOWN, "reopened", SYSTEM, now, left=told)
    return 0


def what_is_left(county: CountyRef) -> list[Left]:
    """The county's obligations, counted in its own transaction."""
    with run_in_county(county):
        return left()


def _settle(county: CountyRef, to: CountyState, act: str, actor: Actor, now: datetime, **detail: str) -> int:
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
