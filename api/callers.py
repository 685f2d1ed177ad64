"""Who is calling: the credential becomes an actor of the county before any county work starts."""

from __future__ import annotations

import structlog
from django.http import HttpRequest

from api.request import channel_of
from kernel.actor import Actor, Channel
from kernel.request_ids import request_id_of
from tenants.contracts import CountyRef
from tenants.identity.authenticate import actor_in, authenticate_request, partner_in
from tenants.identity.errors import UNAUTHENTICATED


def actor_of(http: HttpRequest, county: CountyRef) -> Actor:
    """The actor, with ids on every log line from here on.

    Raises `unauthenticated`, `token_other_county`, `channel_unknown`; and `forbidden` or `totp_required`
    when somebody who does not act for others claims to be the hall or the phone desk, or who may not even
    look people up, the station.
    """
    identified = authenticate_request(http)
    if identified is None:
        raise UNAUTHENTICATED.error()
    channel = channel_of(http, machine=identified.client_id is not None)
    actor = actor_in(identified, county, channel, request_id_of(http))
    structlog.contextvars.bind_contextvars(county=county.slug, actor=actor.key)
    of_station = channel is Channel.STATION and actor.has("people:read")  # its clerk: looks up, reports
    if channel not in (Channel.APP, Channel.API) and not of_station:
        actor.require("act_for")
    return actor


def partner_of(http: HttpRequest, county: CountyRef) -> Actor:
    """The insurer's machine that is calling the partners' door; `actor.partner` is the insurer's code.

    Raises `unauthenticated`, `token_not_partner`, `token_other_county`.
    """
    identified = authenticate_request(http)
    if identified is None:
        raise UNAUTHENTICATED.error()
    actor = partner_in(identified, county, request_id_of(http))
    structlog.contextvars.bind_contextvars(county=county.slug, actor=actor.key, partner=actor.partner)
    return actor
