from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from compliance.claims import rules, store, vault
from compliance.claims.contracts import ClaimView, PaperWanted
from compliance.claims.models import PapersAsked
from compliance.claims.selectors import view_of
from compliance.claims.states import ClaimState
from kernel import outbox
from kernel.actor import Actor
from kernel.ids import uuid7

PAPERS_WANTED = "cn.linggong.claim.papers_wanted.v1"


def want_papers(
    *,
    claim_id: UUID,
    insurer: str,
    wanted: Sequence[PaperWanted],
    actor: Actor,
    now: datetime,
    reference: str = "",
) -> ClaimView:
    """The insurer names every paper that is missing, at once (《保险法》art. 22). Until they are handed in,
    its time for a decision stands still.

    The same request again changes nothing. Raises `claim_papers_wanted`, `invalid_value`,
    `claim_not_found`, `stale_state` when others are waited for already or the claim is decided.
    """
    papers = rules.clean_wanted(wanted)
    clean = rules.clean_reference(reference, "reference", required=False)
    claim = store.locked(claim_id, insurer=insurer)
    codes = [paper.code for paper in papers]
    if claim.state == ClaimState.PAPERS_WANTED:
        asked = PapersAsked.objects.get(claim=claim, answered_at=None)
        if sorted(asked.codes) == sorted(codes):
            return view_of(claim)
    store.acknowledged(claim, actor=actor, now=now, reference=clean)
    store.move(
        claim, ClaimState.PAPERS_WANTED, actor=actor, now=now, papers_wanted_at=now, due="", due_at=None
    )
    row_id = uuid7()
    PapersAsked.objects.create(
        id=row_id,
        claim=claim,
        codes=codes,
        notes_sealed=vault.sealed([paper.note for paper in papers], place=vault.NOTES, row=row_id),
        asked_at=now,
    )
    outbox.emit(
        PAPERS_WANTED,
        subject=claim.id,
        data={"claim_id": str(claim.id), "insurer": claim.insurer, "papers": codes},
        now=now,
    )
    return view_of(claim)
