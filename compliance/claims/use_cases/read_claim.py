from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.claims import access, selectors
from compliance.claims.contracts import ClaimDetail
from compliance.claims.models import Document
from files.selectors import Kept, kept_file
from kernel import audit
from kernel.actor import Actor


def read_claim(*, claim_id: UUID, actor: Actor, now: datetime) -> ClaimDetail:
    """One claim with its words and file. Whoever is not a party to it (hall, station, officer) leaves an
    audit row: what happened to somebody's body is sensitive (PIPL, article 28). Raises `claim_not_found`.
    """
    detail = selectors.claim_for(actor, claim_id)
    view = detail.claim
    _note(actor, "claim.read", view.id, view.worker_id, view.employer_id, now=now)
    return detail


def read_claim_file(*, file_id: UUID, actor: Actor, now: datetime) -> Kept:
    """A picture or paper: what is on record, and where to fetch it after the transaction. Audited like
    the claim. Raises `file_not_found`."""
    selectors.check_may_read_file(actor, file_id)
    of = Document.objects.select_related("claim").filter(file_id=file_id).first()
    if of is not None:
        _note(actor, "claim.read_file", of.claim_id, of.claim.worker_id, of.claim.employer_id, now=now)
    return kept_file(file_id)


def _note(
    actor: Actor, act: str, claim_id: UUID, worker_id: UUID, employer_id: UUID, *, now: datetime
) -> None:
    side = access.side_of(actor, worker_id=worker_id, employer_id=employer_id)
    if side in access.PARTIES:
        return
    audit.record(
        actor,
        act,
        subject=claim_id,
        purpose="claim",
        now=now,
        detail={"side": str(side) if side else "officer"},
    )
