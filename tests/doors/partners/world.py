"""What an insurer has in a county: claims on its own policies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from compliance.claims.contracts import ClaimDetail
from compliance.claims.selectors import claim_of_insurer
from tenants.contracts import CountyRef
from tenants.county import run_in_county
from tests.compliance.claims import made

PAPERS = [{"code": "invoice", "note": "医疗费用发票"}, {"code": "record"}]


def a_claim(county: CountyRef, insurer: str, *, pictures: int = 0) -> UUID:
    """A claim that has just been reported on a policy of the insurer."""
    with run_in_county(county) as work:
        case = made.accident(work, insurer=insurer)
        kept = [made.picture(work, case.worker) for _ in range(pictures)]
        return made.opened(case, pictures=kept).id


def the_claim(county: CountyRef, insurer: str, claim_id: UUID) -> ClaimDetail:
    with run_in_county(county):
        return claim_of_insurer(insurer, claim_id)


def about(kind: str, subject: UUID | str, data: Any) -> dict[str, Any]:
    """A message of the contract's section 5."""
    return {"type": kind, "subject": str(subject), "time": "2027-04-05T02:00:00Z", "data": data}


def claim_messages(claim_id: UUID) -> Sequence[dict[str, Any]]:
    """What an insurer says in the life of a claim, in order."""
    return [
        about("claim.acknowledged", claim_id, {"reference": "CL-000017"}),
        about("claim.papers_wanted", claim_id, {"papers": PAPERS}),
        about("claim.decided", claim_id, {"accepted": True, "amount_fen": 120_000}),
        about("claim.paid", claim_id, {"amount_fen": 120_000, "reference": "PAY-1"}),
    ]
