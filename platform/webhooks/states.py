from __future__ import annotations

from enum import StrEnum

from kernel.states import Machine


class EndpointState(StrEnum):
    ACTIVE = "active"
    DISABLED = "disabled"


ENDPOINT = Machine(
    name="webhook endpoint",
    moves={
        EndpointState.ACTIVE: frozenset({EndpointState.DISABLED}),
        EndpointState.DISABLED: frozenset({EndpointState.ACTIVE}),
    },
)


class DeliveryState(StrEnum):
    """Not a column: a delivery is what its moments say (`delivered_at`, `dead_at`), and its attempts
    are its history. A queue of thousands a minute keeps no second log."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


class Direction(StrEnum):
    """Which way a key signs: `in` partner to us, `out` us to the partner's API."""

    IN = "in"
    OUT = "out"
