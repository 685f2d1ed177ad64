from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.insurance import store
from compliance.insurance.port import BindAnswer
from compliance.insurance.states import POLICY, PolicyState
from kernel import outbox, states
from kernel.actor import SYSTEM

BOUND = "cn.linggong.cover.bound.v1"
REFUSED = "cn.linggong.cover.refused.v1"


def record_answer(*, policy_id: UUID, answer: BindAnswer, now: datetime) -> PolicyState:
    """Writes down what the insurer decided, and emits `cover.bound` or `cover.refused`.

    An answer that comes again changes nothing. One that comes after the policy was cancelled or
    timed out is remembered and cancelled at the insurer, so that nothing is bought for nobody.
    Returns the state the policy is in. Raises `not_found`.
    """
    policy = store.locked(policy_id)
    state = PolicyState(policy.state)
    if state == PolicyState.REQUESTED:
        if answer.bound:
            policy.certificate_number, policy.bound_at = answer.certificate_number, now
            policy.save(update_fields=["certificate_number", "bound_at"])
            states.transition(policy, PolicyState.BOUND, machine=POLICY, actor=SYSTEM, now=now)
            outbox.emit(BOUND, subject=policy.id, data=store.event_data(policy), now=now)
            return PolicyState.BOUND
        policy.refusal_reason = answer.reason[:100]
        policy.save(update_fields=["refusal_reason"])
        states.transition(
            policy, PolicyState.REFUSED, machine=POLICY, actor=SYSTEM, now=now, reason=answer.reason
        )
        outbox.emit(REFUSED, subject=policy.id, data=store.event_data(policy), now=now)
        return PolicyState.REFUSED
    if answer.bound and state in {PolicyState.CANCELLED, PolicyState.TIMED_OUT}:
        policy.certificate_number = answer.certificate_number
        policy.save(update_fields=["certificate_number"])
        outbox.emit(store.CANCELLED, subject=policy.id, data=store.event_data(policy), now=now)
    return state
