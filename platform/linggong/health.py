"""`/livez`: this process answers. `/readyz`: it can do its work now."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.conf import settings
from django.db import connections
from django.http import HttpRequest, JsonResponse
from redis import Redis

from kernel.crypto import check_fingerprint
from tenants import directory
from tenants.county import run_in_county
from tenants.models import SiteFact

log = structlog.get_logger(__name__)


def livez(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """200 with each part `ok`, or 503 naming the parts that fail. Details go to the log only."""
    parts = {name: _works(name, check) for name, check in _CHECKS.items()}
    ready = all(state == "ok" for state in parts.values())
    return JsonResponse(
        {"status": "ok" if ready else "unavailable", "parts": parts}, status=200 if ready else 503
    )


def _works(name: str, check: Callable[[], object]) -> str:
    try:
        check()
    except Exception:
        log.exception("not ready", part=name)
        return "failing"
    return "ok"


def _login(alias: str) -> Callable[[], None]:
    def ask() -> None:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT 1")

    return ask


def _county() -> None:
    counties = directory.all_counties(sandbox=True)
    with run_in_county(counties[0]), connections["default"].cursor() as cursor:
        cursor.execute("SELECT 1")


def _cache() -> None:
    with Redis.from_url(settings.LINGGONG_CACHE_URL, socket_timeout=2, socket_connect_timeout=2) as bell:
        bell.ping()


def _keys() -> None:
    check_fingerprint(SiteFact.objects.values_list("value", flat=True).get(name="key_fingerprint"))


_CHECKS: dict[str, Callable[[], object]] = {
    "city": _login("city"),
    "identity": _login("identity"),
    "county": _county,
    "cache": _cache,
    "keys": _keys,
}
