from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError

from compliance.people import rules, vault
from compliance.people.contracts import WorkerView
from compliance.people.errors import WORKER_EXISTS
from compliance.people.models import Worker
from compliance.people.use_cases._shared import (
    broke,
    known_trades,
    write_consent,
    write_insurance_consent,
    write_trades,
)
from compliance.people.views import worker_views_of
from kernel import audit, facts
from kernel.actor import Actor, Channel
from kernel.clock import business_day
from kernel.crypto import person_key
from kernel.identifiers import IdNumber, clean_name, parse_id_number, parse_phone
from kernel.ids import uuid7
from tenants import gate


def register_worker(
    *,
    actor: Actor,
    name: str,
    id_number: str,
    phone: str,
    consent_version: str,
    can_do: Iterable[str] = (),
    want_to_do: Iterable[str] = (),
    identity_id: UUID | None = None,
    insurance_consent: bool = False,
    now: datetime,
) -> WorkerView:
    """Registers a person by real name; once a county. The identity side (`join_county`) comes first.

    A person registers the own login; a hall (`people:register`) registers somebody present, with the
    login of that person's phone as `identity_id`, or none. From 16 years on the market day (State
    Council Order 364). Consent to the privacy notice is stored with its version (PIPL), and apart from it
    whether name and ID number may go to insurers, without which insured places cannot be taken.

    Raises `worker_exists`, `worker_too_young`, `consent_required`, `trade_unknown`, `forbidden` and
    what the parsers of name, ID number and phone refuse.
    """
    if actor.user_id is None or identity_id != actor.user_id:
        actor.require("people:register")
    gate.may_begin()
    today = business_day(now)
    version = rules.check_consent(consent_version)
    real_name = clean_name(name)
    document = parse_id_number(id_number, on=today)
    rules.check_working_age(document.birth_date, today, field="id_number")
    number = parse_phone(phone)
    can, want = known_trades(can_do, field="can_do"), known_trades(want_to_do, field="want_to_do")
    worker = _row(document, real_name, number)
    worker.identity_id, worker.registered_at = identity_id, now
    worker.registered_by, worker.channel = actor.key, actor.channel
    try:
        worker.save(force_insert=True)
    except IntegrityError as fault:
        if broke(fault, "id_number_index"):
            raise WORKER_EXISTS.error(field="id_number") from None
        raise
    write_trades(worker, can_do=can, want_to_do=want)
    write_consent(worker.id, version=version, actor=actor, now=now)
    write_insurance_consent(worker.id, given=insurance_consent, actor=actor, now=now)
    audit.record(actor, "worker.registered", subject=worker.id, purpose="registration", now=now)
    facts.record(
        "person.registered",
        now=now,
        subject=worker.id,
        station=facts.service_point(actor),
        values={"persons": 1, "at_station": int(actor.channel is Channel.STATION)},
        person_key=worker.person_key,
        role="worker",
    )
    return worker_views_of([worker])[0]


def _row(document: IdNumber, name: str, phone: str) -> Worker:
    """The person's own data, sealed for the row it will stand in."""
    row_id = uuid7()
    return Worker(
        id=row_id,
        name_sealed=vault.sealed(name, table=vault.WORKER, column="name_sealed", row=row_id),
        id_number_sealed=vault.sealed(
            document.number, table=vault.WORKER, column="id_number_sealed", row=row_id
        ),
        id_number_index=vault.id_number_index(document.number),
        phone_sealed=vault.sealed(phone, table=vault.WORKER, column="phone_sealed", row=row_id),
        phone_index=vault.phone_index(phone),
        birth_date=document.birth_date,
        sex=document.sex,
        division=document.division,
        person_key=person_key(document.number),
    )
