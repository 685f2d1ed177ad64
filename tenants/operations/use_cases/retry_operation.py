from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.actor import Actor
from kernel.states import step
from tenants.operations.contracts import OperationState, OperationView
from tenants.operations.errors import OPERATION_NOT_FAILED
from tenants.operations.states import OPERATION
from tenants.operations.store import WRITE, locked_operation, public_transaction, view


def retry_operation(*, operation_id: UUID, actor: Actor, now: datetime) -> OperationView:
    """Has a failed operation go on from the step that failed. Needs `counties:write`. Raises `forbidden`,
    `not_found`, `operation_not_failed`."""
    actor.require(WRITE)
    with public_transaction():
        row = locked_operation(operation_id)
        if row.state != OperationState.FAILED:
            raise OPERATION_NOT_FAILED.error(field="id", state=row.state)
        step(row, OperationState.QUEUED, machine=OPERATION)
        row.tries, row.error, row.finished_at = 0, "", None
        row.save(update_fields=["tries", "error", "finished_at"])
        return view(row, list(row.steps.order_by("id")))
