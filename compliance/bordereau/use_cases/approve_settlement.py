from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.bordereau import selectors
from compliance.bordereau.access import SETTLE
from compliance.bordereau.contracts import SettlementView
from compliance.bordereau.errors import SETTLEMENT_OWN
from compliance.bordereau.states import SETTLEMENT, SettlementState
from compliance.bordereau.use_cases._locked import locked
from kernel.actor import Actor
from kernel.states import transition


def approve_settlement(*, settlement_id: UUID, actor: Actor, now: datetime) -> SettlementView:
    """A second person lets the amount be paid. Raises `forbidden`, `settlement_not_found`,
    `settlement_own`, `stale_state`."""
    actor.require(SETTLE)
    row = locked(settlement_id)
    if actor.key == row.reconciled_by:
        raise SETTLEMENT_OWN.error()
    row.approved_by, row.approved_at = actor.key, now
    row.save(update_fields=["approved_by", "approved_at"])
    transition(row, SettlementState.APPROVED, machine=SETTLEMENT, actor=actor, now=now)
    return selectors.settlement_view(row)
