from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.insurance import amendments, store
from compliance.insurance.states import PolicyState
from kernel.actor import SYSTEM


def expire_cover(*, policy_id: UUID, now: datetime) -> bool:
    """An issued policy whose days are over without anybody having started. The insurer bore the risk, so
    nothing comes back. Tells whether it was still open. Raises `not_found`."""
    policy = store.locked(policy_id)
    if policy.state != PolicyState.ISSUED or now < policy.covers_until:
        return False
    policy.ended_at, policy.next_ask_at = now, None
    policy.save(update_fields=["ended_at", "next_ask_at"])
    store.move(policy, PolicyState.EXPIRED, actor=SYSTEM, now=now)
    amendments.drop(policy, actor=SYSTEM, now=now)
    return True
