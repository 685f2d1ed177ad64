"""Reads of insurers, kept in the process: they change a few times a year. Cost a request no query."""

from __future__ import annotations

import threading
import time

from tenants.partners.contracts import InsurerChangeView, InsurerView
from tenants.partners.errors import INSURER_SUSPENDED, INSURER_UNKNOWN
from tenants.partners.models import Insurer, InsurerChange
from tenants.partners.store import view

_FRESH_SECONDS = 10.0
_MISS_SECONDS = 1.0

_lock = threading.Lock()
_cached: dict[str, InsurerView] = {}
_read_at = float("-inf")


def insurers() -> dict[str, InsurerView]:
    """All insurers by code, suspended ones among them; at most ten seconds old."""
    return _cached if time.monotonic() - _read_at < _FRESH_SECONDS else _reload(_FRESH_SECONDS)


def insurer(code: str, *, field: str = "insurer") -> InsurerView:
    """The insurer, suspended or not, or `insurer_unknown`. Unknown codes make the map be read again, at
    most once a second however many are asked for."""
    found = insurers().get(code) or _reload(_MISS_SECONDS).get(code)
    if found is None:
        raise INSURER_UNKNOWN.error(field=field, insurer=code[:40])
    return found


def active_insurer(code: str, *, field: str = "insurer") -> InsurerView:
    """The insurer if it takes new business; else `insurer_unknown` or `insurer_suspended`."""
    found = insurer(code, field=field)
    if not found.active:
        raise INSURER_SUSPENDED.error(field=field, insurer=code)
    return found


def insurer_changes(code: str) -> list[InsurerChangeView]:
    """Everything that was ever done to an insurer's row, oldest first."""
    rows = InsurerChange.objects.filter(insurer_id=insurer(code).code).order_by("id")
    return [InsurerChangeView(row.insurer_id, row.act, row.actor, row.detail, row.at) for row in rows]


def forget() -> None:
    """Drops the map, for the process that has just changed it."""
    global _read_at
    with _lock:
        _read_at = float("-inf")


def _reload(older_than: float) -> dict[str, InsurerView]:
    global _cached, _read_at  # swapped whole, so readers need no lock
    with _lock:
        if time.monotonic() - _read_at >= older_than:
            read_at = time.monotonic()
            _cached = {row.code: view(row) for row in Insurer.objects.order_by("code")}
            _read_at = read_at
        return _cached
