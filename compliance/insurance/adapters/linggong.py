"""Our own contract, version 1 (docs/partners.md), over HTTP."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from compliance.insurance.port import (
    AmendRequest,
    BindAnswer,
    BindRequest,
    CancelAnswer,
    CancelRequest,
    Decision,
    InsurerUnavailable,
    Link,
    UnknownToInsurer,
)
from egress.client import Answer, request
from egress.errors import EgressFailed, EgressRefused
from kernel.clock import real_now
from kernel.errors import DomainError
from kernel.ids import uuid7
from kernel.strict_json import loads
from webhooks.signing import sign

TIMEOUT_SECONDS = 10.0
MAX_BYTES = 1_000_000
CONTRACT = "1"


class LinggongInsurer:
    """An insurer that serves the contract below its `base_url`."""

    wants_person = True

    def __init__(self, link: Link) -> None:
        self.link = link

    def bind(self, request: BindRequest) -> BindAnswer:
        return _answer(self._post("/policies", _terms(request)), request.policy_id, self._fetch)

    def poll(self, policy_id: UUID) -> BindAnswer:
        answer = self._call("GET", f"/policies/{policy_id}", b"")
        if answer.status == 404 and _body(answer).get("code") == "policy_unknown":
            raise UnknownToInsurer
        return _answer(_good(answer), policy_id, self._fetch)

    def amend(self, request: AmendRequest) -> BindAnswer:
        body = {
            "type": "policy.amend",
            "county": request.county,
            "policy_id": str(request.policy_id),
            "amendment_id": str(request.amendment_id),
            "change": str(request.change),
            "days": request.days,
            "premium_fen": request.premium_fen,
            **({"insured": request.insured_jwe} if request.insured_jwe else {}),
        }
        found = self._post(f"/policies/{request.policy_id}/amend", body)
        return _answer(found, request.policy_id, self._fetch)

    def cancel(self, request: CancelRequest) -> CancelAnswer:
        body = {
            "type": "policy.cancel",
            "county": request.county,
            "policy_id": str(request.policy_id),
            "reason": request.reason,
        }
        found = self._post(f"/policies/{request.policy_id}/cancel", body)
        refund = found.get("refund_fen")
        if found.get("state") != "cancelled" or type(refund) is not int or refund < 0:
            raise InsurerUnavailable("the answer to a cancellation is not one")
        return CancelAnswer(refund_fen=refund)

    def ping(self) -> None:
        if str(_good(self._call("GET", "/ping", b"")).get("contract")) != CONTRACT:
            raise InsurerUnavailable("the insurer speaks another version of the contract")

    def _fetch(self, policy_id: UUID) -> bytes:
        answer = self._call("GET", f"/policies/{policy_id}/certificate", b"")
        if answer.status != 200:
            raise InsurerUnavailable(f"the certificate was answered with {answer.status}")
        return answer.body

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return _good(self._call("POST", path, json.dumps(body, separators=(",", ":")).encode()))

    def _call(self, method: str, path: str, body: bytes) -> Answer:
        if not self.link.secrets:
            raise InsurerUnavailable("no call key has been issued for this insurer")
        signed = body if method == "POST" else f"{method} {path}".encode()
        headers = sign(self.link.secrets, f"msg_{uuid7().hex}", real_now(), signed)
        if body:
            headers["Content-Type"] = "application/json"
        try:
            return request(
                method,
                self.link.base_url.rstrip("/") + path,
                headers=headers,
                body=body,
                timeout_seconds=TIMEOUT_SECONDS,
                max_bytes=MAX_BYTES,
            )
        except (EgressRefused, EgressFailed) as fault:
            raise InsurerUnavailable(fault.reason) from None


def _terms(request: BindRequest) -> dict[str, Any]:
    moment = request.requested_at.astimezone(UTC).isoformat(timespec="seconds")
    return {
        "type": "policy.bind",
        "county": request.county,
        "policy_id": str(request.policy_id),
        "order_id": str(request.order_id),
        "product": request.product,
        "layer": str(request.layer),
        "payer": str(request.payer),
        "table_version": request.table_version,
        "level": request.level,
        "trade": request.trade,
        "risk_class": request.risk_class,
        "heads": request.heads,
        "on": request.on.isoformat(),
        "days": request.days,
        "starts": str(request.starts),
        "premium_fen": request.premium_fen,
        "death_disability_cover_fen": request.death_disability_cover_fen,
        "medical_cover_fen": request.medical_cover_fen,
        "requested_at": moment.replace("+00:00", "Z"),
        "insured": request.insured_jwe,
    }


def _good(answer: Answer) -> dict[str, Any]:
    """The body of a 200 or 202; anything else means that nothing is known."""
    body = _body(answer)
    if answer.status not in (200, 201, 202):
        code = body.get("code")
        told = f" ({code[:40]})" if isinstance(code, str) else ""
        raise InsurerUnavailable(f"answered with {answer.status}{told}")
    return body


def _body(answer: Answer) -> dict[str, Any]:
    try:
        found = loads(answer.body)
    except DomainError:
        raise InsurerUnavailable(f"answered with {answer.status} and no JSON") from None
    if not isinstance(found, dict):
        raise InsurerUnavailable("the answer is no JSON object")
    return found


def _answer(body: dict[str, Any], policy_id: UUID, fetch: Any) -> BindAnswer:
    """The answer object in the port's words; what does not fit counts as no answer."""
    try:
        state = Decision(str(body.get("state")))
        if body.get("policy_id") != str(policy_id):
            raise ValueError("it is about another policy")
        if state is not Decision.ISSUED:
            return BindAnswer(state, reason=_text(body, "reason"), refund_fen=_whole(body, "refund_fen"))
        given = body.get("certificate")
        return BindAnswer(
            state,
            certificate_number=_text(body, "certificate_number"),
            certificate_sha256=_text(body, "certificate_sha256"),
            certificate=base64.b64decode(given, validate=True) if given is not None else fetch(policy_id),
            premium_fen=_whole(body, "premium_fen"),
            covers_from=_moment(body.get("covers_from")),
        )
    except (ValueError, TypeError, binascii.Error) as fault:
        raise InsurerUnavailable(f"the answer does not fit the contract: {fault}"[:200]) from None


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name, "")
    if not isinstance(value, str) or len(value) > 200:
        raise ValueError(f"{name} is no text")
    return value


def _whole(body: dict[str, Any], name: str) -> int:
    value = body.get(name, 0)
    if type(value) is not int or not 0 <= value <= 10**11:
        raise ValueError(f"{name} is no amount")
    return value


def _moment(value: object) -> datetime | None:
    if value is None:
        return None
    found = datetime.fromisoformat(str(value))
    if found.tzinfo is None:
        raise ValueError("covers_from names no zone")
    return found
