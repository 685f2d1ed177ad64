from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.rates import rules, store
from compliance.rates.contracts import Fault
from compliance.rates.document import digest
from compliance.rates.errors import RATE_TABLE_INVALID, REVIEW_OWN, TableFaults
from compliance.rates.selectors import CITY, REVIEW
from compliance.rates.states import TABLE, TableState
from kernel import audit
from kernel.actor import Actor
from kernel.clock import business_day
from kernel.errors import STALE_STATE

_TOUCHED = Fault("content", "内容与起草时的摘要不符", "is not what was drafted: the digest differs")


def publish_table(*, table_version_id: UUID, actor: Actor, now: datetime) -> None:
    """A second person puts a reviewed version in force from its effective date, today or later. Quotes
    already given keep their version. Another version published for the same date gives way at once.

    Raises `forbidden`, `not_found`, `stale_state`, `review_own` for whoever drafted or submitted it,
    `rate_table_in_past`, `rate_table_invalid` when the document is not the one that was drafted.
    """
    actor.require_any(REVIEW, CITY)
    row = store.locked_table(table_version_id)
    if row.state != TableState.IN_REVIEW:
        raise STALE_STATE.error(is_=row.state, wants=TableState.PUBLISHED, machine=TABLE.name)
    if actor.key in {row.drafted_by, row.submitted_by}:
        raise REVIEW_OWN.error()
    rules.check_not_past(row.effective_from, today=business_day(now))
    if digest(row.content) != row.digest:
        raise TableFaults(RATE_TABLE_INVALID, [_TOUCHED])
    store.publish(row, actor=actor, now=now)
    audit.record(
        actor,
        "rate_table.publish",
        subject=row.id,
        purpose="county rates",
        now=now,
        detail={
            "version": row.version,
            "effective_from": row.effective_from.isoformat(),
            "digest": row.digest,
        },
    )
