"""How many queries a minute this door takes from one person."""

from __future__ import annotations

from cityql.errors import TOO_MANY_REQUESTS
from kernel import throttle
from kernel.actor import Actor

LIMIT = 600


def check(actor: Actor) -> None:
    """Counts one request of the actor; raises `graphql_too_many_requests` above the limit."""
    throttle.check(f"city:{actor.key}", limit=LIMIT, refusal=TOO_MANY_REQUESTS)
