"""Finding somebody's insured work at a counter, for one who has no smartphone."""

from __future__ import annotations

from datetime import datetime, timedelta

from compliance.claims.access import REPORT, staff_side
from compliance.claims.errors import CLAIM_WORK_NOT_FOUND
from compliance.insurance.cover_at import insurers_of
from compliance.people.selectors import workers_by_phone
from kernel import audit
from kernel.actor import Actor
from kernel.clock import business_day
from kernel.errors import FORBIDDEN
from orders.contracts import FoundWork
from orders.models import Assignment

LOOK_BACK = timedelta(days=30)
MOST = 50


def find_work(*, phone: str, actor: Actor, now: datetime) -> tuple[FoundWork, ...]:
    """Insured work of the last thirty days of everybody registered with this number (a family may share
    one), newest first, names masked. For halls and stations; writes an audit row a worker found.

    Raises `forbidden`, `phone_format`, `claim_work_not_found`.
    """
    actor.require(REPORT)
    side = staff_side(actor)
    if side is None:
        raise FORBIDDEN.error(scope="act_for")
    workers = {worker.id: worker for worker in workers_by_phone(actor, phone)}
    rows = list(
        Assignment.objects.select_related("order")
        .filter(
            worker_id__in=workers,
            order__day__gte=business_day(now) - LOOK_BACK,
            order__day__lte=business_day(now),
        )
        .order_by("-starts_at", "-id")[:MOST]
    )
    insurers = insurers_of(row.id for row in rows)
    found = [row for row in rows if row.id in insurers]
    for worker_id in sorted({row.worker_id for row in found}):
        audit.record(
            actor,
            "claim.find_work",
            subject=worker_id,
            purpose="report of an accident",
            now=now,
            detail={"side": str(side)},
        )
    if not found:
        raise CLAIM_WORK_NOT_FOUND.error(field="phone")
    return tuple(
        FoundWork(
            assignment_id=row.id,
            worker_name=workers[row.worker_id].name_masked,
            order_number=row.order.number,
            title=row.order.title,
            day=row.order.day,
            starts_at=row.order.starts_at,
            ends_at=row.order.ends_at,
            insurers=insurers[row.id],
        )
        for row in found
    )
