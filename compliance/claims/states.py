"""The life of a claim, as data."""

from __future__ import annotations

from enum import StrEnum

from kernel.states import Machine


class ClaimState(StrEnum):
    """REPORTED: written down. FILED: the insurer can see it. ACKNOWLEDGED: the insurer says so.
    PAPERS_WANTED: waits for the claimant's side. UNDER_REVIEW: all papers are in. Then ACCEPTED with an
    amount, PAID and CLOSED, or REJECTED with a reason. WITHDRAWN by whoever reported it."""

    REPORTED = "reported"
    FILED = "filed"
    ACKNOWLEDGED = "acknowledged"
    PAPERS_WANTED = "papers_wanted"
    UNDER_REVIEW = "under_review"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    PAID = "paid"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


_C = ClaimState
CLAIM = Machine(
    name="claim",
    moves={
        _C.REPORTED: frozenset({_C.FILED, _C.WITHDRAWN}),
        _C.FILED: frozenset({_C.ACKNOWLEDGED, _C.WITHDRAWN}),
        _C.ACKNOWLEDGED: frozenset(
            {_C.PAPERS_WANTED, _C.UNDER_REVIEW, _C.ACCEPTED, _C.REJECTED, _C.WITHDRAWN}
        ),
        _C.PAPERS_WANTED: frozenset({_C.UNDER_REVIEW, _C.ACCEPTED, _C.REJECTED, _C.WITHDRAWN}),
        _C.UNDER_REVIEW: frozenset({_C.PAPERS_WANTED, _C.ACCEPTED, _C.REJECTED, _C.WITHDRAWN}),
        _C.ACCEPTED: frozenset({_C.PAID}),
        _C.PAID: frozenset({_C.CLOSED}),
        _C.REJECTED: frozenset({_C.CLOSED}),
        _C.CLOSED: frozenset(),
        _C.WITHDRAWN: frozenset(),
    },
)

OPEN = frozenset({_C.REPORTED, _C.FILED, _C.ACKNOWLEDGED, _C.PAPERS_WANTED, _C.UNDER_REVIEW})
"""Not yet decided: the reporter may still withdraw, papers may still be handed in."""

LIVE = OPEN | {_C.ACCEPTED}
"""States of which a policy has at most one claim: one accident is reported by many."""
