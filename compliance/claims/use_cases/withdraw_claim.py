from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.claims import events, rules, store
from compliance.claims.contracts import ClaimView
from compliance.claims.selectors import view_of
from compliance.claims.states import ClaimState
from kernel import audit
from kernel.actor import Actor


def withdraw_claim(*, claim_id: UUID, reason: str, actor: Actor, now: datetime) -> ClaimView:
    """The claimant's side takes an undecided claim back; `reason` is a short code. The accident may be
    reported again. Emits `claim.withdrawn`.

    The employer may withdraw only what the employer's side reported: a worker's claim is the worker's.
    Raises `forbidden`, `claim_not_found`, `stale_state` once it is decided.
    """
    code = rules.clean_code(reason, "reason")
    claim, side = store.locked_for_party(actor, claim_id)
    rules.check_may_withdraw(side=str(side), reporter=claim.reporter)
    store.move(
        claim,
        ClaimState.WITHDRAWN,
        actor=actor,
        now=now,
        reason=code,
        reason_code=code,
        ended_at=now,
        due="",
        due_at=None,
    )
    store.tell(claim, events.WITHDRAWN, now=now)
    audit.record(
        actor,
        "claim.withdraw",
        subject=claim.id,
        purpose="claim withdrawn",
        now=now,
        detail={"reason": code, "side": str(side)},
    )
    return view_of(claim)
