from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.actor import Actor
from kernel.states import step
from reporting.exports import store
from reporting.exports.contracts import ExportView
from reporting.exports.selectors import view
from reporting.exports.states import EXPORT, ExportState


def cancel_export(*, export_id: UUID, actor: Actor, now: datetime) -> ExportView:
    """Stops an export that waits or runs; its worker notices within seconds. Cancelling it again changes
    nothing. Needs `exports:write`. Raises `forbidden`, `export_unknown`, `stale_state`."""
    actor.require(store.WRITE)
    with store.public_transaction():
        row = store.locked(export_id)
        if row.state != ExportState.CANCELLED:
            step(row, ExportState.CANCELLED, machine=EXPORT)
            store.record(row.pk, "cancelled", actor=actor, now=now)
        return view(row)


def delete_export(*, export_id: UUID, actor: Actor, now: datetime) -> ExportView:
    """Deletes an export's file; the row stays. Deleting it again changes nothing. As `cancel_export`, and
    raises `file_storage_unavailable`."""
    actor.require(store.WRITE)
    with store.public_transaction():
        row = store.locked(export_id)
        if row.state != ExportState.DELETED:
            step(row, ExportState.DELETED, machine=EXPORT)
            store.record(row.pk, "deleted", actor=actor, now=now)
            store.drop_file(row.file_key)
        return view(row)
