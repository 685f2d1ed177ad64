from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Sum

from compliance.claims import rules, store, vault
from compliance.claims.contracts import ClaimView, Due
from compliance.claims.errors import CLAIM_AMOUNT, CLAIM_DECIDED_OTHERWISE
from compliance.claims.models import Claim
from compliance.claims.selectors import view_of
from compliance.claims.states import ClaimState
from kernel import facts, outbox
from kernel.actor import Actor
from kernel.identifiers import clean_text

DECIDED = "cn.linggong.claim.decided.v1"
_DONE = (ClaimState.ACCEPTED, ClaimState.PAID, ClaimState.REJECTED, ClaimState.CLOSED)


def decide_claim(
    *,
    claim_id: UUID,
    insurer: str,
    accepted: bool,
    actor: Actor,
    now: datetime,
    amount_fen: int | None = None,
    reason: str = "",
    reason_text: str = "",
    reference: str = "",
) -> ClaimView:
    """The insurer's decision: an amount within the cover that is left, or a refusal with its reason, as a
    short code and in words for the claimant (《保险法》art. 23 and 24).

    The same decision again changes nothing. An accepted amount is owed within ten days. Raises
    `claim_decision`, `claim_amount_over_cover`, `claim_decided_otherwise`, `claim_not_found`,
    `invalid_value`, `stale_state` for a withdrawn claim. Emits `claim.decided`.
    """
    code = rules.clean_code(reason, "reason") if reason else ""
    rules.check_decision(accepted=accepted, amount_fen=amount_fen, reason=code)
    text = clean_text(reason_text, "reason_text", 500)
    clean = rules.clean_reference(reference, "reference", required=False)
    claim = store.locked(claim_id, insurer=insurer)
    if claim.state in _DONE:
        if (claim.accepted_fen, claim.reason_code) != (amount_fen, code):
            raise CLAIM_DECIDED_OTHERWISE.error(field="amount_fen" if accepted else "reason")
        return view_of(claim)
    if amount_fen is not None:
        _check_within_cover(claim, amount_fen)
    store.acknowledged(claim, actor=actor, now=now, reference=clean)
    claim.words_sealed = vault.sealed(
        {**store.words_of(claim), "reason": text}, place=vault.WORDS, row=claim.id
    )
    store.move(
        claim,
        ClaimState.ACCEPTED if accepted else ClaimState.REJECTED,
        actor=actor,
        now=now,
        reason=code,
        accepted_fen=amount_fen,
        reason_code=code,
        words_sealed=claim.words_sealed,
        decided_at=now,
        ended_at=None if accepted else now,
        due=Due.PAYMENT if accepted else "",
        due_at=now + rules.PAY_WITHIN if accepted else None,
    )
    _tell(claim, accepted=accepted, now=now)
    return view_of(claim)


def _check_within_cover(claim: Claim, amount_fen: int) -> None:
    """All claims of a policy together stay within its cover. Only one of them is undecided, and it is
    locked, so what the others were granted cannot grow meanwhile."""
    others = Claim.objects.filter(policy_id=claim.policy_id).exclude(id=claim.id)
    granted = int(others.aggregate(fen=Sum("accepted_fen"))["fen"] or 0)
    if amount_fen > claim.cover_fen - granted:
        raise CLAIM_AMOUNT.error(field="amount_fen", left_fen=claim.cover_fen - granted)


def _tell(claim: Claim, *, accepted: bool, now: datetime) -> None:
    values = {
        "accepted": int(accepted),
        "amount_fen": claim.accepted_fen or 0,
        "days": (now - claim.reported_at).days,
    }
    facts.record("claim.decided", now=now, subject=claim.id, trade=claim.trade, values=values)
    data = {"claim_id": str(claim.id), "insurer": claim.insurer, "reason": claim.reason_code, **values}
    outbox.emit(DECIDED, subject=claim.id, data=data, now=now)
