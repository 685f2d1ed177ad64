"""Exports on the city's login: rows, leases in real time, the record of changes, and the files."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import router, transaction

from files.storage import city_key_of, storage
from kernel.actor import Actor
from kernel.clock import real_now
from kernel.ids import uuid7
from kernel.states import step
from reporting.exports.contracts import ExportOrder, Product
from reporting.exports.errors import EXPORT_UNKNOWN
from reporting.exports.models import ExportChange, ExportJob
from reporting.exports.states import EXPORT, OPEN, ExportState

WRITE = "exports:write"
READ = "city:read"
LEASE = timedelta(seconds=60)
"""Real time after which a job whose worker gives no sign of life is another's. Pages of figures, charts and
writing a workbook each take far less; every step renews it."""
KEPT = timedelta(days=90)
ORPHAN_AFTER = timedelta(days=1)
MAX_FILE = 200_000_000
ATTEMPTS = 3


class Lost(Exception):
    """The job is no longer this worker's: cancelled, or taken over when its lease had ended."""


def public_transaction() -> AbstractContextManager[Any]:
    return transaction.atomic(using=router.db_for_write(ExportJob))


def locked(job_id: UUID) -> ExportJob:
    """The job's row, locked, or `export_unknown`."""
    row = ExportJob.objects.select_for_update().filter(pk=job_id).first()
    if row is None:
        raise EXPORT_UNKNOWN.error(field="id")
    return row


def record(subject: UUID, act: str, *, actor: Actor, now: datetime, **detail: Any) -> None:
    ExportChange.objects.create(
        subject=subject,
        act=act,
        actor=actor.key,
        channel=actor.channel,
        detail=detail,
        request_id=actor.request_id,
        at=now,
    )


def enqueue(
    order: ExportOrder, *, requested_by: str, at: datetime, schedule: UUID | None = None
) -> ExportJob:
    return ExportJob.objects.create(
        kind=order.kind,
        parameters=order.plain(),
        state=ExportState.QUEUED,
        requested_by=requested_by,
        requested_at=at,
        schedule_id=schedule,
    )


def claim(job_id: UUID | None = None) -> ExportJob | None:
    """The oldest job that nobody works on, or the one named, now leased to the caller; None when there is
    none. Rows that others are just claiming are skipped."""
    with public_transaction():
        free = ExportJob.objects.select_for_update(skip_locked=True).filter(state__in=sorted(OPEN))
        if job_id is not None:
            free = free.filter(pk=job_id)
        job = free.exclude(lease_until__gt=real_now()).order_by("id").first()
        if job is None:
            return None
        if job.state == ExportState.QUEUED:
            step(job, ExportState.RUNNING, machine=EXPORT)
        job.lease, job.lease_until = uuid7(), real_now() + LEASE
        job.attempts += 1
        job.done, job.total = 0, 0
        job.save(update_fields=["lease", "lease_until", "attempts", "done", "total"])
        return job


def renew(job: ExportJob, *, done: int, total: int) -> None:
    """Notes how far the job is and keeps the lease. Raises Lost."""
    kept = ExportJob.objects.filter(pk=job.pk, lease=job.lease, state=ExportState.RUNNING).update(
        done=done, total=total, lease_until=real_now() + LEASE
    )
    if not kept:
        raise Lost(job.pk)


def finish(job: ExportJob, product: Product, sha256: str, *, now: datetime) -> None:
    """The file lies there; from here on the job is done. Raises Lost."""
    with public_transaction():
        row = _held(job)
        row.finished_at = now
        row.file_key, row.file_name, row.media_type = file_key(job.pk), product.name, product.media_type
        row.size, row.sha256 = len(product.content), sha256
        row.delete_after = real_now() + KEPT
        row.done = row.total = max(row.total, row.done, 1)
        row.lease = row.lease_until = None
        row.save(update_fields=_FINISHED)
        step(row, ExportState.DONE, machine=EXPORT)


_FINISHED = [
    *("finished_at", "file_key", "file_name", "media_type", "size", "sha256", "delete_after"),
    *("done", "total", "lease", "lease_until"),
]


def fail(job: ExportJob, *, fault: str, zh: str, en: str, now: datetime) -> None:
    """The job ends without a file, and says why. Raises Lost."""
    with public_transaction():
        row = _held(job)
        row.finished_at, row.lease, row.lease_until = now, None, None
        row.fault, row.fault_zh, row.fault_en = fault[:60], zh[:300], en[:300]
        row.save(update_fields=["finished_at", "lease", "lease_until", "fault", "fault_zh", "fault_en"])
        step(row, ExportState.FAILED, machine=EXPORT)


def release(job: ExportJob) -> None:
    """Lets somebody else try at once."""
    ExportJob.objects.filter(pk=job.pk, lease=job.lease).update(lease_until=None)


def _held(job: ExportJob) -> ExportJob:
    row = locked(job.pk)
    if row.lease != job.lease or row.state != ExportState.RUNNING:
        raise Lost(job.pk)
    return row


def file_key(job_id: UUID) -> str:
    return city_key_of("export", job_id)


def keep_file(key: str, content: bytes, *, media_type: str) -> None:
    storage().put(key, content, media_type=media_type)


def read_file(key: str) -> bytes | None:
    return storage().get(key, max_bytes=MAX_FILE)


def drop_file(key: str) -> None:
    storage().delete(key)
