from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.claims import store
from compliance.claims.contracts import ClaimView, InsurerLetter, Step
from compliance.claims.errors import CLAIM_DECISION
from compliance.claims.use_cases.acknowledge_claim import acknowledge_claim
from compliance.claims.use_cases.decide_claim import decide_claim
from compliance.claims.use_cases.record_payment import record_payment
from compliance.claims.use_cases.want_papers import want_papers
from kernel import audit
from kernel.actor import Actor

SCOPE = "insurance:write"


def record_by_letter(*, claim_id: UUID, letter: InsurerLetter, actor: Actor, now: datetime) -> ClaimView:
    """What an insurer answered on paper or by telephone, written down by the county's insurance officer:
    for insurers that take no part in the partners' door. The same rules and refusals as there, and an
    audit row. `reference` of the letter is the insurer's own number, of a payment its voucher's.

    Raises `forbidden`, `claim_not_found`, and what the insurer's own verb raises.
    """
    actor.require(SCOPE)
    insurer = store.locked(claim_id).insurer
    audit.record(
        actor,
        "claim.record_by_letter",
        subject=claim_id,
        purpose="insurer's answer on paper",
        now=now,
        detail={"step": str(letter.step), "insurer": insurer, "reference": letter.reference[:64]},
    )
    if letter.step is Step.ACKNOWLEDGED:
        return acknowledge_claim(
            claim_id=claim_id, insurer=insurer, actor=actor, now=now, reference=letter.reference
        )
    if letter.step is Step.PAPERS_WANTED:
        return want_papers(
            claim_id=claim_id,
            insurer=insurer,
            wanted=letter.papers,
            actor=actor,
            now=now,
            reference=letter.reference,
        )
    if letter.step is Step.PAID:
        if letter.amount_fen is None:
            raise CLAIM_DECISION.error(field="amount_fen")
        return record_payment(
            claim_id=claim_id,
            insurer=insurer,
            amount_fen=letter.amount_fen,
            reference=letter.reference,
            actor=actor,
            now=now,
        )
    return decide_claim(
        claim_id=claim_id,
        insurer=insurer,
        accepted=letter.step is Step.ACCEPTED,
        amount_fen=letter.amount_fen,
        reason=letter.reason,
        reason_text=letter.reason_text,
        reference=letter.reference,
        actor=actor,
        now=now,
    )
