from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.actor import Actor
from reporting.exports import store
from reporting.exports.contracts import ExportView
from reporting.exports.selectors import file_of


def fetch_export(*, export_id: UUID, actor: Actor, now: datetime) -> tuple[ExportView, bytes]:
    """A finished export's file; who fetched it is kept. Needs `city:read`. Raises `forbidden`,
    `export_unknown`, `export_not_ready`, `export_gone`, `file_storage_unavailable`."""
    actor.require(store.READ)
    found, content = file_of(export_id)
    with store.public_transaction():
        store.record(export_id, "fetched", actor=actor, now=now)
    return found, content
