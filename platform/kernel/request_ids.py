"""One id a request, on its log lines, its audit rows and its answer."""

from __future__ import annotations

import re
import uuid
from typing import Final

from django.http import HttpRequest

HEADER: Final = "X-Request-ID"
_META: Final = "linggong.request_id"  # callers set none of these: what they send begins with HTTP_
_WELL_FORMED: Final = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")


def request_id_of(request: HttpRequest) -> str:
    """The request's id, the same however often it is asked for: the caller's own (`X-Request-ID`) when it
    is short and plain, else a new one."""
    known = request.META.get(_META)
    if isinstance(known, str):
        return known
    given = request.headers.get(HEADER, "")
    chosen = given if _WELL_FORMED.match(given) else uuid.uuid4().hex
    request.META[_META] = chosen
    return chosen
