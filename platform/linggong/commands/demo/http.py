"""A person at the public API: logs in with phone and code, then calls. Every call is real HTTP."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
from rich.markup import escape

Body = dict[str, Any]


def totp_code(secret: str) -> str:
    """What an authenticator app shows now (RFC 6238, SHA-1, six digits, 30 s). Written out here because
    the player is an outsider and loads none of the site's code."""
    message = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), message, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


class Refused(Exception):
    """The site said no; `code` is the problem's stable code."""

    def __init__(self, status: int, body: Any, asked: str) -> None:
        self.status = status
        self.body: Body = body if isinstance(body, dict) else {}
        self.code = str(self.body.get("code", status))
        told = self.body.get("detail") or self.body.get("errors") or ""
        super().__init__(f"{status} {self.code} {told} {self.body.get('field', '')} ({asked})")


@dataclass(frozen=True, slots=True)
class Told:
    """One call as the story shows it."""

    method: str
    address: str
    status: int


class Wire:
    """One connection pool to the site; counts calls. Safe between threads."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.calls = 0
        self._lock = threading.Lock()
        limits = httpx.Limits(max_connections=48, max_keepalive_connections=48, keepalive_expiry=15)
        # A connection that the server closed while idle is tried once more by the transport.
        self._client = httpx.Client(
            base_url=address, timeout=60, transport=httpx.HTTPTransport(retries=2, limits=limits)
        )

    def send(
        self, method: str, path: str, body: Body | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        with self._lock:
            self.calls += 1
        return self._client.request(method, path, json=body, headers=dict(headers or {}))

    def close(self) -> None:
        self._client.close()


class Person:
    """A login at one county's API. Verbs that change something carry an Idempotency-Key."""

    def __init__(
        self, wire: Wire, county: str, token: str, tell: Callable[[Told], None] | None = None
    ) -> None:
        self.wire, self.county, self.token, self.tell = wire, county, token, tell

    def get(self, path: str) -> Any:
        return self._call("GET", path, None, None)

    def post(self, path: str, body: Body | None = None, *, keyed: bool = True) -> Any:
        return self._call("POST", path, body or {}, str(uuid4()) if keyed else None)

    def put(self, path: str, body: Body) -> Any:
        return self._call("PUT", path, body, None)

    def _call(self, method: str, path: str, body: Body | None, key: str | None) -> Any:
        headers = {"X-Session-Token": self.token, "Accept-Language": "en"}
        if key is not None:
            headers["Idempotency-Key"] = key
        address = f"/{self.county}/api/v1/{path}"
        answer = self.wire.send(method, address, body, headers)
        if self.tell:
            self.tell(Told(method, self.wire.address + address, answer.status_code))
        if answer.status_code >= 400:
            raise Refused(answer.status_code, _json(answer), f"{method} {address}")
        return _json(answer)


def sign_up(wire: Wire, phone: str) -> str:
    """A new login by phone and code; returns the session token."""
    answer = _auth(wire, "auth/signup", {"phone": phone}, None, 401)
    token = answer["meta"]["session_token"]
    answer = _auth(wire, "auth/phone/verify", {"code": _code(wire, phone)}, token, 200)
    return str(answer["meta"].get("session_token", token))


def log_in(wire: Wire, phone: str, totp_secret: str = "") -> str:
    """Logs a known login in by code, and by one-time password where a secret is given."""
    answer = _auth(wire, "auth/code/request", {"phone": phone}, None, 401)
    token = answer["meta"]["session_token"]
    expected = 401 if totp_secret else 200
    answer = _auth(wire, "auth/code/confirm", {"code": _code(wire, phone)}, token, expected)
    token = str(answer["meta"].get("session_token", token))
    if totp_secret:
        answer = _auth(wire, "auth/2fa/authenticate", {"code": totp_code(totp_secret)}, token, 200)
        token = str(answer["meta"].get("session_token", token))
    return token


def set_clock(wire: Wire, moment: str) -> None:
    """Moves the market's time (ISO 8601 with offset), which only a sandbox allows."""
    answer = wire.send("POST", "/sandbox/api/v1/sandbox/clock", {"moment": moment})
    if answer.status_code != 200:
        raise Refused(answer.status_code, _json(answer), "the clock")


def ask_graphql(wire: Wire, token: str, query: str, variables: Body) -> Body:
    answer = wire.send(
        "POST", "/graphql/", {"query": query, "variables": variables}, {"X-Session-Token": token}
    )
    body = _json(answer)
    if answer.status_code != 200 or body.get("errors"):
        raise Refused(answer.status_code, body, "GraphQL")
    data: Body = body["data"]
    return data


def _code(wire: Wire, phone: str) -> str:
    answer = wire.send("POST", "/sandbox/api/v1/sandbox/sms", {"phone": phone})
    return str(_json(answer)["items"][0]["code"])


def _auth(wire: Wire, path: str, body: Body, token: str | None, expected: int) -> Body:
    headers = {"X-Session-Token": token} if token else {}
    answer = wire.send("POST", f"/_allauth/app/v1/{path}", body, headers)
    if answer.status_code != expected:
        raise Refused(answer.status_code, _json(answer), path)
    read: Body = _json(answer)
    return read


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return {"code": "not_json", "detail": escape(answer.text[:200])}
