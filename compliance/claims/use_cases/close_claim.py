from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.claims import store
from compliance.claims.contracts import ClaimView
from compliance.claims.selectors import view_of
from compliance.claims.states import ClaimState
from kernel.actor import Actor

CLOSE = "insurance:write"


def close_claim(*, claim_id: UUID, actor: Actor, now: datetime) -> ClaimView:
    """Puts a paid or refused claim away; the county's insurance officer, or the timer a month later.
    Raises `forbidden`, `claim_not_found`, `stale_state`."""
    actor.require(CLOSE)
    claim = store.locked(claim_id)
    store.move(claim, ClaimState.CLOSED, actor=actor, now=now)
    return view_of(claim)
