from __future__ import annotations

from datetime import datetime

from kernel.actor import Actor
from kernel.errors import STALE_STATE
from tenants import directory
from tenants.contracts import CountyRef, CountyState
from tenants.operations.errors import COUNTY_HAS_OBLIGATIONS
from tenants.operations.store import WRITE
from tenants.operations.use_cases.wind_down_county import settle, what_is_left


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
    settle(ref, CountyState.CLOSED, "closed", actor, now)
    return directory.by_slug(slug)
