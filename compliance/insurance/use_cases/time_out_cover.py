from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.insurance import rules, store
from compliance.insurance.states import POLICY, PolicyState
from compliance.insurance.use_cases.record_answer import REFUSED
from kernel import outbox, states
from kernel.actor import SYSTEM

REASON = "timed_out"


def time_out_cover(*, policy_id: UUID, now: datetime) -> bool:
    """Gives up waiting for the insurer, and tells whether it was still waited for.

    To the order it is a refusal, so it emits `cover.refused` with the reason `timed_out`; and because
    the insurer may have bound all the same, `cover.cancelled`. Raises `not_found`.
    """
    policy = store.locked(policy_id)
    if policy.state != PolicyState.REQUESTED:
        return False
    policy.refund_fen = rules.refund_fen(PolicyState.REQUESTED, policy.premium_fen)
    policy.refusal_reason, policy.ended_at = REASON, now
    policy.save(update_fields=["refund_fen", "refusal_reason", "ended_at"])
    states.transition(policy, PolicyState.TIMED_OUT, machine=POLICY, actor=SYSTEM, now=now, reason=REASON)
    data = store.event_data(policy)
    outbox.emit(REFUSED, subject=policy.id, data=data, now=now)
    outbox.emit(store.CANCELLED, subject=policy.id, data=data, now=now)
    return True
