from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.people import rules
from compliance.people.contracts import Contact
from compliance.people.errors import EMPLOYER_NOT_FOUND, WORKER_NOT_FOUND
from compliance.people.models import Employer, Worker
from compliance.people.views import employer_contact, worker_contact
from kernel import audit
from kernel.actor import Actor
from kernel.errors import INVALID_VALUE


def reveal_contact(
    *,
    actor: Actor,
    worker_id: UUID | None = None,
    employer_id: UUID | None = None,
    purpose: str,
    now: datetime,
) -> Contact:
    """Name and phone of one party for the other, with an audit row.

    The caller has decided that the actor may know: the room of orders, for the two sides of an
    assignment that was won. Just one of the two ids is given.
    """
    why = rules.check_purpose(purpose)
    if (worker_id is None) == (employer_id is None):
        raise INVALID_VALUE.error(reason="worker_id, employer_id")
    if worker_id is not None:
        worker = Worker.objects.filter(id=worker_id).first()
        if worker is None:
            raise WORKER_NOT_FOUND.error(field="worker_id")
        audit.record(actor, "worker.contact_revealed", subject=worker_id, purpose=why, now=now)
        return worker_contact(worker)
    employer = Employer.objects.filter(id=employer_id).first()
    if employer is None:
        raise EMPLOYER_NOT_FOUND.error(field="employer_id")
    audit.record(actor, "employer.contact_revealed", subject=employer_id, purpose=why, now=now)
    return employer_contact(employer)
