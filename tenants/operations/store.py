"""Rows of counties and operations on the login that keeps them, and the record of each change."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import router, transaction

from kernel.actor import SYSTEM, Actor
from kernel.errors import NOT_FOUND
from tenants.errors import COUNTY_UNKNOWN
from tenants.models import County, CountyChange
from tenants.operations.contracts import OperationKind, OperationState, OperationView, StepView, county_of
from tenants.operations.models import Operation, OperationStep
from tenants.operations.states import STEPS, step_after

WRITE = "counties:write"


def public_transaction() -> AbstractContextManager[Any]:
    """A transaction on whichever login keeps public rows: the city's, or the owner's."""
    return transaction.atomic(using=router.db_for_write(County))


def locked(slug: str, *, field: str = "county") -> County:
    """The county's row, locked, or `county_unknown`."""
    row: County | None = County.objects.select_for_update(of=("self",)).filter(slug=slug).first()
    if row is None:
        raise COUNTY_UNKNOWN.error(field=field)
    return row


def locked_operation(operation_id: UUID) -> Operation:
    """The operation's row, locked, or `not_found`."""
    row = Operation.objects.select_for_update().filter(pk=operation_id).first()
    if row is None:
        raise NOT_FOUND.error(field="id")
    return row


def record(county: County, act: str, *, actor: Actor, now: datetime, **detail: str) -> None:
    CountyChange.objects.create(
        county=county,
        act=act,
        actor=actor.key,
        channel=actor.channel,
        detail=detail,
        request_id=actor.request_id,
        at=now,
    )


def asked_by(row: Operation) -> Actor:
    """Who asked for an operation, for the record of what it did; holds no right."""
    kind, _, name = row.requested_by.partition(":")
    return Actor(
        user_id=UUID(name) if kind == "user" else None,
        client_id=name if kind == "client" else None,
        scopes=frozenset(),
        roles=frozenset(),
        channel=SYSTEM.channel.__class__(row.channel),
        request_id=row.request_id,
    )


def view(row: Operation, steps: list[OperationStep]) -> OperationView:
    kind = OperationKind(row.kind)
    following = step_after(kind, row.steps_done)
    told = {step.code: step for step in STEPS[kind]}
    return OperationView(
        id=row.id,
        kind=kind,
        state=OperationState(row.state),
        county=county_of(row.parameters),
        predecessors=tuple(row.parameters["predecessors"]),
        step=following.code if following else "",
        step_zh=following.zh if following else "",
        step_en=following.en if following else "",
        steps_done=row.steps_done,
        steps_total=len(STEPS[kind]),
        error=row.error,
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        finished_at=row.finished_at,
        steps=tuple(
            StepView(step.code, told[step.code].zh, told[step.code].en, step.done, step.error, step.at)
            for step in steps
        ),
    )
