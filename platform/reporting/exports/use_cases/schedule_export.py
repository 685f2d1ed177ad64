from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.actor import Actor
from kernel.identifiers import clean_text
from reporting.exports import store
from reporting.exports.contracts import ExportOrder, ScheduleView
from reporting.exports.errors import SCHEDULE_TIME, SCHEDULE_UNKNOWN
from reporting.exports.models import ExportSchedule
from reporting.exports.rules import month_of, next_due, of_month, parse_time
from reporting.exports.selectors import schedule_view
from reporting.exports.use_cases.request_export import checked


def schedule_export(
    *, name: str, order: ExportOrder, day: int, time: str, actor: Actor, now: datetime
) -> ScheduleView:
    """From now on, on `day` (1 to 28) of each month at `time` (`08:30`, Shanghai, market clock), the month
    before is exported as `order` says; its own dates count for nothing.

    Needs `exports:write`. Raises `export_schedule_time`, `text_length` and what `request_export` raises.
    """
    actor.require(store.WRITE)
    title = clean_text(name, "name", 80, min_len=1)
    minute = parse_time(time)
    if not 1 <= day <= 28:
        raise SCHEDULE_TIME.error(field="day")
    due = next_due(now, day=day, minute=minute)
    full = checked(of_month(order, month_of(due)))
    with store.public_transaction():
        row = ExportSchedule.objects.create(
            name=title,
            kind=full.kind,
            parameters=full.plain(),
            day=day,
            minute=minute,
            next_at=due,
            created_by=actor.key,
            created_at=now,
        )
        store.record(row.pk, "scheduled", actor=actor, now=now, name=title, day=day, minute=minute)
        return schedule_view(row)


def stop_schedule(*, schedule_id: UUID, actor: Actor, now: datetime) -> ScheduleView:
    """No more exports of a schedule; those made stay. Stopping it again changes nothing. Needs
    `exports:write`. Raises `forbidden`, `export_schedule_unknown`."""
    actor.require(store.WRITE)
    with store.public_transaction():
        row = ExportSchedule.objects.select_for_update().filter(pk=schedule_id).first()
        if row is None:
            raise SCHEDULE_UNKNOWN.error(field="id")
        if row.active:
            row.active = False
            row.save(update_fields=["active"])
            store.record(row.pk, "stopped", actor=actor, now=now)
        return schedule_view(row)


def run_due(row: ExportSchedule, *, now: datetime) -> None:
    """Queues the month that fell due with a locked schedule, and says when the next one does. Whoever was
    away for long gets the latest month, not a file for each that passed."""
    due = row.next_at
    while (following := next_due(due, day=row.day, minute=row.minute)) <= now:
        due = following
    order = of_month(ExportOrder.of(row.parameters), month_of(due))
    store.enqueue(order, requested_by=row.created_by, at=due, schedule=row.pk)
    row.next_at = next_due(due, day=row.day, minute=row.minute)
    row.save(update_fields=["next_at"])
