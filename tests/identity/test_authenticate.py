"""From a request to an actor: sessions, cookies, tokens, and what each may do where."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client, RequestFactory
from oauth2_provider.models import AccessToken, Application

from kernel.actor import SYSTEM, Channel
from kernel.clock import real_now
from kernel.errors import DomainError
from tenants.identity.authenticate import actor_in, actor_in_city, authenticate_request
from tenants.identity.contracts import Identified
from tenants.identity.models import User
from tenants.identity.phones import phone_index
from tenants.identity.sessions import SessionStore
from tenants.identity.use_cases.create_api_client import create_api_client
from tenants.identity.use_cases.grant_role import grant_role
from tenants.identity.use_cases.revoke_api_client import revoke_api_client
from tenants.identity.use_cases.revoke_role import revoke_role
from tests.identity.helpers import log_in, new_phone, sign_up, staff

pytestmark = pytest.mark.usefixtures("counties")


def refused(code):
    return pytest.raises(DomainError, match=f"^{code}")


def request_with(method="GET", *, token=None, bearer=None, cookie=None):
    headers = {}
    if token is not None:
        headers["X-Session-Token"] = token
    if bearer is not None:
        headers["Authorization"] = f"Bearer {bearer}"
    request = RequestFactory(headers=headers).generic(method, "/jiangle/api/v1/me")
    request.session = SessionStore(cookie)
    if cookie is not None:
        request.COOKIES[settings.SESSION_COOKIE_NAME] = cookie
    return request


def identify(token) -> Identified:
    found = authenticate_request(request_with(token=token))
    assert found is not None
    return found


def user_id(phone):
    return User.objects.get(phone_index=phone_index(phone)).id


def client_token(made, **form):
    """The answer of the token endpoint to client credentials."""
    basic = b64encode(f"{made.client_id}:{made.secret}".encode()).decode()
    return Client().post(
        "/o/token/", {"grant_type": "client_credentials", **form}, headers={"Authorization": f"Basic {basic}"}
    )


def test_a_session_token_tells_who_it_is_in_two_queries(django_assert_num_queries):
    phone = new_phone()
    token = sign_up(phone)
    with django_assert_num_queries(2, using="identity"):
        found = authenticate_request(request_with(token=token))
    assert found == Identified(user_id=user_id(phone), client_id=None, county_id=None, mfa=False)


@pytest.mark.parametrize("token", ["", "x", "a" * 32, "\x00" * 32, "'; --", "a" * 10_000])
def test_what_is_no_credential_is_nobody(token):
    assert authenticate_request(request_with(token=token)) is None
    assert authenticate_request(request_with(bearer=token)) is None
    assert authenticate_request(request_with(cookie=token)) is None
    assert authenticate_request(request_with()) is None


def test_a_login_that_was_not_finished_is_nobody():
    from tests.identity.helpers import call

    _, answer = call("POST", "auth/signup", {"phone": new_phone()})
    assert authenticate_request(request_with(token=answer["meta"]["session_token"])) is None


def test_an_inactive_login_is_nobody():
    phone = new_phone()
    token = sign_up(phone)
    User.objects.filter(id=user_id(phone)).update(is_active=False)
    assert authenticate_request(request_with(token=token)) is None


def test_a_browser_session_needs_a_csrf_token_to_change_anything():
    token = sign_up(new_phone())
    assert authenticate_request(request_with(cookie=token)) == identify(token)
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        with refused("csrf_failed"):
            authenticate_request(request_with(method, cookie=token))
    request = request_with("POST", cookie=token)
    secret = "a" * 32
    request.COOKIES[settings.CSRF_COOKIE_NAME] = secret
    request.META["HTTP_X_CSRFTOKEN"] = secret
    assert authenticate_request(request) == identify(token)
    assert authenticate_request(request_with("POST", token=token)) == identify(token)


def test_roles_are_per_county_and_checked_on_each_request(counties, django_assert_num_queries):
    phone = new_phone()
    found = identify(sign_up(phone))
    assert found.user_id is not None
    jiangle, youxi = counties["jiangle"], counties["youxi"]
    assert actor_in(found, jiangle, Channel.APP).scopes == frozenset()
    grant_role(actor=SYSTEM, user_id=found.user_id, role="worker", county=jiangle, now=real_now())
    grant_role(actor=SYSTEM, user_id=found.user_id, role="employer_owner", county=jiangle, now=real_now())
    with django_assert_num_queries(1, using="identity"):
        actor = actor_in(found, jiangle, Channel.HALL, "r-1")
    assert actor.roles == {"worker", "employer_owner"}
    assert actor.has("orders:grab")
    assert actor.has("orders:publish")
    assert (actor.key, actor.channel, actor.request_id) == (f"user:{found.user_id}", Channel.HALL, "r-1")
    assert actor_in(found, youxi, Channel.APP).roles == frozenset()
    assert actor_in_city(found, Channel.APP).roles == frozenset()
    revoke_role(actor=SYSTEM, user_id=found.user_id, role="worker", county=jiangle, now=real_now())
    assert actor_in(found, jiangle, Channel.APP).roles == {"employer_owner"}


def test_staff_scopes_count_only_after_totp(counties):
    jiangle = counties["jiangle"]
    phone, made = staff("hall_operator", jiangle)
    grant_role(actor=SYSTEM, user_id=made.user_id, role="worker", county=jiangle, now=real_now())
    without = Identified(user_id=made.user_id, client_id=None, county_id=None, mfa=False, staff=True)
    actor = actor_in(without, jiangle, Channel.HALL)
    assert actor.roles == {"worker"}
    assert not actor.has("act_for")
    actor.require("orders:grab")
    with refused("totp_required"):
        actor.require("act_for")
    with refused("forbidden"):
        actor.require("policy:write")
    found = identify(log_in(phone, totp_secret=made.totp_secret))
    assert found.mfa
    assert found.staff
    actor = actor_in(found, jiangle, Channel.HALL)
    actor.require("act_for")
    assert actor.roles == {"worker", "hall_operator"}


def test_city_roles_count_in_the_city_only(counties):
    phone, made = staff("city_admin", None)
    found = identify(log_in(phone, totp_secret=made.totp_secret))
    actor_in_city(found, Channel.APP).require("city:drill")
    assert actor_in(found, counties["jiangle"], Channel.APP).scopes == frozenset()


def test_a_machine_gets_a_token_bound_to_its_county(counties, django_assert_num_queries):
    jiangle = counties["jiangle"]
    made = create_api_client(
        actor=SYSTEM, county=jiangle, name="县大厅", scopes=["orders:read", "orders:feed"], now=real_now()
    )
    answer = client_token(made)
    assert answer.status_code == 200, answer.content
    token = answer.json()["access_token"]
    assert answer.json()["expires_in"] == 3600
    with django_assert_num_queries(1, using="identity"):
        found = authenticate_request(request_with(bearer=token))
    assert found is not None
    assert (found.user_id, found.client_id, found.county_id) == (None, made.client_id, jiangle.id)
    with django_assert_num_queries(0, using="identity"):
        actor = actor_in(found, jiangle, Channel.API)
    assert actor.key == f"client:{made.client_id}"
    assert actor.scopes == {"orders:read", "orders:feed"}
    for elsewhere in (
        lambda: actor_in(found, counties["youxi"], Channel.API),
        lambda: actor_in_city(found, Channel.API),
    ):
        with refused("token_other_county"):
            elsewhere()
    narrow = client_token(made, scope="orders:read").json()["access_token"]
    found = authenticate_request(request_with(bearer=narrow))
    assert found is not None
    assert found.scopes == {"orders:read"}
    assert client_token(made, scope="roles:grant").status_code == 400


def test_tokens_and_secrets_are_stored_as_hashes_and_end(counties):
    made = create_api_client(
        actor=SYSTEM, county=counties["jiangle"], name="x", scopes=["orders:read"], now=real_now()
    )
    token = client_token(made).json()["access_token"]
    row = AccessToken.objects.get(application__client_id=made.client_id)
    assert row.token == ""
    assert made.secret not in Application.objects.get(client_id=made.client_id).client_secret
    assert authenticate_request(request_with(bearer=token)) is not None
    AccessToken.objects.filter(pk=row.pk).update(expires=real_now() - timedelta(seconds=1))
    assert authenticate_request(request_with(bearer=token)) is None
    fresh = client_token(made).json()["access_token"]
    revoke_api_client(actor=SYSTEM, county=counties["jiangle"], client_id=made.client_id, now=real_now())
    assert authenticate_request(request_with(bearer=fresh)) is None
    assert client_token(made).status_code == 401


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"grant_type": "client_credentials"},
        {"grant_type": "client_credentials", "client_id": "a\x00b", "client_secret": "c"},
        {"grant_type": "client_credentials", "client_id": "no", "client_secret": "no"},
        {"grant_type": "password", "username": "a", "password": "b", "client_id": "no"},
        {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": "x", "client_id": "x"},
        {"grant_type": "refresh_token", "refresh_token": "x"},
        {"grant_type": "\ud83d".encode("utf-8", "surrogatepass").decode("latin-1")},
    ],
)
def test_the_token_endpoint_refuses_what_it_does_not_know(form):
    response = Client().post("/o/token/", form)
    assert 400 <= response.status_code < 500
    assert "error" in response.json()


def test_a_machine_of_another_grant_type_is_bound_to_nothing():
    app = Application.objects.create(
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        client_secret="s" * 40,
    )
    assert app.pk
    unbound = AccessToken(application=app, expires=real_now() + timedelta(hours=1), scope="*")
    unbound.token = "t" * 30
    unbound.save()
    assert authenticate_request(request_with(bearer="t" * 30)) is None
