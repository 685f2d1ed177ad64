"""A person at the login's own HTTP surface."""

from __future__ import annotations

import itertools
import json
import random
import time
from typing import Any

from django.test import Client

from kernel.actor import SYSTEM
from kernel.clock import real_now
from tenants.contracts import CountyRef
from tenants.identity.contracts import StaffCreated
from tenants.identity.totp import totp_code
from tenants.identity.use_cases.create_staff import create_staff

BASE = "/_allauth/app/v1/"
_serial = itertools.count(random.randrange(10_000_000))


def new_phone() -> str:
    """A mobile number nobody else in this run has."""
    return f"+86138{next(_serial) % 100_000_000:08d}"


def call(
    method: str, path: str, body: Any = None, *, token: str | None = None, raw: bytes | None = None
) -> Any:
    """(status, answer) of one call; `token` is the session token."""
    headers = {"X-Session-Token": token} if token else {}
    data = raw if raw is not None else (json.dumps(body).encode() if body is not None else b"")
    response = Client().generic(method, BASE + path, data, content_type="application/json", headers=headers)
    return response.status_code, (json.loads(response.content) if response.content else None)


def last_sms(phone: str) -> dict[str, str]:
    response = Client().get("/_allauth/sandbox/sms", {"phone": phone})
    assert response.status_code == 200
    return dict(response.json()["data"][0])


def sign_up(phone: str) -> str:
    """Signs up with phone and code; returns the session token."""
    status, answer = call("POST", "auth/signup", {"phone": phone})
    assert status == 401, answer
    token = answer["meta"]["session_token"]
    status, answer = call("POST", "auth/phone/verify", {"code": last_sms(phone)["code"]}, token=token)
    assert status == 200, answer
    return str(answer["meta"].get("session_token", token))


def log_in(phone: str, *, totp_secret: str | None = None, steps: int = 0) -> str:
    """Logs in with a code, and TOTP where the login has it; returns the session token. A one-time
    password works once, so a second login within its window takes the next one: `steps=1`."""
    status, answer = call("POST", "auth/code/request", {"phone": phone})
    assert status == 401, answer
    token = answer["meta"]["session_token"]
    status, answer = call("POST", "auth/code/confirm", {"code": last_sms(phone)["code"]}, token=token)
    token = str(answer["meta"].get("session_token", token))
    if totp_secret is not None:
        assert status == 401, answer
        code = totp_code(totp_secret, at=time.time() + 30 * steps)
        status, answer = call("POST", "auth/2fa/authenticate", {"code": code}, token=token)
        token = str(answer["meta"].get("session_token", token))
    assert status == 200, answer
    return token


def staff(role: str, county: CountyRef | None) -> tuple[str, StaffCreated]:
    """A new staff member with TOTP; returns the phone and what the administrator hands over."""
    phone = new_phone()
    return phone, create_staff(actor=SYSTEM, phone=phone, role=role, county=county, now=real_now())
