from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.insurance import rules, store
from compliance.insurance.states import POLICY, PolicyState
from kernel import outbox, states
from kernel.actor import Actor


def cancel_cover(*, policy_id: UUID, actor: Actor, now: datetime, reason: str) -> int:
    """Ends cover that has not started (the worker undid, the order was cancelled, a no-show).

    Returns the premium to give back, in fen; the caller moves the money. Emits `cover.cancelled`,
    whose handler tells the insurer. `reason` is a short code.
    Raises `not_found`; `stale_state` once the work has started or the policy is over.
    """
    policy = store.locked(policy_id)
    refund = rules.refund_fen(PolicyState(policy.state), policy.premium_fen)
    states.transition(policy, PolicyState.CANCELLED, machine=POLICY, actor=actor, now=now, reason=reason)
    policy.refund_fen, policy.ended_at = refund, now
    policy.save(update_fields=["refund_fen", "ended_at"])
    outbox.emit(
        store.CANCELLED, subject=policy.id, data=store.event_data(policy, reason=reason[:100]), now=now
    )
    return refund
