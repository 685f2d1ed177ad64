"""How an export may move."""

from __future__ import annotations

from enum import StrEnum

from kernel.states import Machine


class ExportState(StrEnum):
    """QUEUED and RUNNING are work to do; DONE has a file; FAILED says why; CANCELLED by a person; DELETED had
    a file, which is gone, by a person or because its days were over."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    DELETED = "deleted"


OPEN = frozenset({ExportState.QUEUED, ExportState.RUNNING})

EXPORT: Machine[ExportState] = Machine(
    "export",
    {
        ExportState.QUEUED: frozenset({ExportState.RUNNING, ExportState.CANCELLED}),
        ExportState.RUNNING: frozenset({ExportState.DONE, ExportState.FAILED, ExportState.CANCELLED}),
        ExportState.DONE: frozenset({ExportState.DELETED}),
    },
)
