"""Who asks. Authentication ends here, before any county or figure is touched."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from kernel.actor import Actor, Channel
from tenants.identity.authenticate import actor_in_city, authenticate_request
from tenants.identity.errors import UNAUTHENTICATED


@dataclass(frozen=True, slots=True)
class Caller:
    """What resolvers get as their context: the actor as the city sees it."""

    actor: Actor
    request_id: str


def caller_of(request: HttpRequest, *, request_id: str) -> Caller:
    """The caller, who holds `city:read`. Raises `unauthenticated`, `forbidden`, `totp_required`,
    `token_other_county` (machine clients belong to counties) and `csrf_failed`."""
    identified = authenticate_request(request)
    if identified is None:
        raise UNAUTHENTICATED.error()
    actor = actor_in_city(identified, Channel.API, request_id)
    actor.require("city:read")
    return Caller(actor=actor, request_id=request_id)
