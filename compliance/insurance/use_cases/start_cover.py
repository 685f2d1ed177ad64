from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.insurance import rules, store
from compliance.insurance.states import PolicyState
from kernel.actor import Actor
from kernel.clock import business_day


def start_cover(*, policy_id: UUID, actor: Actor, now: datetime) -> None:
    """The worker has checked in. Raises `not_found`, `cover_not_in_force` on another day's work,
    `stale_state` unless the policy is issued."""
    policy = store.locked(policy_id)
    rules.check_day(policy.on, policy.days, business_day(now))
    store.move(policy, PolicyState.ACTIVE, actor=actor, now=now)
    policy.started_at = now
    policy.save(update_fields=["started_at"])
