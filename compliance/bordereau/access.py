"""Who may see and hand in what. An insurer's machine acts for its own insurer alone; for another's it is
as if there were nothing."""

from __future__ import annotations

from compliance.bordereau.errors import LIST_NOT_FOUND
from kernel.actor import Actor

READ, SETTLE = "bordereaux:read", "bordereaux:settle"


def check_reads(actor: Actor, insurer: str) -> None:
    """Raises `forbidden`, or `bordereau_not_found` for another insurer's."""
    _check(actor, insurer, staff=READ, partner="partner:read")


def check_hands_in(actor: Actor, insurer: str) -> None:
    """Who may hand in an insurer's statement: the insurer, or who settles for the county. Raises as above."""
    _check(actor, insurer, staff=SETTLE, partner="partner:write")


def _check(actor: Actor, insurer: str, *, staff: str, partner: str) -> None:
    if actor.partner is None:
        actor.require(staff)
        return
    actor.require(partner)
    if actor.partner != insurer:
        raise LIST_NOT_FOUND.error()
