from __future__ import annotations

from datetime import datetime

from compliance.fund.errors import RESERVE_NOT_DECLARED
from compliance.fund.models import Reserve
from compliance.fund.states import RESERVE, ReserveState
from kernel import audit
from kernel.actor import Actor
from kernel.identifiers import clean_text
from kernel.states import transition


def withdraw_reserve(*, reason: str, actor: Actor, now: datetime) -> None:
    """Takes the declaration back: from now on a dearer fallback's difference is not paid and the place
    waits. What lies in the account stays there, and refunds still reach it.

    Raises `forbidden`, `reserve_not_declared`.
    """
    actor.require("fund:write")
    why = clean_text(reason, "reason", 200)
    row = Reserve.objects.select_for_update().filter(state=ReserveState.DECLARED).first()
    if row is None:
        raise RESERVE_NOT_DECLARED.error()
    transition(row, ReserveState.WITHDRAWN, machine=RESERVE, actor=actor, now=now, reason=why)
    row.withdrawn_at = now
    row.save(update_fields=["withdrawn_at"])
    audit.record(actor, "fund.reserve_withdrawn", subject=row.id, purpose=why, now=now)
