"""The cached map of counties: which slug, which host, which schema. Costs a request no query."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from tenants import models
from tenants.contracts import CountyRef
from tenants.errors import COUNTY_UNKNOWN

RESERVED_SEGMENTS = frozenset({"api", "graphql", "partners", "admin", "o", "static", "city"})

_FRESH_SECONDS = 10.0
_MISS_SECONDS = 1.0


@dataclass
class _Map:
    by_slug: dict[str, CountyRef] = field(default_factory=dict)
    by_host: dict[str, CountyRef] = field(default_factory=dict)
    read_at: float = float("-inf")


_lock = threading.Lock()
_map = _Map()


def by_slug(slug: str) -> CountyRef:
    """The county of a path segment, or `county_unknown`."""
    found = _current().by_slug.get(slug) or _after_miss().by_slug.get(slug)
    if found is None:
        raise COUNTY_UNKNOWN.error(field="county")
    return found


def by_host(host: str) -> CountyRef | None:
    """The county whose own host name this is, if any. Most hosts are shared by all counties, so an
    unknown one is no miss."""
    return _current().by_host.get(host.lower())


def by_schema(schema: str) -> CountyRef:
    """The county of a schema name, or `county_unknown`."""
    for ref in _current().by_slug.values():
        if ref.schema_name == schema:
            return ref
    raise COUNTY_UNKNOWN.error(field="county")


def all_counties(*, sandbox: bool = False) -> list[CountyRef]:
    """Every county by code; sandboxes only on request, since figures leave them out."""
    return sorted(
        (ref for ref in _current().by_slug.values() if sandbox or not ref.sandbox), key=lambda ref: ref.code
    )


def forget() -> None:
    """Drops the map, for the process that has just changed it."""
    with _lock:
        _map.read_at = float("-inf")


def _current() -> _Map:
    return _map if time.monotonic() - _map.read_at < _FRESH_SECONDS else _reload(_FRESH_SECONDS)


def _after_miss() -> _Map:
    """Reads again, at most once a second, however many unknown names are asked for."""
    return _reload(_MISS_SECONDS)


def _reload(older_than: float) -> _Map:
    global _map  # swapped whole, so readers need no lock
    with _lock:
        if time.monotonic() - _map.read_at >= older_than:
            _map = _read()
        return _map


def _read() -> _Map:
    read_at = time.monotonic()
    named: dict[object, models.Designation] = {}
    for row in models.Designation.objects.order_by("valid_from"):
        named[row.county_id] = row
    fresh = _Map(read_at=read_at)
    by_id = {}
    for county in models.County.objects.all():
        name = named[county.id]
        ref = CountyRef(
            id=county.id,
            slug=county.slug,
            code=name.code,
            schema_name=county.schema_name,
            role_name=county.role_name,
            name=name.name,
            name_en=name.name_en,
            sandbox=county.sandbox,
        )
        by_id[county.id] = fresh.by_slug[ref.slug] = ref
    for domain in models.Domain.objects.all():
        fresh.by_host[domain.domain.lower()] = by_id[domain.tenant_id]
    return fresh
