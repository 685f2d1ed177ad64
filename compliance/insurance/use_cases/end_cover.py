from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.insurance import amendments, store
from compliance.insurance.states import PolicyState
from kernel.actor import Actor


def end_cover(*, policy_id: UUID, actor: Actor, now: datetime) -> None:
    """The worker has checked out, or the order's day is long over. Raises `not_found`, `stale_state`
    unless the cover is active."""
    policy = store.locked(policy_id)
    store.move(policy, PolicyState.ENDED, actor=actor, now=now)
    policy.ended_at = now
    policy.save(update_fields=["ended_at"])
    amendments.drop(policy, actor=actor, now=now)
