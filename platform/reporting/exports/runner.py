"""Doing a job: claimed, gathered, written, kept. Killed at any line, it is done anew by whoever comes next;
the file's key is the job's, so a second try writes over the first."""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime
from uuid import UUID

from kernel.errors import DomainError
from reporting.exports import store
from reporting.exports.contracts import ExportOrder, Product
from reporting.exports.errors import EXPORT_FAILED
from reporting.exports.formats import write
from reporting.exports.models import ExportJob
from reporting.exports.progress import Progress, pulse
from tenants.clock import market_now

logger = logging.getLogger("linggong.exports")


def run_next(job_id: UUID | None = None) -> bool:
    """Does the oldest job that waits, or the one named; False when there is none to do."""
    job = store.claim(job_id)
    if job is None:
        return False
    try:
        _run(job)
    except store.Lost:
        logger.info("export lost", extra={"export": str(job.pk)})
    return True


def _run(job: ExportJob) -> None:
    now = market_now()
    if job.attempts > store.ATTEMPTS:
        _fail(job, EXPORT_FAILED.error(), now)
        return
    try:
        with pulse(job) as told:
            product = produce(ExportOrder.of(job.parameters), told, now=now)
            store.keep_file(store.file_key(job.pk), product.content, media_type=product.media_type)
    except DomainError as refused:
        _fail(job, refused, now)
    except store.Lost:
        raise
    except Exception:
        logger.exception("export failed", extra={"export": str(job.pk), "attempt": job.attempts})
        if job.attempts >= store.ATTEMPTS:
            _fail(job, EXPORT_FAILED.error(), now)
        else:
            store.release(job)
    else:
        store.finish(job, product, hashlib.sha256(product.content).hexdigest(), now=now)


def produce(order: ExportOrder, progress: Progress, *, now: datetime) -> Product:
    """The file of an order; figures, freshness and signatures are of one moment."""
    return write(order, progress, now=now)


def _fail(job: ExportJob, refused: DomainError, now: datetime) -> None:
    store.fail(job, fault=refused.code, zh=refused.text("zh"), en=refused.text("en"), now=now)
