from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.people import vault
from compliance.people.contracts import WorkerView
from compliance.people.errors import ID_NUMBER_MISMATCH, WORKER_NOT_FOUND
from compliance.people.models import Worker
from compliance.people.selectors import ACT_FOR, worker_view
from kernel import audit
from kernel.actor import Actor
from kernel.identifiers import parse_id_number, parse_phone


def change_phone(
    *,
    actor: Actor,
    worker_id: UUID,
    id_number: str,
    phone: str,
    identity_id: UUID | None,
    now: datetime,
) -> WorkerView:
    """A lost or new number, changed at the hall against the ID card.

    `identity_id` is the login of the new phone (`ensure_user` comes first), or None for a person
    without one; the old phone's login stops acting for this worker at once. Raises `forbidden`,
    `worker_not_found`, `id_number_mismatch` and what the parsers refuse.
    """
    actor.require(ACT_FOR)
    document = parse_id_number(id_number)
    number = parse_phone(phone)
    worker = Worker.objects.select_for_update().filter(id=worker_id).first()
    if worker is None:
        raise WORKER_NOT_FOUND.error(field="worker_id")
    if worker.id_number_index != vault.id_number_index(document.number):
        raise ID_NUMBER_MISMATCH.error(field="id_number")
    worker.phone_sealed = vault.sealed(number, table=vault.WORKER, column="phone_sealed", row=worker.id)
    worker.phone_index = vault.phone_index(number)
    worker.identity_id = identity_id
    worker.save(update_fields=["phone_sealed", "phone_index", "identity_id"])
    audit.record(actor, "worker.phone_changed", subject=worker.id, purpose="ID card shown", now=now)
    return worker_view(worker.id)
