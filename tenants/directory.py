"""The cached map of counties: which slug, which host, which schema. Costs a request no query."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.conf import settings

from kernel.clock import business_day, real_now
from tenants import models
from tenants.clock import market_now
from tenants.contracts import CountyRef, CountyState, DesignationView
from tenants.errors import COUNTY_UNKNOWN
from tenants.states import state_on

RESERVED_SEGMENTS = frozenset({"api", "graphql", "partners", "admin", "o", "static", "city"})

_FRESH_SECONDS = 10.0
_MISS_SECONDS = 1.0


@dataclass
class _Map:
    by_slug: dict[str, CountyRef] = field(default_factory=dict)
    by_host: dict[str, CountyRef] = field(default_factory=dict)
    by_id: dict[UUID, CountyRef] = field(default_factory=dict)
    named: dict[UUID, tuple[DesignationView, ...]] = field(default_factory=dict)
    by_code: list[CountyRef] = field(default_factory=list)
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


def by_id(county_id: UUID) -> CountyRef:
    """The county of an id, or `county_unknown`."""
    found = _current().by_id.get(county_id) or _after_miss().by_id.get(county_id)
    if found is None:
        raise COUNTY_UNKNOWN.error(field="county")
    return found


def current(ref: CountyRef) -> CountyRef:
    """What is known of the county now; a reference may have been held for long."""
    return _current().by_id.get(ref.id, ref)


def designations(ref: CountyRef) -> tuple[DesignationView, ...]:
    """Every code and name that the county has, had or will have, by the day they begin."""
    return _current().named.get(ref.id, ())


def predecessors(ref: CountyRef) -> list[CountyRef]:
    """Counties that this one takes over from, or has, by code."""
    found = (one for one in _current().by_id.values() if one.succeeded_by == ref.id)
    return sorted(found, key=lambda one: one.code)


def all_counties(*, sandbox: bool = False) -> list[CountyRef]:
    """Every county by code; sandboxes only on request, since figures leave them out."""
    return [ref for ref in _current().by_code if sandbox or not ref.sandbox]


def working() -> list[CountyRef]:
    """Every county in which something may still happen, sandboxes too: all but the closed ones."""
    return [ref for ref in all_counties(sandbox=True) if ref.state is not CountyState.CLOSED]


def today() -> date:
    """The market's day (Asia/Shanghai), by which states and names take effect. The owner's process does
    not keep the market clock."""
    return business_day(real_now() if settings.LINGGONG_OWNER else market_now())


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
    read_at, day = time.monotonic(), today()
    named: dict[UUID, list[DesignationView]] = defaultdict(list)
    for row in models.Designation.objects.order_by("valid_from"):
        named[row.county_id].append(DesignationView(row.code, row.name, row.name_en, row.valid_from))
    fresh = _Map(read_at=read_at, named={key: tuple(rows) for key, rows in named.items()})
    for county in models.County.objects.all():
        ref = _ref(county, _name_on(day, fresh.named[county.id]), day)
        fresh.by_id[county.id] = fresh.by_slug[ref.slug] = ref
    fresh.by_code = sorted(fresh.by_id.values(), key=lambda ref: ref.code)
    for domain in models.Domain.objects.all():
        fresh.by_host[domain.domain.lower()] = fresh.by_id[domain.tenant_id]
    return fresh


def _name_on(day: date, rows: Sequence[DesignationView]) -> DesignationView:
    """What a county is called on a day; its first name before it had any."""
    return next((row for row in reversed(rows) if row.valid_from <= day), rows[0])


def _ref(county: models.County, name: DesignationView, day: date) -> CountyRef:
    return CountyRef(
        id=county.id,
        slug=county.slug,
        code=name.code,
        schema_name=county.schema_name,
        role_name=county.role_name,
        name=name.name,
        name_en=name.name_en,
        sandbox=county.sandbox,
        state=state_on(county.state, opens_on=county.opens_on, succeeded_on=county.succeeded_on, day=day),
        succeeded_by=county.succeeded_by_id,
        succeeded_on=county.succeeded_on,
        opens_on=county.opens_on,
    )
