from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from compliance.claims import events, store
from compliance.claims.contracts import ClaimView, Due
from compliance.claims.errors import CLAIM_FILES, CLAIM_NO_PAPERS_WANTED
from compliance.claims.models import PapersAsked
from compliance.claims.selectors import view_of
from compliance.claims.states import OPEN, ClaimState
from kernel.actor import Actor


def hand_in_papers(*, claim_id: UUID, files: Sequence[UUID], actor: Actor, now: datetime) -> ClaimView:
    """The claimant's side adds papers or pictures that the actor has stored: asked for or not.

    Where the insurer waits for papers, this answers its request: the claim is under review, and the
    days that it waited are added to its time for a decision. Emits `claim.papers_handed_in`.
    Raises `forbidden`, `claim_not_found`, `claim_files`, `claim_no_papers` once it is decided.
    """
    claim, side = store.locked_for_party(actor, claim_id)
    if claim.state not in OPEN:
        raise CLAIM_NO_PAPERS_WANTED.error()
    added = store.attach(claim, files, side=side, actor=actor, now=now)
    if added == 0:
        raise CLAIM_FILES.error(field="files", reason_zh="没有新文件", reason_en="none of them is new")
    if claim.state == ClaimState.PAPERS_WANTED:
        assert claim.papers_wanted_at is not None
        PapersAsked.objects.filter(claim=claim, answered_at=None).update(answered_at=now)
        claim.decide_by += now - claim.papers_wanted_at
        store.move(
            claim,
            ClaimState.UNDER_REVIEW,
            actor=actor,
            now=now,
            decide_by=claim.decide_by,
            papers_wanted_at=None,
            due=Due.DECISION,
            due_at=claim.decide_by,
        )
    store.tell(claim, events.PAPERS_HANDED_IN, now=now, files=added)
    return view_of(claim)
