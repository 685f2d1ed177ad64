"""Logging in on this site's own pages: a cookie that scripts cannot read, and the CSRF token."""

from __future__ import annotations

import json

import pytest
from django.conf import settings
from django.test import Client, RequestFactory

from kernel.errors import DomainError
from tenants.identity.authenticate import authenticate_request
from tenants.identity.sessions import SessionStore
from tenants.identity.totp import totp_code
from tests.identity.helpers import last_sms, new_phone, sign_up, staff

pytestmark = pytest.mark.usefixtures("counties")
BASE = "/_allauth/browser/v1/auth/"


class Browser:
    """A client that checks CSRF as a browser would meet it."""

    def __init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.client.get(BASE + "session")  # hands out the token

    def send(self, method: str, step: str, body=None, *, csrf=True):
        token = self.client.cookies[settings.CSRF_COOKIE_NAME].value if csrf else ""
        response = self.client.generic(
            method,
            BASE + step,
            b"" if body is None else json.dumps(body).encode(),
            content_type="application/json",
            headers={"X-CSRFToken": token},
        )
        return response.status_code, response

    def sign_in(self, phone: str, secret: str | None = None) -> int:
        assert self.send("POST", "code/request", {"phone": phone})[0] == 401
        status, _ = self.send("POST", "code/confirm", {"code": last_sms(phone)["code"]})
        if secret is not None:
            assert status == 401
            status, _ = self.send("POST", "2fa/authenticate", {"code": totp_code(secret)})
        return status

    @property
    def cookie(self):
        return self.client.cookies[settings.SESSION_COOKIE_NAME]


def request_of(browser: Browser, method: str = "GET"):
    request = RequestFactory().generic(method, "/graphql/")
    request.COOKIES[settings.SESSION_COOKIE_NAME] = browser.cookie.value
    request.session = SessionStore(browser.cookie.value)
    return request


def test_staff_sign_in_with_a_cookie_and_are_known_by_it():
    phone, made = staff("city_admin", None)
    browser = Browser()
    assert browser.sign_in(phone, made.totp_secret) == 200
    assert browser.cookie["httponly"]
    assert browser.cookie["samesite"] == "Lax"
    known = authenticate_request(request_of(browser))
    assert known is not None
    assert known.mfa
    with pytest.raises(DomainError, match=r"^csrf_failed"):
        authenticate_request(request_of(browser, "POST"))
    assert browser.client.get(BASE + "session").json()["data"]["user"]["phone"].startswith("138****")


def test_no_session_token_is_told_to_scripts():
    phone, made = staff("city_analyst", None)
    browser = Browser()
    browser.sign_in(phone, made.totp_secret)
    body = browser.client.get(BASE + "session").content.decode()
    assert "session_token" not in body
    assert browser.cookie.value not in body


def test_the_cookie_changes_when_somebody_signs_in():
    """Or a cookie planted beforehand would become a session."""
    phone = new_phone()
    sign_up(phone)
    browser = Browser()
    browser.send("POST", "code/request", {"phone": phone})
    before = browser.cookie.value
    browser.send("POST", "code/confirm", {"code": last_sms(phone)["code"]})
    assert browser.cookie.value != before


@pytest.mark.parametrize(
    ("method", "step", "body"),
    [
        ("POST", "code/request", {"phone": "13800138000"}),
        ("POST", "code/confirm", {"code": "123456"}),
        ("POST", "2fa/authenticate", {"code": "123456"}),
        ("DELETE", "session", None),
    ],
)
def test_without_the_csrf_token_nothing_is_done(method, step, body):
    assert Browser().send(method, step, body, csrf=False)[0] == 403


def test_signing_out_ends_the_session():
    phone, made = staff("city_admin", None)
    browser = Browser()
    browser.sign_in(phone, made.totp_secret)
    request = request_of(browser)
    assert browser.send("DELETE", "session")[0] == 401
    request.session = SessionStore(request.COOKIES[settings.SESSION_COOKIE_NAME])
    assert authenticate_request(request) is None


@pytest.mark.parametrize(
    ("raw", "code"),
    [(b"[" * 10_000, "json_too_deep"), (b'{"phone": "1", "phone": "2"}', "json_duplicate_key")],
)
def test_bad_json_is_refused_here_too(raw, code):
    browser = Browser()
    token = browser.client.cookies[settings.CSRF_COOKIE_NAME].value
    response = browser.client.generic(
        "POST", BASE + "code/request", raw, content_type="application/json", headers={"X-CSRFToken": token}
    )
    assert (response.status_code, response.json()["errors"][0]["code"]) == (400, code)


@pytest.mark.parametrize("path", ["signup", "login", "password/request", "phone/verify"])
def test_only_staff_log_in_here_nobody_signs_up(path):
    assert Browser().send("POST", path, {})[0] == 404
