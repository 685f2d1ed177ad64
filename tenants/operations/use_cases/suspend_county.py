from __future__ import annotations

from datetime import datetime

from kernel.actor import Actor
from kernel.clock import business_day
from kernel.errors import STALE_STATE
from kernel.identifiers import clean_text
from kernel.states import step
from tenants import directory
from tenants.contracts import CountyRef, CountyState
from tenants.operations.store import WRITE, locked, public_transaction, record
from tenants.states import COUNTY, state_on


def suspend_county(*, slug: str, reason: str, actor: Actor, now: datetime) -> CountyRef:
    """No new order, registration or deposit in the county; what runs goes on, and money out.

    Idempotent. Needs `counties:write`. Raises `forbidden`, `county_unknown`, `stale_state` for a county
    that winds down or is closed, `text_length`.
    """
    return _move(slug, CountyState.SUSPENDED, "suspended", reason, actor, now)


def resume_county(*, slug: str, reason: str, actor: Actor, now: datetime) -> CountyRef:
    """Everything again. As `suspend_county`."""
    return _move(slug, CountyState.ACTIVE, "resumed", reason, actor, now)


def _move(slug: str, to: CountyState, act: str, reason: str, actor: Actor, now: datetime) -> CountyRef:
    actor.require(WRITE)
    why = clean_text(reason, "reason", 200, min_len=1)
    with public_transaction():
        row = locked(slug)
        held = state_on(row.state, opens_on=None, succeeded_on=row.succeeded_on, day=business_day(now))
        if held not in (CountyState.ACTIVE, CountyState.SUSPENDED):
            raise STALE_STATE.error(field="county", is_=str(held), wants=str(to))
        if row.state != to:
            step(row, to, machine=COUNTY)
            record(row, act, actor=actor, now=now, reason=why)
    directory.forget()
    return directory.by_slug(slug)
