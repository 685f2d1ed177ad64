from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.people import rules
from compliance.people.contracts import RevealedWorker
from compliance.people.models import Worker
from compliance.people.selectors import ACT_FOR, worker_view
from compliance.people.views import revealed
from kernel import audit
from kernel.actor import Actor


def reveal_worker(*, actor: Actor, worker_id: UUID, purpose: str, now: datetime) -> RevealedWorker:
    """A worker's name, ID number and phone in the clear, with an audit row that says why.

    For the person's own login, halls (`act_for`) and administrators (`people:read`). The row stays when
    the answer is lost on the way. Raises `forbidden`, `purpose_required`, `worker_not_found`.
    """
    why = rules.check_purpose(purpose)
    view = worker_view(worker_id)
    own = actor.user_id is not None and view.identity_id == actor.user_id
    if not own and not actor.has(ACT_FOR):
        actor.require("people:read")
    audit.record(actor, "worker.revealed", subject=worker_id, purpose=why, now=now)
    return revealed(Worker.objects.get(id=worker_id))
