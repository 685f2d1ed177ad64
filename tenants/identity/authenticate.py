"""From a request to an actor: who sent it, and what that identity may do in one county.

Two steps, because authentication ends before the county's transaction starts. Queries, all on the
`identity` login: `authenticate_request` two for a person (session, user) and one for a machine;
`actor_in` and `actor_in_city` one for a person and none for a machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from oauth2_provider.models import AccessToken

from kernel.actor import Actor, Channel
from kernel.clock import real_now
from tenants.contracts import CountyRef
from tenants.identity.contracts import Identified, LockedActor
from tenants.identity.errors import (
    CSRF_FAILED,
    TOKEN_NOT_PARTNER,
    TOKEN_OF_PARTNER,
    TOKEN_OTHER_COUNTY,
)
from tenants.identity.models import Membership, User
from tenants.identity.sessions import load_session, passed_totp

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def authenticate_request(request: HttpRequest) -> Identified | None:
    """Who sent the request, or None when it carries no credential that holds.

    Looked at in this order, and the first one present decides: `Authorization: Bearer` (OAuth token
    of a machine client), `X-Session-Token` (a person's app session), the browser's session cookie.
    Raises `csrf_failed` for a cookie on an unsafe method without a CSRF token.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return _client_of(token.strip())
    session_token = request.headers.get("X-Session-Token")
    if session_token is not None:
        session = load_session(session_token)
        return _person_of(session) if session else None
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        person = _person_of(request.session)
        if person is not None and request.method not in _SAFE:
            _check_csrf(request)
        return person
    return None


def actor_in(identified: Identified, county: CountyRef, channel: Channel, request_id: str = "") -> Actor:
    """The identity as this county sees it.

    Scopes of staff roles count only when the session passed TOTP; until then they are withheld and
    asking for one raises `totp_required`. Raises `token_other_county` for another county's machine and
    `token_of_partner` for an insurer's, which has a door of its own.
    """
    if identified.client_id is not None:
        if identified.partner is not None:
            raise TOKEN_OF_PARTNER.error()
        if identified.county_id != county.id:
            raise TOKEN_OTHER_COUNTY.error()
        return _machine(identified, channel, request_id)
    return _person(identified, county.id, channel, request_id)


def partner_in(identified: Identified, county: CountyRef, request_id: str = "") -> Actor:
    """An insurer's machine as this county sees it; `actor.partner` is the insurer's code.

    Raises `token_not_partner` for a person or a county's own machine, `token_other_county`.
    """
    if identified.partner is None:
        raise TOKEN_NOT_PARTNER.error()
    if identified.county_id != county.id:
        raise TOKEN_OTHER_COUNTY.error()
    return _machine(identified, Channel.API, request_id)


def actor_in_city(identified: Identified, channel: Channel, request_id: str = "") -> Actor:
    """The identity as the city sees it: only roles of the whole city count. A machine client is
    always bound to a county and has no rights here."""
    if identified.client_id is not None:
        raise TOKEN_OTHER_COUNTY.error()
    return _person(identified, None, channel, request_id)


def _client_of(token: str) -> Identified | None:
    if not token:
        return None
    checksum = hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
    found = (
        AccessToken.objects.filter(token_checksum=checksum, expires__gt=real_now())
        .values_list(
            "application__client_id",
            "application__binding__county_id",
            "application__binding__scopes",
            "application__binding__partner",
            "scope",
        )
        .first()
    )
    if found is None or found[1] is None:
        return None
    client_id, county_id, bound, partner, asked = found
    return Identified(
        user_id=None,
        client_id=client_id,
        county_id=county_id,
        mfa=False,
        scopes=frozenset(bound.split()) & frozenset(asked.split()),
        partner=partner or None,
    )


def _person_of(session: SessionBase) -> Identified | None:
    carrier = HttpRequest()
    carrier.session = session
    user = get_user(carrier)
    if not isinstance(user, User):
        return None
    return Identified(
        user_id=user.id,
        client_id=None,
        county_id=None,
        mfa=passed_totp(session),
        staff=user.is_staff_member,
    )


def _person(identified: Identified, county_id: UUID | None, channel: Channel, request_id: str) -> Actor:
    assert identified.user_id is not None  # a client has been dealt with
    rows = list(
        Membership.objects.filter(user_id=identified.user_id, county_id=county_id).values_list(
            "role_id", "role__staff", "role__scopes__scope"
        )
    )
    open_to_all = _scopes((scope for _, staff, scope in rows if not staff))
    of_staff = _scopes((scope for _, staff, scope in rows if staff))
    locked = not identified.mfa and any(staff for _, staff, _ in rows)
    roles = frozenset(role for role, staff, _ in rows if not (locked and staff))
    if locked:
        return LockedActor(
            user_id=identified.user_id,
            scopes=open_to_all,
            roles=roles,
            channel=channel,
            request_id=request_id,
            withheld=of_staff - open_to_all,
        )
    return Actor(
        user_id=identified.user_id,
        scopes=open_to_all | of_staff,
        roles=roles,
        channel=channel,
        request_id=request_id,
    )


def _machine(identified: Identified, channel: Channel, request_id: str) -> Actor:
    return Actor(
        user_id=None,
        scopes=identified.scopes,
        roles=frozenset({"client"}),
        channel=channel,
        client_id=identified.client_id,
        request_id=request_id,
        partner=identified.partner,
    )


def _scopes(scopes: Iterable[str | None]) -> frozenset[str]:
    """A role may have no scope at all; the join then gives a null."""
    return frozenset(scope for scope in scopes if scope)


class _Csrf(CsrfViewMiddleware):
    """Django's check, asked for its reason instead of its page."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponse(reason, status=403)


def _no_response(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def _check_csrf(request: HttpRequest) -> None:
    check = _Csrf(_no_response)
    check.process_request(request)
    if check.process_view(request, _no_response, (), {}) is not None:
        raise CSRF_FAILED.error()
