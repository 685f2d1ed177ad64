"""JSON out. Money is whole fen, ids are text, moments carry the market's offset (+08:00)."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

import orjson
from django.http import HttpResponse
from django.utils.http import content_disposition_header

from kernel.clock import SHANGHAI


def dump(value: Any) -> bytes:
    """The value as UTF-8 JSON."""
    return orjson.dumps(value, default=_plain, option=orjson.OPT_PASSTHROUGH_DATETIME)


def as_stored(value: Any) -> Any:
    """The value as it reads after a trip through JSON: what an idempotency record can keep."""
    return orjson.loads(dump(value))


def json_response(value: Any, status: int = 200, *, content_type: str = "application/json") -> HttpResponse:
    return HttpResponse(dump(value), status=status, content_type=content_type)


@dataclass(frozen=True, slots=True)
class Binary:
    """An answer that is a file, offered for saving. `name` is shown to the person who saves it; `sha256`
    is in hex."""

    content: bytes = field(repr=False)
    media_type: str
    name: str
    sha256: str


def file_response(file: Binary) -> HttpResponse:
    """A file to be saved, never shown in our own pages' place: whoever stored it may not have meant well.
    The digest is RFC 9530's."""
    digest = base64.b64encode(bytes.fromhex(file.sha256)).decode()
    name = content_disposition_header(as_attachment=True, filename=file.name) or "attachment"
    return HttpResponse(
        file.content,
        content_type=file.media_type,
        headers={
            "Content-Disposition": name,
            "Repr-Digest": f"sha-256=:{digest}:",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise TypeError("a moment without an offset must not leave the house")
        return value.astimezone(SHANGHAI).isoformat(timespec="milliseconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(f"no JSON for {type(value).__name__}")
