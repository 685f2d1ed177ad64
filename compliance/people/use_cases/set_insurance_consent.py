from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.people.selectors import worker_for
from compliance.people.use_cases._shared import write_insurance_consent
from kernel import audit
from kernel.actor import Actor


def set_insurance_consent(*, actor: Actor, worker_id: UUID | None, given: bool, now: datetime) -> bool:
    """Records that the worker agrees, or no longer agrees, that name and ID number go to the insurer of a
    place he takes (PIPL, articles 15, 23 and 29). Taken back, insured places cannot be taken any more;
    what is insured stays so. Returns what counts now. Raises `worker_not_found`, `worker_choose`.
    """
    worker = worker_for(actor, worker_id)
    write_insurance_consent(worker.id, given=given, actor=actor, now=now)
    audit.record(
        actor,
        "worker.insurance_consent",
        subject=worker.id,
        purpose="insurance",
        now=now,
        detail={"given": given},
    )
    return given
