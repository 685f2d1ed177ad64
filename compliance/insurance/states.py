"""The lives of a rate table and of a policy, as data."""

from __future__ import annotations

from enum import StrEnum

from kernel.states import Machine


class TableState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"


class PolicyState(StrEnum):
    """REQUESTED waits for the insurer; BOUND has a certificate; ACTIVE from check-in, ENDED from
    check-out. REFUSED and TIMED_OUT never were cover; CANCELLED is refunded."""

    REQUESTED = "requested"
    BOUND = "bound"
    ACTIVE = "active"
    ENDED = "ended"
    REFUSED = "refused"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"


TABLE = Machine(
    name="rate_table",
    moves={
        TableState.DRAFT: frozenset({TableState.PUBLISHED}),
        TableState.PUBLISHED: frozenset(),
    },
)

_P = PolicyState
POLICY = Machine(
    name="cover",
    moves={
        _P.REQUESTED: frozenset({_P.BOUND, _P.REFUSED, _P.TIMED_OUT, _P.CANCELLED}),
        _P.BOUND: frozenset({_P.ACTIVE, _P.CANCELLED}),
        _P.ACTIVE: frozenset({_P.ENDED}),
        _P.ENDED: frozenset(),
        _P.REFUSED: frozenset(),
        _P.TIMED_OUT: frozenset(),
        _P.CANCELLED: frozenset(),
    },
)

IN_FORCE = frozenset({_P.BOUND, _P.ACTIVE, _P.ENDED})
"""States in which the insurer has the policy and the premium is earned or owed."""

LIVE = IN_FORCE | {_P.REQUESTED}
"""States of which an assignment has at most one policy a day."""
