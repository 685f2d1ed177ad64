"""What the city may read of one county's policy: every row that was ever published, and at which level
it was decided. About nobody; who in the county published a row is the county's own to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kernel.actor import SYSTEM, Actor
from kernel.models import AuditRow
from tenants.policy.contracts import Policy
from tenants.policy.models import CountyPolicy
from tenants.policy.selectors import as_policy
from tenants.policy.store import ACT

MAX_PAGE = 50


class Level(StrEnum):
    """Who decided: the city, the county itself, or the system that set the county up."""

    CITY = "city"
    COUNTY = "county"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class CityPolicyRow:
    """A row with what it changed: name to (before, after); empty for a county's first row. `reason` is
    the city's, empty for a county's own."""

    id: UUID
    policy: Policy
    published_at: datetime
    level: Level
    reason: str
    changes: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class CityPolicyRows:
    """A page, the last published first; `more` says whether older ones follow."""

    rows: tuple[CityPolicyRow, ...]
    more: bool


def policies_for_city(*, actor: Actor, first: int, before: UUID | None = None) -> CityPolicyRows:
    """Policy rows of the open county, in two queries. `before` is the id of the last one of the page
    before. Needs `city:read`."""
    actor.require("city:read")
    wanted = CountyPolicy.objects.order_by("-id")
    if before is not None:
        wanted = wanted.filter(id__lt=before)
    size = max(1, min(first, MAX_PAGE))
    found = list(wanted[: size + 1])
    kept = {
        row.subject: row
        for row in AuditRow.objects.filter(subject__in=[row.id for row in found[:size]], act=ACT)
    }
    rows = tuple(_row(row, kept.get(row.id)) for row in found[:size])
    return CityPolicyRows(rows=rows, more=len(found) > size)


def _row(row: CountyPolicy, kept: AuditRow | None) -> CityPolicyRow:
    level = Level(kept.detail.get("level", Level.COUNTY)) if kept else Level.COUNTY
    if level is Level.COUNTY and row.published_by == SYSTEM.key:
        level = Level.SYSTEM
    changes = kept.detail["changes"] if kept else {}
    return CityPolicyRow(
        id=row.id,
        policy=as_policy(row),
        published_at=row.published_at,
        level=level,
        reason=kept.purpose if kept and level is Level.CITY else "",
        changes={name: (before, after) for name, (before, after) in changes.items()},
    )
