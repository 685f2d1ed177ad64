from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from compliance.bordereau import selectors
from compliance.bordereau.access import SETTLE
from compliance.bordereau.contracts import Difference, SettlementView
from compliance.bordereau.errors import SETTLEMENT_DIFFERS
from compliance.bordereau.states import SETTLEMENT, SettlementState
from compliance.bordereau.use_cases._locked import locked
from kernel.actor import Actor
from kernel.identifiers import clean_text
from kernel.states import transition

MOST_KEPT = 1_000  # differences kept with a settlement; more than that nobody has looked at


def reconcile_settlement(
    *, settlement_id: UUID, accept_reason: str = "", actor: Actor, now: datetime
) -> SettlementView:
    """Compares the month three ways and fixes the amount: what the ledger holds for the month's policies
    and no settlement has moved. Differences stop it unless they are accepted with a reason; what they
    were is kept.

    Raises `forbidden`, `settlement_not_found`, `settlement_differs` (params count), `stale_state`.
    """
    actor.require(SETTLE)
    row = locked(settlement_id)
    found = selectors.reconcile_newest(row.insurer, row.month)
    why = clean_text(accept_reason, "accept_reason", 200, min_len=0) if accept_reason else ""
    if found.differences and not why:
        raise SETTLEMENT_DIFFERS.error(field="accept_reason", count=len(found.differences))
    row.amount_fen = found.ledger_fen - selectors.settled_fen(row.insurer, row.month)
    row.statement_id = found.statement_id
    row.found = [_kept(one) for one in found.differences[:MOST_KEPT]]
    row.accepted_reason = why if found.differences else ""
    row.reconciled_by, row.reconciled_at = actor.key, now
    row.save(
        update_fields=[
            "amount_fen",
            "statement_id",
            "found",
            "accepted_reason",
            "reconciled_by",
            "reconciled_at",
        ]
    )
    transition(row, SettlementState.RECONCILED, machine=SETTLEMENT, actor=actor, now=now, reason=why)
    return selectors.settlement_view(row)


def _kept(one: Difference) -> dict[str, object]:
    return {**asdict(one), "kind": str(one.kind), "policy_id": str(one.policy_id)}
