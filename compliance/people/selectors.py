"""Reads about people. Whose rows an actor may see is decided here; what leaves is masked.

A worker or employer of somebody else is answered like one that does not exist, so that ids cannot be
tried out.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal
from uuid import UUID

from compliance.people import vault
from compliance.people.contracts import Duty, EmployerView, RevealedWorker, WorkerView
from compliance.people.errors import (
    EMPLOYER_CHOOSE,
    EMPLOYER_DUTY,
    EMPLOYER_NOT_FOUND,
    WORKER_CHOOSE,
    WORKER_NOT_FOUND,
)
from compliance.people.models import Consent, Employer, EmployerUser, Worker
from compliance.people.views import employer_views_of, revealed, worker_views_of
from kernel import audit
from kernel.actor import SYSTEM, Actor
from kernel.identifiers import parse_id_number, parse_phone

Need = Literal["publish", "confirm", "read"]
ACT_FOR = "act_for"
INSURANCE = "insurance"


def worker_for(actor: Actor, worker_id: UUID | None, *, field: str = "worker_id") -> WorkerView:
    """The worker the actor acts as: an own one by login, or any with `act_for` (halls).

    Without an id, the login's only worker. Raises `worker_not_found`, `worker_choose` when the login
    has several. Two queries.
    """
    rows = Worker.objects.all()
    if worker_id is not None:
        rows = rows.filter(id=worker_id)
    if worker_id is None or not actor.has(ACT_FOR):
        if actor.user_id is None:
            raise WORKER_NOT_FOUND.error(field=field)
        rows = rows.filter(identity_id=actor.user_id)
    found = list(rows.order_by("id")[:2])
    if not found:
        raise WORKER_NOT_FOUND.error(field=field)
    if len(found) > 1:
        raise WORKER_CHOOSE.error(field=field)
    return worker_views_of(found)[0]


def workers_of(actor: Actor) -> list[WorkerView]:
    """All workers that the actor's login acts for; usually one."""
    if actor.user_id is None:
        return []
    return worker_views_of(Worker.objects.filter(identity_id=actor.user_id).order_by("id"))


def worker_view(worker_id: UUID, *, field: str = "worker_id") -> WorkerView:
    """A worker, for rooms that have checked the actor already; or `worker_not_found`."""
    found = worker_views_of(Worker.objects.filter(id=worker_id))
    if not found:
        raise WORKER_NOT_FOUND.error(field=field)
    return found[0]


def worker_views(ids: Iterable[UUID]) -> dict[UUID, WorkerView]:
    """Workers by id; unknown ids are left out. Two queries for any number."""
    return {view.id: view for view in worker_views_of(Worker.objects.filter(id__in=list(ids)))}


def worker_by_id_number(actor: Actor, id_number: object) -> WorkerView:
    """The worker with this ID number, for a hall with the card at hand. Needs `act_for`."""
    actor.require(ACT_FOR)
    number = parse_id_number(id_number).number
    found = worker_views_of(Worker.objects.filter(id_number_index=vault.id_number_index(number)))
    if not found:
        raise WORKER_NOT_FOUND.error(field="id_number")
    return found[0]


def workers_by_phone(actor: Actor, phone: object) -> list[WorkerView]:
    """Everybody registered with this number, masked: a family may share one. For halls and stations
    (`act_for` or `people:read`). Raises `phone_format`, `phone_not_mobile`. Two queries."""
    if not actor.has(ACT_FOR):
        actor.require("people:read")
    index = vault.phone_index(parse_phone(phone))
    return worker_views_of(Worker.objects.filter(phone_index=index).order_by("id"))


def insurance_consent(worker_id: UUID) -> bool:
    """Whether the worker's name and ID number may go to an insurer now. One query."""
    newest = (
        Consent.objects.filter(subject=worker_id, purpose=INSURANCE)
        .order_by("-at", "-id")
        .values_list("given", flat=True)
        .first()
    )
    return bool(newest)


def for_insurer(worker_id: UUID, *, insurer: str, now: datetime) -> RevealedWorker | None:
    """The worker in the clear, to be encrypted to the insurer's key at once, with an audit row; None
    without a recorded consent. Raises `worker_not_found`."""
    row = Worker.objects.filter(id=worker_id).first()
    if row is None:
        raise WORKER_NOT_FOUND.error(field="worker_id")
    if not insurance_consent(worker_id):
        return None
    audit.record(
        SYSTEM,
        "worker.sent_to_insurer",
        subject=worker_id,
        purpose="cover",
        now=now,
        detail={"insurer": insurer},
    )
    return revealed(row)


def list_workers(actor: Actor, *, after: UUID | None = None, limit: int = 50) -> list[WorkerView]:
    """The county's workers in order of id, masked. Needs `act_for` or `people:read`."""
    if not actor.has(ACT_FOR):
        actor.require("people:read")
    rows = Worker.objects.order_by("id")
    if after is not None:
        rows = rows.filter(id__gt=after)
    return worker_views_of(rows[:limit])


def employer_for(
    actor: Actor, employer_id: UUID | None, need: Need, *, field: str = "employer_id"
) -> EmployerView:
    """The employer the actor acts for: by login, or any with `act_for` (halls).

    `need` "publish" asks for an owner's duty; "confirm" and "read" are a foreman's too. Without an id,
    the login's only employer. Raises `employer_not_found`, `employer_choose`, `employer_duty`. Two
    queries.
    """
    rows = Employer.objects.all()
    acts_for_all = employer_id is not None and actor.has(ACT_FOR)
    if employer_id is not None:
        rows = rows.filter(id=employer_id)
    if not acts_for_all:
        if actor.user_id is None:
            raise EMPLOYER_NOT_FOUND.error(field=field)
        rows = rows.filter(users__identity_id=actor.user_id)
    found = employer_views_of(rows.order_by("id")[:2])
    if not found:
        raise EMPLOYER_NOT_FOUND.error(field=field)
    if len(found) > 1:
        raise EMPLOYER_CHOOSE.error(field=field)
    if need == "publish" and not acts_for_all and found[0].duty_of(actor.user_id) is not Duty.OWNER:
        raise EMPLOYER_DUTY.error(field=field)
    return found[0]


def employers_of(actor: Actor) -> list[EmployerView]:
    """All employers that the actor's login acts for."""
    if actor.user_id is None:
        return []
    ids = EmployerUser.objects.filter(identity_id=actor.user_id).values("employer_id")
    return employer_views_of(Employer.objects.filter(id__in=ids).order_by("id"))


def employer_view(employer_id: UUID, *, field: str = "employer_id") -> EmployerView:
    """An employer, for rooms that have checked the actor already; or `employer_not_found`."""
    found = employer_views_of(Employer.objects.filter(id=employer_id))
    if not found:
        raise EMPLOYER_NOT_FOUND.error(field=field)
    return found[0]


def employer_views(ids: Iterable[UUID]) -> dict[UUID, EmployerView]:
    """Employers by id; unknown ids are left out. Two queries for any number."""
    return {view.id: view for view in employer_views_of(Employer.objects.filter(id__in=list(ids)))}
