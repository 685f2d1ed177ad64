from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.bordereau import selectors
from compliance.bordereau.access import SETTLE
from compliance.bordereau.contracts import SettlementView
from compliance.bordereau.states import SETTLEMENT, SettlementState
from compliance.bordereau.use_cases._locked import locked
from kernel.actor import Actor
from kernel.identifiers import clean_text
from kernel.states import transition


def withdraw_settlement(*, settlement_id: UUID, reason: str, actor: Actor, now: datetime) -> SettlementView:
    """Drops a settlement that was not paid, so that another one can be drafted. Raises `forbidden`,
    `settlement_not_found`, `stale_state`."""
    actor.require(SETTLE)
    row = locked(settlement_id)
    why = clean_text(reason, "reason", 200)
    transition(row, SettlementState.WITHDRAWN, machine=SETTLEMENT, actor=actor, now=now, reason=why)
    return selectors.settlement_view(row)
