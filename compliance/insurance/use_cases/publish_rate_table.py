from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.insurance import selectors
from compliance.insurance.errors import RATE_TABLE_IN_PAST, RATE_TABLE_INVALID
from compliance.insurance.models import RateTable
from compliance.insurance.states import TABLE, TableState
from compliance.insurance.use_cases.draft_rate_table import SCOPE
from kernel import audit, states
from kernel.actor import Actor
from kernel.clock import business_day
from kernel.errors import NOT_FOUND


def publish_rate_table(*, actor: Actor, table_version_id: UUID, now: datetime) -> None:
    """Puts a draft in force from its effective date, today or later; older quotes keep their version.

    Raises `forbidden`, `not_found`, `rate_table_in_past`, `rate_table_invalid` when the lines are not
    those that were drafted, `stale_state` when it is published already.
    """
    actor.require(SCOPE)
    table = RateTable.objects.select_for_update().filter(id=table_version_id).first()
    if table is None:
        raise NOT_FOUND.error(field="table_version_id")
    today = business_day(now)
    if table.state == TableState.DRAFT and table.effective_from < today:
        raise RATE_TABLE_IN_PAST.error(field="effective_from", today=today.isoformat())
    if not selectors.rate_table(table_version_id).intact:
        raise RATE_TABLE_INVALID.error(reason="its lines are not those that were drafted")
    states.transition(table, TableState.PUBLISHED, machine=TABLE, actor=actor, now=now)
    audit.record(
        actor,
        "rate_table.publish",
        subject=table.id,
        purpose="county rates",
        now=now,
        detail={"version": table.version, "effective_from": table.effective_from.isoformat()},
    )
