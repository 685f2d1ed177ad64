from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.claims import rules, store
from compliance.claims.contracts import ClaimView
from compliance.claims.selectors import view_of
from kernel.actor import Actor


def acknowledge_claim(
    *, claim_id: UUID, insurer: str, actor: Actor, now: datetime, reference: str = ""
) -> ClaimView:
    """The insurer has seen the claim; `reference` is its own number for it (visible ASCII, at most 64).

    Said again, or after a later step, it changes nothing. Raises `claim_not_found` for another insurer's
    claim, `invalid_value`.
    """
    clean = rules.clean_reference(reference, "reference", required=False)
    claim = store.locked(claim_id, insurer=insurer)
    store.acknowledged(claim, actor=actor, now=now, reference=clean)
    return view_of(claim)
