"""How many requests a minute this door takes from one user or one machine client."""

from __future__ import annotations

from api.errors import TOO_MANY_REQUESTS
from kernel import throttle
from kernel.actor import Actor

USER_LIMIT = 3_000
CLIENT_LIMIT = 30_000


def check(actor: Actor) -> None:
    """Counts one request of the actor; raises `too_many_requests` above the limit."""
    limit = CLIENT_LIMIT if actor.client_id is not None else USER_LIMIT
    throttle.check(actor.key, limit=limit, refusal=TOO_MANY_REQUESTS)
