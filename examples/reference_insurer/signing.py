"""Signatures of Standard Webhooks, symmetric, as docs/partners.md section 3 tells. Standard library only."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping

TOLERANCE_SECONDS = 300


class Unsigned(Exception):
    """The message must not be believed; `code` is the contract's error code."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


def secret_bytes(secret: str) -> bytes:
    """The key inside `whsec_…`; ValueError when it is not one."""
    if not secret.startswith("whsec_"):
        raise ValueError("a secret begins with whsec_")
    return base64.b64decode(secret.removeprefix("whsec_"), validate=True)


def signature(secret: str, message_id: str, timestamp: int, content: bytes) -> str:
    signed = f"{message_id}.{timestamp}.".encode() + content
    digest = hmac.new(secret_bytes(secret), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def sign(secrets: Iterable[str], message_id: str, timestamp: int, content: bytes) -> dict[str, str]:
    """The three headers, one signature for each live secret."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(
            signature(secret, message_id, timestamp, content) for secret in secrets
        ),
    }


def verify(secrets: Iterable[str], headers: Mapping[str, str], content: bytes, *, now: float) -> str:
    """The message's id. Raises Unsigned: `signature_missing`, `message_expired`, `signature_invalid`."""
    message_id, sent_at, given = (
        headers.get(name, "") for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
    )
    if not (message_id and sent_at and given):
        raise Unsigned("signature_missing", "webhook-id, webhook-timestamp and webhook-signature are needed")
    if not (sent_at.isascii() and sent_at.isdigit() and len(sent_at) <= 12):
        raise Unsigned("signature_invalid", "webhook-timestamp must be whole seconds")
    if abs(now - int(sent_at)) > TOLERANCE_SECONDS:
        raise Unsigned("message_expired", "webhook-timestamp is more than 5 minutes off")
    offered = [_decoded(part) for part in given.split(" ") if part.startswith("v1,")]
    matched = False
    for secret in secrets:  # all of them, whatever was found before: time must tell nothing
        expected = _decoded(signature(secret, message_id, int(sent_at), content))
        for one in offered:
            matched |= hmac.compare_digest(expected, one)
    if not matched:
        raise Unsigned("signature_invalid", "no signature matches a live key")
    return message_id


def _decoded(part: str) -> bytes:
    try:
        return base64.b64decode(part.removeprefix("v1,"), validate=True)
    except (binascii.Error, ValueError):
        return b""
