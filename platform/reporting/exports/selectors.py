"""Reads of exports, schedules and templates."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from reporting.exports.contracts import (
    ExportKind,
    ExportOrder,
    ExportView,
    ScheduleView,
    TemplateCell,
    TemplateView,
)
from reporting.exports.errors import EXPORT_GONE, EXPORT_NOT_READY, EXPORT_UNKNOWN
from reporting.exports.models import ExportJob, ExportSchedule, ExportTemplate
from reporting.exports.states import ExportState
from reporting.exports.store import read_file


@dataclass(frozen=True, slots=True)
class ExportPage:
    """Newest first; `more` follow."""

    rows: tuple[ExportView, ...]
    more: bool


def export(export_id: UUID) -> ExportView:
    """The export, or `export_unknown`."""
    row = ExportJob.objects.filter(pk=export_id).first()
    if row is None:
        raise EXPORT_UNKNOWN.error(field="id")
    return view(row)


def exports(
    *,
    first: int,
    before: UUID | None = None,
    state: ExportState | None = None,
    kind: ExportKind | None = None,
    requested_by: str | None = None,
) -> ExportPage:
    """Exports, newest first, older than `before`. One query."""
    rows = ExportJob.objects.order_by("-id")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    if state is not None:
        rows = rows.filter(state=state)
    if kind is not None:
        rows = rows.filter(kind=kind)
    if requested_by is not None:
        rows = rows.filter(requested_by=requested_by)
    found = list(rows[: first + 1])
    return ExportPage(tuple(view(row) for row in found[:first]), len(found) > first)


def file_of(export_id: UUID) -> tuple[ExportView, bytes]:
    """A finished export with its bytes. Raises `export_unknown`, `export_not_ready`, `export_gone`,
    `file_storage_unavailable`, and the export's own fault when it failed."""
    row = ExportJob.objects.filter(pk=export_id).first()
    if row is None:
        raise EXPORT_UNKNOWN.error(field="id")
    if row.state == ExportState.DELETED:
        raise EXPORT_GONE.error(field="id")
    if row.state != ExportState.DONE:
        raise EXPORT_NOT_READY.error(field="id", state=row.state)
    content = read_file(row.file_key)
    if content is None:
        raise EXPORT_GONE.error(field="id")
    return view(row), content


def schedules(*, active: bool | None = None) -> tuple[ScheduleView, ...]:
    rows = ExportSchedule.objects.order_by("id")
    return tuple(schedule_view(row) for row in rows if active is None or row.active is active)


def templates(*, active: bool | None = None) -> tuple[TemplateView, ...]:
    rows = ExportTemplate.objects.order_by("id")
    return tuple(template_view(row) for row in rows if active is None or row.active is active)


def view(row: ExportJob) -> ExportView:
    return ExportView(
        id=row.pk,
        order=ExportOrder.of(row.parameters),
        state=ExportState(row.state),
        done=row.done,
        total=row.total,
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        schedule=row.schedule_id,
        finished_at=row.finished_at,
        file_name=row.file_name,
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        delete_after=row.delete_after,
        fault=row.fault,
        fault_zh=row.fault_zh,
        fault_en=row.fault_en,
    )


def schedule_view(row: ExportSchedule) -> ScheduleView:
    return ScheduleView(
        id=row.pk,
        name=row.name,
        order=ExportOrder.of(row.parameters),
        day=row.day,
        minute=row.minute,
        next_at=row.next_at,
        active=row.active,
        created_by=row.created_by,
    )


def template_view(row: ExportTemplate) -> TemplateView:
    return TemplateView(
        id=row.pk,
        name=row.name,
        sha256=row.sha256,
        size=row.size,
        cells=tuple(TemplateCell(**cell) for cell in row.cells),
        active=row.active,
        uploaded_by=row.uploaded_by,
        uploaded_at=row.uploaded_at,
    )
