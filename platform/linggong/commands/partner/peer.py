"""The county's side of docs/partners.md, as the conformance check plays it against an insurer's endpoint."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from jwcrypto.common import JWException
from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK

from kernel.clock import SHANGHAI
from kernel.ids import uuid7
from webhooks.signing import sign

LARGEST = 1_000_000
BORN = date(1990, 5, 17)


@dataclass(frozen=True, slots=True)
class Options:
    """What the check is told. Secrets are `whsec_…`; `terms` replaces members of the binds it sends."""

    url: str
    secret: str
    key: JWK
    county: str
    old_secret: str = ""
    events_url: str = ""
    events_secret: str = ""
    door_port: int | None = None
    inbound_secret: str = ""
    client_id: str = "check"
    client_secret: str = "check"  # noqa: S105  # of the check's own door, agreed for one run
    patience_seconds: float = 30.0
    timeout_seconds: float = 10.0
    terms: Mapping[str, Any] = field(default_factory=dict)


def read_key(file: Path) -> JWK:
    """An insurer's public JWK from a file; ValueError when it is none on P-256, or is a private one."""
    try:
        key = JWK.from_json(file.read_text(encoding="utf-8"))
    except (JWException, TypeError, ValueError):
        raise ValueError("the file must hold a JWK") from None
    told = json.loads(key.export(private_key=False)) if key.has_public else {}
    if key.has_private or told.get("crv") != "P-256":
        raise ValueError("the file must hold a public JWK on P-256")
    return key


class NoAnswer(Exception):
    """No HTTP answer within the time, or not one that may be read."""


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def members(self) -> dict[str, Any]:
        """The JSON object in the body; {} when it is none."""
        try:
            told = json.loads(self.body)
        except ValueError:
            return {}
        return told if isinstance(told, dict) else {}

    @property
    def code(self) -> str:
        return str(self.members.get("code", ""))

    def __str__(self) -> str:
        return f"{self.status} {self.code}".strip()


@dataclass(frozen=True, slots=True)
class Message:
    """A signed request as it goes over the wire, so that it can be altered or sent again."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


class Peer:
    """Speaks to one insurer. Every request is signed unless a check says otherwise."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.slowest_seconds = 0.0
        self._http = httpx.Client(
            timeout=options.timeout_seconds,
            follow_redirects=False,
            trust_env=False,
            headers={"Accept-Encoding": "identity", "User-Agent": "linggong-partner-check"},
        )

    def close(self) -> None:
        self._http.close()

    # -- messages ----------------------------------------------------------------------------------------

    def message(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | bytes | None = None,
        *,
        secrets: Sequence[str] = (),
        shift: timedelta = timedelta(),
        message_id: str = "",
    ) -> Message:
        """Signed by `secrets` (the call key when empty), `shift` away from now."""
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        content = raw if method == "POST" else f"{method} {path}".encode()
        headers = sign(
            secrets or [self.options.secret],
            message_id or f"msg_{uuid4().hex}",
            datetime.now(UTC) + shift,
            content,
        )
        if method == "POST":
            headers["content-type"] = "application/json"
        return Message(method, path, headers, raw if method == "POST" else b"")

    def send(self, message: Message, *, base: str = "") -> Reply:
        """The answer, read up to the contract's bound. Raises NoAnswer."""
        address = (base or self.options.url) + message.path
        began = time.monotonic()
        try:
            with self._http.stream(
                message.method, address, content=message.body, headers=dict(message.headers)
            ) as answer:
                body = b""
                for part in answer.iter_bytes():
                    body += part
                    if len(body) > LARGEST:
                        raise NoAnswer(f"{message.method} {message.path}: more than {LARGEST:,} bytes")
                    if time.monotonic() - began > self.options.timeout_seconds:
                        raise NoAnswer(f"{message.method} {message.path}: no end of the answer in time")
                reply = Reply(answer.status_code, dict(answer.headers), body)
        except httpx.TimeoutException:
            seconds = self.options.timeout_seconds
            raise NoAnswer(f"{message.method} {message.path}: no answer in {seconds:g} s") from None
        except httpx.HTTPError as fault:
            raise NoAnswer(f"{message.method} {message.path}: {type(fault).__name__}") from None
        finally:
            self.slowest_seconds = max(self.slowest_seconds, time.monotonic() - began)
        return reply

    def post(self, path: str, body: Mapping[str, Any] | bytes, **signing: Any) -> Reply:
        return self.send(self.message("POST", path, body, **signing))

    def get(self, path: str, **signing: Any) -> Reply:
        return self.send(self.message("GET", path, **signing))

    def event(self, event: Mapping[str, Any], **signing: Any) -> Reply:
        """POSTs to the insurer's endpoint for events, signed with the endpoint's secret."""
        signing = {"secrets": [self.options.events_secret], "message_id": event["id"], **signing}
        return self.send(self.message("POST", "", event, **signing), base=self.options.events_url)

    # -- bodies ------------------------------------------------------------------------------------------

    def insured(self, policy_id: str, *, serial: int = 1, key: JWK | None = None) -> str:
        """A made-up person, encrypted to the insurer's key; another `serial` is another person."""
        to = key or self.options.key
        told = {"policy_id": policy_id, "name": "测试甲", "id_number": invented_id(serial)}
        header = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM", "kid": to.thumbprint()}
        jwe = JWE(json.dumps(told, ensure_ascii=False).encode(), json.dumps(header), recipient=to)
        return str(jwe.serialize(compact=True))

    def bind(self, policy_id: str = "", **changes: Any) -> dict[str, Any]:
        """The body of a bind for tomorrow."""
        policy_id = policy_id or str(uuid7())
        body = {
            "type": "policy.bind",
            "county": self.options.county,
            "policy_id": policy_id,
            "order_id": str(uuid7()),
            "product": "check_job",
            "layer": "top_up",
            "payer": "employer",
            "table_version": 1,
            "level": "standard",
            "trade": "bricklaying",
            "risk_class": 4,
            "heads": 5,
            "on": (datetime.now(SHANGHAI).date() + timedelta(days=1)).isoformat(),
            "days": 1,
            "starts": "at_once",
            "premium_fen": 700,
            "death_disability_cover_fen": 80_000_000,
            "medical_cover_fen": 2_000_000,
            "requested_at": moment(),
            "insured": self.insured(policy_id),
        }
        return {**body, **self.options.terms, **changes}

    def amend(self, policy_id: str, **changes: Any) -> dict[str, Any]:
        bind = self.bind(policy_id)
        body = {
            "type": "policy.amend",
            "county": bind["county"],
            "policy_id": policy_id,
            "amendment_id": str(uuid7()),
            "change": "day_added",
            "days": bind["days"] + 1,
            "premium_fen": bind["premium_fen"] * 2,
        }
        return {**body, **changes}

    def cancel(self, policy_id: str, **changes: Any) -> dict[str, Any]:
        body = {"type": "policy.cancel", "county": self.options.county, "policy_id": policy_id}
        return {**body, "reason": "order_cancelled", **changes}

    def told(self, policy_id: str, kind: str, sequence: int) -> dict[str, Any]:
        """One of our events about a policy."""
        return {
            "id": str(uuid7()),
            "type": f"cn.linggong.policy.{kind}.v1",
            "source": f"/{self.options.county}",
            "subject": policy_id,
            "sequence": sequence,
            "time": moment(),
            "data": {"policy_id": policy_id, "state": kind},
        }


def moment() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def invented_id(serial: int) -> str:
    """An ID number of nobody with a valid check digit (GB 11643), born 17 May 1990."""
    digits = f"350428{BORN:%Y%m%d}{serial:03d}"
    weights = [2 ** (17 - place) % 11 for place in range(17)]
    rest = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11
    return digits + "10X98765432"[rest]
