from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.insurance import amendments, public_money, rules, store
from compliance.insurance.contracts import Cancellation, Payer
from compliance.insurance.models import Policy
from compliance.insurance.states import PolicyState
from kernel.actor import Actor
from kernel.errors import NOT_FOUND

# What insurers hear (docs/partners.md, section 4) for our own reasons.
_REASONS = {
    "undone": "worker_withdrew",
    "absent": "no_show",
    "timed_out": "timed_out",
    "replaced_by_other_insurer": "replaced_by_other_insurer",
}


def preview_cancellation(policy_id: UUID) -> Cancellation:
    """What cancelling would give back now. Raises `not_found`."""
    policy = Policy.objects.filter(id=policy_id).first()
    if policy is None:
        raise NOT_FOUND.error(field="policy_id")
    return _cancellation(policy)


def cancel_cover(*, policy_id: UUID, actor: Actor, now: datetime, reason: str) -> int:
    """Ends cover that has not started (the worker undid, the order was cancelled, a no-show).

    Returns the employer's part of the premium to give back, in fen; the caller moves that money. The
    fund's or the reserve's part goes back here. The insurer is told until it acknowledges.
    Raises `not_found`; `stale_state` once the work has started or the policy is over.
    """
    policy = store.locked(policy_id)
    back = _cancellation(policy)
    policy.refund_fen, policy.ended_at = back.refund_fen, now
    store.owe_cancellation(policy, _REASONS.get(reason, "order_cancelled"))
    store.move(policy, PolicyState.CANCELLED, actor=actor, now=now, reason=reason)
    policy.save(update_fields=["refund_fen", "ended_at", *store.TELLING])
    amendments.drop(policy, actor=actor, now=now)
    public_money.give_back(policy, now=now)
    return back.employer_refund_fen


def _cancellation(policy: Policy) -> Cancellation:
    refund = rules.refund_fen(PolicyState(policy.state), policy.premium_fen)
    return Cancellation(
        policy_id=policy.id,
        payer=Payer(policy.payer),
        premium_fen=policy.premium_fen,
        refund_fen=refund,
        employer_refund_fen=policy.employer_premium_fen if refund else 0,
    )
