from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.insurance import events, public_money, store
from compliance.insurance.models import Policy
from compliance.insurance.states import WAITING, PolicyState
from kernel.actor import SYSTEM

REASON = "timed_out"


def time_out_cover(*, policy_id: UUID, now: datetime) -> bool:
    """Gives up waiting for the insurer, and tells whether it was still waited for.

    To the order it is a refusal, so it emits `cover.refused` with the reason `timed_out`; and because
    the insurer may have issued all the same, it is told of the cancellation. Raises `not_found`.
    """
    policy = store.locked(policy_id)
    if policy.state not in WAITING:
        return False
    give_up(policy, reason=REASON, now=now)
    store.emit(events.REFUSED, policy, now=now)
    return True


def give_up(policy: Policy, *, reason: str, now: datetime) -> None:
    """TIMED_OUT, with the cancellation owed to the insurer and public money back."""
    policy.refund_fen, policy.refusal_reason, policy.ended_at = policy.premium_fen, reason, now
    store.owe_cancellation(policy, reason)
    policy.save(update_fields=["refund_fen", "refusal_reason", "ended_at", *store.TELLING])
    store.move(policy, PolicyState.TIMED_OUT, actor=SYSTEM, now=now, reason=reason)
    public_money.give_back(policy, now=now)
