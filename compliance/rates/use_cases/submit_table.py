from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.rates import rules, store
from compliance.rates.selectors import CITY, WRITE
from compliance.rates.states import TableState
from kernel import audit
from kernel.actor import Actor
from kernel.clock import business_day


def submit_table(*, table_version_id: UUID, actor: Actor, now: datetime) -> None:
    """Hands a draft to a second person.

    Raises `forbidden`, `not_found`, `rate_table_in_past` when its day has passed, `stale_state`.
    """
    actor.require_any(WRITE, CITY)
    row = store.locked_table(table_version_id)
    if row.state == TableState.DRAFT:
        rules.check_not_past(row.effective_from, today=business_day(now))
    store.submit(row, actor=actor, now=now)
    audit.record(
        actor,
        "rate_table.submit",
        subject=row.id,
        purpose="county rates",
        now=now,
        detail={"version": row.version, "digest": row.digest},
    )
