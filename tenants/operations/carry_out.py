"""Carrying operations out, a step at a time; both sides of the work go this way.

A step and the note that it is done are one transaction, in which the operation's row stays locked: a
process that is killed leaves the step undone and nothing locked, and whoever comes next goes on from there.
A step outside that transaction (the site's, in the county's own schema) must be safe to do twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

import structlog

from kernel.clock import real_now
from kernel.errors import DomainError
from kernel.states import step as move
from tenants import directory
from tenants.operations.contracts import OperationKind, OperationState, Side
from tenants.operations.models import Operation, OperationStep
from tenants.operations.states import MAX_TRIES, OPERATION, step_after
from tenants.operations.store import public_transaction

Perform = Callable[[Operation], None]
log = structlog.get_logger(__name__)

_AT_WORK = (OperationState.QUEUED, OperationState.RUNNING)


def carry_out(side: Side, performers: Mapping[str, Perform]) -> int:
    """Does every step that waits for this side; returns how many were done. An operation that fails here
    is left for the next call, up to `MAX_TRIES` of one step."""
    done, failed = 0, set[UUID]()
    while (claimed := _claim(side, but=failed)) is not None:
        try:
            done += _do(claimed, side, performers)
        except Exception as fault:  # noqa: BLE001  # whatever stops a step is written down, and others go on
            failed.add(claimed)
            _note_failure(claimed, fault)
    if done:
        directory.forget()
    return done


def _claim(side: Side, *, but: set[UUID]) -> UUID | None:
    """Counts the try before it begins, so that one which kills its process is not tried for ever."""
    with public_transaction():
        waiting = Operation.objects.select_for_update(skip_locked=True).exclude(pk__in=but)
        row = waiting.filter(side=side, state__in=_AT_WORK).order_by("id").first()
        if row is None:
            return None
        if row.state == OperationState.QUEUED:
            move(row, OperationState.RUNNING, machine=OPERATION)
        if row.tries >= MAX_TRIES:
            _fail(row)
            but.add(row.id)
        else:
            row.tries += 1
            row.save(update_fields=["tries"])
        return row.id


def _do(operation_id: UUID, side: Side, performers: Mapping[str, Perform]) -> int:
    with public_transaction():
        waiting = Operation.objects.select_for_update(skip_locked=True)
        row = waiting.filter(pk=operation_id, side=side, state=OperationState.RUNNING).first()
        if row is None:  # another process has it, or it has just failed for good
            return 0
        kind = OperationKind(row.kind)
        current = step_after(kind, row.steps_done)
        assert current is not None
        assert current.side is side
        performers[current.code](row)
        OperationStep.objects.create(operation=row, code=current.code, done=True, at=real_now())
        row.steps_done, row.tries, row.error = row.steps_done + 1, 0, ""
        following = step_after(kind, row.steps_done)
        row.side = following.side if following else ""
        if following is None:
            row.finished_at = real_now()
            move(row, OperationState.DONE, machine=OPERATION)
        row.save(update_fields=["steps_done", "tries", "error", "side", "finished_at"])
    log.info("step done", operation=str(operation_id), step=current.code)
    return 1


def _note_failure(operation_id: UUID, fault: Exception) -> None:
    """A refusal is kept by its code, anything else by its kind only: a message could carry anything."""
    told = fault.code if isinstance(fault, DomainError) else type(fault).__name__
    log.warning("step failed", operation=str(operation_id), error=told, exc_info=fault)
    with public_transaction():
        row = Operation.objects.select_for_update().get(pk=operation_id)
        current = step_after(OperationKind(row.kind), row.steps_done)
        if row.state != OperationState.RUNNING or current is None:
            return
        OperationStep.objects.create(
            operation=row, code=current.code, done=False, error=told[:80], at=real_now()
        )
        row.error = told[:80]
        row.save(update_fields=["error"])
        if row.tries >= MAX_TRIES:
            _fail(row)


def _fail(row: Operation) -> None:
    row.finished_at = real_now()
    row.error = row.error or "killed"
    row.save(update_fields=["finished_at", "error"])
    move(row, OperationState.FAILED, machine=OPERATION)
