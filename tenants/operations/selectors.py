"""Reads of operations and of what was ever done to counties. All public rows; no county is opened."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from kernel.actor import Actor
from kernel.errors import NOT_FOUND
from tenants.contracts import CountyChangeView, CountyRef
from tenants.models import CountyChange
from tenants.operations.contracts import OperationState, OperationView
from tenants.operations.models import Operation, OperationStep
from tenants.operations.store import view

READ = "city:read"


@dataclass(frozen=True, slots=True)
class OperationPage:
    """Newest first."""

    rows: tuple[OperationView, ...]
    more: bool


def operation(operation_id: UUID, *, actor: Actor) -> OperationView:
    """One operation, or `not_found`. Two queries."""
    actor.require(READ)
    row = Operation.objects.filter(pk=operation_id).first()
    if row is None:
        raise NOT_FOUND.error(field="id")
    return _views([row])[0]


def operations(
    *, actor: Actor, first: int, before: UUID | None = None, state: OperationState | None = None
) -> OperationPage:
    """A page of operations, older than `before`. Two queries."""
    actor.require(READ)
    rows = Operation.objects.order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before)
    if state is not None:
        rows = rows.filter(state=state)
    found = list(rows[: first + 1])
    return OperationPage(tuple(_views(found[:first])), len(found) > first)


def county_changes(county: CountyRef, *, limit: int = 100) -> list[CountyChangeView]:
    """What was done to a county, newest first. One query."""
    rows = CountyChange.objects.filter(county_id=county.id).order_by("-id")[:limit]
    return [CountyChangeView(row.act, row.actor, row.channel, row.detail, row.at) for row in rows]


def _views(rows: list[Operation]) -> list[OperationView]:
    steps: dict[UUID, list[OperationStep]] = defaultdict(list)
    for step in OperationStep.objects.filter(operation_id__in=[row.id for row in rows]).order_by("id"):
        steps[step.operation_id].append(step)
    return [view(row, steps[row.id]) for row in rows]
