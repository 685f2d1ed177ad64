"""Timers of exports: the city's own, a bounded batch, safe to run twice and to be killed."""

from __future__ import annotations

from files.storage import CITY, storage
from kernel.actor import SYSTEM
from kernel.clock import real_now
from kernel.states import step
from reporting.exports import store
from reporting.exports.models import ExportJob, ExportSchedule, ExportTemplate
from reporting.exports.runner import run_next
from reporting.exports.states import EXPORT, ExportState
from reporting.exports.use_cases.schedule_export import run_due
from tenants.clock import market_now

BATCH = 100


def make_exports() -> int:
    """Queues what schedules ask for by the market clock, then makes one export that waits; returns how many
    were made. The next run takes the next, so that exports keep no worker from its other work for long."""
    queue_due()
    return int(run_next())


def queue_due() -> int:
    """One schedule a transaction; those that another timer holds are left to it."""
    queued = 0
    while True:
        with store.public_transaction():
            now = market_now()
            row = (
                ExportSchedule.objects.select_for_update(skip_locked=True)
                .filter(active=True, next_at__lte=now)
                .order_by("next_at")
                .first()
            )
            if row is None:
                return queued
            run_due(row, now=now)
            queued += 1


def sweep_exports() -> int:
    """Deletes files whose days are over, and bytes that a killed worker or a lost transaction left behind;
    returns how many."""
    return _expire() + _sweep_orphans()


def _expire() -> int:
    over = ExportJob.objects.filter(state=ExportState.DONE, delete_after__lte=real_now())
    removed = 0
    for job_id in list(over.order_by("delete_after").values_list("pk", flat=True)[:BATCH]):
        with store.public_transaction():
            row = store.locked(job_id)
            if row.state != ExportState.DONE:
                continue
            store.drop_file(row.file_key)
            step(row, ExportState.DELETED, machine=EXPORT)
            store.record(row.pk, "expired", actor=SYSTEM, now=market_now())
            removed += 1
    return removed


def _sweep_orphans() -> int:
    """A file is on record once its job is done or its template stored; until then it has the lease's time,
    and a day more."""
    kept, before = storage(), real_now() - store.ORPHAN_AFTER
    kept.tidy(f"{CITY}/", before=before)
    old = [found.key for found in kept.keys(f"{CITY}/") if found.at < before]
    removed = 0
    for start in range(0, len(old), BATCH):
        keys = old[start : start + BATCH]
        done = ExportJob.objects.filter(file_key__in=keys, state=ExportState.DONE)
        used = ExportTemplate.objects.filter(file_key__in=keys)
        recorded = {key for rows in (done, used) for key in rows.values_list("file_key", flat=True)}
        for key in keys:
            if key not in recorded:
                kept.delete(key)
                removed += 1
    return removed
