from __future__ import annotations

from datetime import datetime

from compliance.people import vault
from compliance.people.contracts import WorkerView
from compliance.people.errors import ID_NUMBER_MISMATCH
from compliance.people.models import Worker
from compliance.people.selectors import worker_view
from kernel import audit
from kernel.actor import Actor
from kernel.errors import FORBIDDEN
from kernel.identifiers import parse_id_number, parse_phone


def attach_identity(*, actor: Actor, id_number: str, phone: str, now: datetime) -> WorkerView:
    """A person registered at a hall takes over the own record with the own login.

    `phone` is the phone that this login verified (`identity.selectors.verified_phone`), never what a
    request says: it and the ID number must both be those registered, and nobody else's login may be
    attached. Any mismatch is the one refusal `id_number_mismatch`, so that numbers cannot be tried out.
    """
    if actor.user_id is None:
        raise FORBIDDEN.error(scope="people:self")
    document = parse_id_number(id_number)
    number = parse_phone(phone)
    worker = (
        Worker.objects.select_for_update()
        .filter(id_number_index=vault.id_number_index(document.number), phone_index=vault.phone_index(number))
        .first()
    )
    if worker is None or worker.identity_id not in {None, actor.user_id}:
        raise ID_NUMBER_MISMATCH.error(field="id_number")
    if worker.identity_id is None:
        worker.identity_id = actor.user_id
        worker.save(update_fields=["identity_id"])
        audit.record(actor, "worker.attached", subject=worker.id, purpose="own record", now=now)
    return worker_view(worker.id)
