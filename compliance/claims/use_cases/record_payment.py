from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.claims import rules, store
from compliance.claims.contracts import ClaimView
from compliance.claims.errors import CLAIM_PAID_OTHERWISE, CLAIM_PAYMENT
from compliance.claims.selectors import view_of
from compliance.claims.states import ClaimState
from kernel import facts, outbox
from kernel.actor import Actor

PAID = "cn.linggong.claim.paid.v1"


def record_payment(
    *, claim_id: UUID, insurer: str, amount_fen: int, reference: str, actor: Actor, now: datetime
) -> ClaimView:
    """The insurer says that it has paid the injured person the accepted amount, with its reference. The
    money does not pass through the county's ledger.

    The same payment again changes nothing. Raises `claim_payment`, `claim_paid_otherwise`,
    `claim_not_found`, `invalid_value`, `stale_state` before the claim is accepted. Emits `claim.paid`.
    """
    clean = rules.clean_reference(reference, "reference", required=True)
    claim = store.locked(claim_id, insurer=insurer)
    if claim.paid_fen is not None:
        if (claim.paid_fen, claim.payment_reference) != (amount_fen, clean):
            raise CLAIM_PAID_OTHERWISE.error(field="reference")
        return view_of(claim)
    if claim.state == ClaimState.ACCEPTED and amount_fen != claim.accepted_fen:
        raise CLAIM_PAYMENT.error(field="amount_fen", accepted_fen=claim.accepted_fen)
    store.move(
        claim,
        ClaimState.PAID,
        actor=actor,
        now=now,
        paid_fen=amount_fen,
        payment_reference=clean,
        paid_at=now,
        ended_at=now,
        due="",
        due_at=None,
    )
    facts.record(
        "claim.paid", now=now, subject=claim.id, trade=claim.trade, values={"amount_fen": amount_fen}
    )
    data = {"claim_id": str(claim.id), "insurer": claim.insurer, "amount_fen": amount_fen}
    outbox.emit(PAID, subject=claim.id, data=data, now=now)
    return view_of(claim)
