"""Rows as the masked views that leave this room."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from compliance.people import vault
from compliance.people.contracts import (
    Contact,
    Duty,
    EmployerKind,
    EmployerUserView,
    EmployerView,
    RevealedWorker,
    WorkerView,
)
from compliance.people.models import Employer, EmployerUser, Worker, WorkerTrade
from compliance.people.rules import adult_on
from kernel.crypto import mask_name, mask_phone


def worker_views_of(rows: Iterable[Worker]) -> list[WorkerView]:
    """Views of the rows in their order; one query for all their trades."""
    workers = list(rows)
    can: dict[UUID, list[str]] = {row.id: [] for row in workers}
    want: dict[UUID, list[str]] = {row.id: [] for row in workers}
    for trade in WorkerTrade.objects.filter(worker_id__in=can).order_by("trade"):
        if trade.can_do:
            can[trade.worker_id].append(trade.trade)
        if trade.want_to_do:
            want[trade.worker_id].append(trade.trade)
    return [_worker(row, can=tuple(can[row.id]), want=tuple(want[row.id])) for row in workers]


def employer_views_of(rows: Iterable[Employer]) -> list[EmployerView]:
    """Views of the rows in their order; one query for all their users."""
    employers = list(rows)
    users: dict[UUID, list[EmployerUserView]] = {row.id: [] for row in employers}
    for user in EmployerUser.objects.filter(employer_id__in=users).order_by("added_at", "id"):
        users[user.employer_id].append(EmployerUserView(user.identity_id, Duty(user.duty)))
    return [_employer(row, users=tuple(users[row.id])) for row in employers]


def revealed(row: Worker) -> RevealedWorker:
    return RevealedWorker(
        id=row.id,
        name=vault.opened(row.name_sealed, table=vault.WORKER, column="name_sealed", row=row.id),
        id_number=vault.opened(
            row.id_number_sealed, table=vault.WORKER, column="id_number_sealed", row=row.id
        ),
        phone=_phone(row, vault.WORKER),
    )


def worker_contact(row: Worker) -> Contact:
    name = vault.opened(row.name_sealed, table=vault.WORKER, column="name_sealed", row=row.id)
    return Contact(name=name, phone=_phone(row, vault.WORKER))


def employer_contact(row: Employer) -> Contact:
    return Contact(name=_contact_name(row), phone=_phone(row, vault.EMPLOYER))


def _worker(row: Worker, *, can: tuple[str, ...], want: tuple[str, ...]) -> WorkerView:
    name = vault.opened(row.name_sealed, table=vault.WORKER, column="name_sealed", row=row.id)
    return WorkerView(
        id=row.id,
        name_masked=mask_name(name),
        birth_date=row.birth_date,
        adult_on=adult_on(row.birth_date),
        sex=row.sex,
        person_key=row.person_key,
        can_do=can,
        want_to_do=want,
        phone_masked=mask_phone(_phone(row, vault.WORKER)),
        registered_at=row.registered_at,
        identity_id=row.identity_id,
    )


def _employer(row: Employer, *, users: tuple[EmployerUserView, ...]) -> EmployerView:
    return EmployerView(
        id=row.id,
        kind=EmployerKind(row.kind),
        display_name=row.display_name,
        credit_code=row.credit_code or "",
        contact_name_masked=mask_name(_contact_name(row)),
        phone_masked=mask_phone(_phone(row, vault.EMPLOYER)),
        person_key=row.person_key,
        registered_at=row.registered_at,
        users=users,
    )


def _contact_name(row: Employer) -> str:
    return vault.opened(
        row.contact_name_sealed, table=vault.EMPLOYER, column="contact_name_sealed", row=row.id
    )


def _phone(row: Worker | Employer, table: str) -> str:
    return vault.opened(row.phone_sealed, table=table, column="phone_sealed", row=row.id)
