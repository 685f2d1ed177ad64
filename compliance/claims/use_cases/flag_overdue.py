from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.claims import events, store
from kernel import facts
from kernel.clock import SHANGHAI


def flag_overdue(*, claim_id: UUID, now: datetime) -> bool:
    """Notes that a deadline has passed and tells the insurer, once a deadline; tells whether it had.
    Emits `claim.overdue`. Raises `claim_not_found`."""
    claim = store.locked(claim_id)
    if claim.due_at is None or claim.due_at > now or claim.overdue_since is not None:
        return False
    claim.overdue_since = claim.due_at
    claim.overdue_times += 1
    claim.save(update_fields=["overdue_since", "overdue_times"])
    due_at = claim.due_at.astimezone(SHANGHAI).isoformat()
    store.tell(claim, events.OVERDUE, now=now, due=str(claim.due), due_at=due_at)
    facts.record("claim.overdue", now=now, subject=claim.id, trade=claim.trade, values={"claims": 1})
    return True
