from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.rates import store
from compliance.rates.selectors import CITY, REVIEW, WRITE
from compliance.rates.states import TABLE, TableState
from kernel import audit, states
from kernel.actor import Actor
from kernel.identifiers import clean_text


def withdraw_table(*, table_version_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """Gives up a draft, or turns a version down in its review, with the reason. What is published is
    superseded, never withdrawn.

    Raises `forbidden`, `not_found`, `stale_state`, `text_length`, `text_characters`.
    """
    actor.require_any(WRITE, REVIEW, CITY)
    why = clean_text(reason, "reason", 200, min_len=2)
    row = store.locked_table(table_version_id)
    states.transition(row, TableState.WITHDRAWN, machine=TABLE, actor=actor, now=now, reason=why)
    audit.record(
        actor,
        "rate_table.withdraw",
        subject=row.id,
        purpose="county rates",
        now=now,
        detail={"version": row.version},
    )
