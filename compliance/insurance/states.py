"""The lives of a connection, a policy and an amendment, as data."""

from __future__ import annotations

from enum import StrEnum

from kernel.states import Machine


class ConnectionState(StrEnum):
    """SUSPENDED: nothing new is asked of the insurer; what it has goes on, and it is still told."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


CONNECTION = Machine(
    name="connection",
    moves={
        ConnectionState.ACTIVE: frozenset({ConnectionState.SUSPENDED}),
        ConnectionState.SUSPENDED: frozenset({ConnectionState.ACTIVE}),
    },
)


class PolicyState(StrEnum):
    """REQUESTED is to be asked for; PENDING was accepted for an answer later; ISSUED has a certificate
    whose bytes were checked. ACTIVE from check-in, ENDED from check-out; EXPIRED was never started.
    REFUSED and TIMED_OUT never were cover; CANCELLED is refunded."""

    REQUESTED = "requested"
    PENDING = "pending"
    ISSUED = "issued"
    ACTIVE = "active"
    ENDED = "ended"
    EXPIRED = "expired"
    REFUSED = "refused"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"


_P = PolicyState
_OVER: frozenset[PolicyState] = frozenset()
POLICY = Machine(
    name="cover",
    moves={
        _P.REQUESTED: frozenset({_P.PENDING, _P.ISSUED, _P.REFUSED, _P.TIMED_OUT, _P.CANCELLED}),
        _P.PENDING: frozenset({_P.ISSUED, _P.REFUSED, _P.TIMED_OUT, _P.CANCELLED}),
        _P.ISSUED: frozenset({_P.ACTIVE, _P.EXPIRED, _P.CANCELLED}),
        _P.ACTIVE: frozenset({_P.ENDED}),
        _P.ENDED: _OVER,
        _P.EXPIRED: _OVER,
        _P.REFUSED: _OVER,
        _P.TIMED_OUT: _OVER,
        _P.CANCELLED: _OVER,
    },
)

WAITING = frozenset({_P.REQUESTED, _P.PENDING})
"""States in which the insurer has yet to decide."""

SOLD = frozenset({_P.ISSUED, _P.ACTIVE, _P.ENDED, _P.EXPIRED})
"""States in which the insurer has the policy and the premium is earned or owed."""

LIVE = SOLD | WAITING
"""States of which a place has at most one policy a layer and day."""


class AmendmentState(StrEnum):
    ASKED = "asked"
    ISSUED = "issued"
    REFUSED = "refused"
    DROPPED = "dropped"


AMENDMENT = Machine(
    name="amendment",
    moves={
        AmendmentState.ASKED: frozenset(
            {AmendmentState.ISSUED, AmendmentState.REFUSED, AmendmentState.DROPPED}
        ),
        AmendmentState.ISSUED: frozenset(),
        AmendmentState.REFUSED: frozenset(),
        AmendmentState.DROPPED: frozenset(),
    },
)
