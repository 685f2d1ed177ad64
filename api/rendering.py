"""JSON out. Money is whole fen, ids are text, moments carry the market's offset (+08:00)."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import orjson
from django.http import HttpResponse

from kernel.clock import SHANGHAI


def dump(value: Any) -> bytes:
    """The value as UTF-8 JSON."""
    return orjson.dumps(value, default=_plain, option=orjson.OPT_PASSTHROUGH_DATETIME)


def as_stored(value: Any) -> Any:
    """The value as it reads after a trip through JSON: what an idempotency record can keep."""
    return orjson.loads(dump(value))


def json_response(value: Any, status: int = 200, *, content_type: str = "application/json") -> HttpResponse:
    return HttpResponse(dump(value), status=status, content_type=content_type)


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
