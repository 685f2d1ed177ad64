"""Who may change a partner's keys, endpoints and deliveries."""

from __future__ import annotations

from kernel.actor import Actor

STAFF = "insurance:write"
OWN = "partner:write"


def check_may_change(actor: Actor, partner: str) -> None:
    """The county's staff, or the partner itself. Raises `forbidden`."""
    if not (actor.partner == partner and actor.has(OWN)):
        actor.require(STAFF)
