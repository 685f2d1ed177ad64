"""What an insurer itself says through the partners' door. Another insurer's policy is `not_found`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.insurance import amendments, events, public_money, selectors, store
from compliance.insurance.contracts import PolicyView
from compliance.insurance.port import BindAnswer, Decision
from compliance.insurance.states import WAITING, PolicyState
from compliance.insurance.use_cases import record_answer as use_case
from compliance.insurance.use_cases.record_answer import CANCELLED_BY_INSURER
from kernel.actor import Actor


def record_answer(
    *, insurer: str, policy_id: UUID, answer: BindAnswer, actor: Actor, now: datetime
) -> PolicyView:
    """Issued, refused or cancelled. Late, repeated and out-of-order answers are taken and change nothing
    wrong. An insurer that takes issued cover back before work has started ends the place's cover; once
    work has started it cannot. Raises `not_found`, `answer_invalid`, what a certificate is refused for.
    """
    selectors.policy_of_insurer(insurer, policy_id)
    if answer.state is Decision.CANCELLED:
        _cancelled(policy_id, actor=actor, now=now)
    else:
        use_case(policy_id=policy_id, answer=answer, now=now, actor=actor)
    return selectors.policy_view(policy_id)


def _cancelled(policy_id: UUID, *, actor: Actor, now: datetime) -> None:
    policy = store.locked(policy_id)
    if policy.next_tell_at is not None:  # it acknowledges what it was to be told
        policy.next_tell_at = None
        policy.save(update_fields=["next_tell_at"])
    elif policy.state in WAITING:
        use_case(policy_id=policy_id, answer=BindAnswer(Decision.CANCELLED), now=now, actor=actor)
    elif policy.state == PolicyState.ISSUED:
        policy.refund_fen, policy.refusal_reason = policy.premium_fen, CANCELLED_BY_INSURER
        policy.ended_at, policy.next_ask_at = now, None
        policy.save(update_fields=["refund_fen", "refusal_reason", "ended_at", "next_ask_at"])
        store.move(policy, PolicyState.CANCELLED, actor=actor, now=now, reason=CANCELLED_BY_INSURER)
        amendments.drop(policy, actor=actor, now=now)
        public_money.give_back(policy, now=now)
        store.emit(events.REFUSED, policy, now=now)
