"""Standard Webhooks (standardwebhooks.com, specification 1.0): symmetric signatures over
`id.timestamp.raw body`, several of them while a secret is rotated."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from standardwebhooks import Webhook

from webhooks.errors import MESSAGE_EXPIRED, SIGNATURE_INVALID, SIGNATURE_MISSING

WINDOW: Final = timedelta(minutes=5)
ID: Final = "webhook-id"
TIMESTAMP: Final = "webhook-timestamp"
SIGNATURE: Final = "webhook-signature"
_MESSAGE_ID: Final = re.compile(r"[!-~]{1,100}")
_SECONDS: Final = re.compile(r"[0-9]{1,12}")
_MOST_SIGNATURES: Final = 10


def sign(secrets: Sequence[str], message_id: str, timestamp: datetime, body: bytes) -> dict[str, str]:
    """The three headers for a body, with one signature a secret (`whsec_…`). `timestamp` is real time;
    the body is UTF-8. Raises ValueError without a secret."""
    if not secrets:
        raise ValueError("nothing to sign with")
    content = body.decode("utf-8")
    return {
        ID: message_id,
        TIMESTAMP: str(int(timestamp.timestamp())),
        SIGNATURE: " ".join(_signature(secret, message_id, timestamp, content) for secret in secrets),
    }


def verify(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now_real: datetime) -> str:
    """The message's id when one of its signatures fits one of the live secrets.

    Every signature is compared with every secret, in constant time. Raises `signature_missing`,
    `message_expired` (more than five minutes off, either way), `signature_invalid`.
    """
    given = {name.lower(): value for name, value in headers.items()}
    message_id, seconds, signatures = (given.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE))
    if not (message_id and seconds and signatures):
        raise SIGNATURE_MISSING.error()
    if not _MESSAGE_ID.fullmatch(message_id) or not _SECONDS.fullmatch(seconds):
        raise SIGNATURE_INVALID.error()
    # Compared as seconds: a timestamp past the calendar's end is no date, and must not be an error either.
    if abs(int(seconds) - now_real.timestamp()) > WINDOW.total_seconds():
        raise MESSAGE_EXPIRED.error()
    try:
        content = body.decode("utf-8")
    except UnicodeDecodeError:
        raise SIGNATURE_INVALID.error() from None
    timestamp = datetime.fromtimestamp(int(seconds), tz=UTC)
    candidates = [_mac(text) for text in signatures.split(" ")[:_MOST_SIGNATURES]]
    fits = False
    for secret in secrets:
        expected = _mac(_signature(secret, message_id, timestamp, content))
        assert expected is not None
        for mac in candidates:
            fits |= mac is not None and hmac.compare_digest(expected, mac)
    if not fits:
        raise SIGNATURE_INVALID.error()
    return message_id


def _signature(secret: str, message_id: str, timestamp: datetime, content: str) -> str:
    return Webhook(secret).sign(msg_id=message_id, timestamp=timestamp.astimezone(UTC), data=content)


def _mac(signature: str) -> bytes | None:
    """The bytes of `v1,<base64>`, or None for another version or spelling."""
    version, _, text = signature.partition(",")
    if version != "v1":
        return None
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
