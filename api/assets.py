"""Files that pages of this site load, from the site itself: no CDN, in every mode."""

from __future__ import annotations

import mimetypes
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import http_date, parse_http_date_safe

_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".map": "application/json",
}


def static(request: HttpRequest, name: str) -> HttpResponse:
    """One file out of the installed apps' `static` folders."""
    path = _find(name)
    if path is None:
        raise Http404(name)
    body, changed = _read(path)
    if parse_http_date_safe(request.headers.get("If-Modified-Since", "")) == changed:
        return HttpResponse(status=304)
    suffix = path.suffix.lower()
    kind = _TYPES.get(suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if kind.startswith("text/"):
        kind += "; charset=utf-8"
    response = HttpResponse(body, content_type=kind)
    response["Last-Modified"] = http_date(changed)
    response["Cache-Control"] = "public, max-age=3600"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _find(name: str) -> Path | None:
    if "\x00" in name or name.endswith("/"):
        return None
    try:
        found = finders.find(name)
    except SuspiciousFileOperation:
        return None
    path = Path(found) if isinstance(found, str) else None
    return path if path is not None and path.is_file() else None


@lru_cache(maxsize=64)
def _read(path: Path) -> tuple[bytes, int]:
    return path.read_bytes(), int(path.stat().st_mtime)
