from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError

from compliance.people import rules, vault
from compliance.people.contracts import Duty, EmployerKind, EmployerView
from compliance.people.errors import EMPLOYER_EXISTS
from compliance.people.models import Employer, EmployerUser
from compliance.people.use_cases._shared import broke, write_consent
from compliance.people.views import employer_views_of
from kernel import audit, facts
from kernel.actor import Actor, Channel
from kernel.clock import business_day
from kernel.crypto import mask_name, person_key
from kernel.errors import INVALID_VALUE
from kernel.identifiers import clean_name, clean_text, parse_credit_code, parse_id_number, parse_phone
from kernel.ids import uuid7
from tenants import gate

_DISPLAY_NAME_MAX = 60


def register_employer(
    *,
    actor: Actor,
    kind: str,
    contact_name: str,
    phone: str,
    consent_version: str,
    id_number: str | None = None,
    credit_code: str | None = None,
    display_name: str | None = None,
    identity_id: UUID | None = None,
    now: datetime,
) -> EmployerView:
    """Registers an employer; once a county. `identity_id` becomes its first owner.

    `kind` "person" needs `id_number` (18 years, Civil Code 17 and 18) and shows the masked name unless
    `display_name` is given; "company" needs `credit_code` (GB 32100-2015) and `display_name`, and
    `contact_name` is who answers the phone. Own login, or a hall with `people:register`.

    Raises `employer_exists`, `employer_too_young`, `consent_required`, `invalid_value`, `forbidden` and
    what the parsers refuse.
    """
    if actor.user_id is None or identity_id != actor.user_id:
        actor.require("people:register")
    gate.may_begin()
    version = rules.check_consent(consent_version)
    row_id = uuid7()
    contact = clean_name(contact_name, field="contact_name")
    number = parse_phone(phone)
    if kind == EmployerKind.PERSON:
        _absent(credit_code, "credit_code")
        known_by = _person(id_number, row_id, today=business_day(now))
    elif kind == EmployerKind.COMPANY:
        _absent(id_number, "id_number")
        known_by = _company(credit_code)
    else:
        raise INVALID_VALUE.error(field="kind", reason="person, company")
    if display_name is None and kind == EmployerKind.PERSON:
        shown = mask_name(contact)
    else:
        shown = clean_text(display_name, "display_name", _DISPLAY_NAME_MAX, min_len=2)
    employer = Employer(
        id=row_id,
        kind=kind,
        display_name=shown,
        contact_name_sealed=vault.sealed(
            contact, table=vault.EMPLOYER, column="contact_name_sealed", row=row_id
        ),
        phone_sealed=vault.sealed(number, table=vault.EMPLOYER, column="phone_sealed", row=row_id),
        phone_index=vault.phone_index(number),
        registered_at=now,
        registered_by=actor.key,
        channel=actor.channel,
        **known_by,
    )
    _save(employer, identity_id=identity_id, version=version, actor=actor, now=now)
    return employer_views_of([employer])[0]


def _save(employer: Employer, *, identity_id: UUID | None, version: str, actor: Actor, now: datetime) -> None:
    try:
        employer.save(force_insert=True)
    except IntegrityError as fault:
        if broke(fault, "id_number_index", "credit_code"):
            field = "id_number" if employer.kind == EmployerKind.PERSON else "credit_code"
            raise EMPLOYER_EXISTS.error(field=field) from None
        raise
    if identity_id is not None:
        EmployerUser.objects.create(
            employer=employer, identity_id=identity_id, duty=Duty.OWNER, added_at=now, added_by=actor.key
        )
    write_consent(employer.id, version=version, actor=actor, now=now)
    audit.record(actor, "employer.registered", subject=employer.id, purpose="registration", now=now)
    facts.record(
        "person.registered",
        now=now,
        subject=employer.id,
        station=facts.service_point(actor),
        values={"persons": 1, "at_station": int(actor.channel is Channel.STATION)},
        person_key=employer.person_key,
        role="employer",
    )


def _person(id_number: str | None, row_id: UUID, *, today: date) -> dict[str, Any]:
    document = parse_id_number(id_number, on=today)
    rules.check_employer_age(document.birth_date, today, field="id_number")
    return {
        "id_number_sealed": vault.sealed(
            document.number, table=vault.EMPLOYER, column="id_number_sealed", row=row_id
        ),
        "id_number_index": vault.id_number_index(document.number),
        "person_key": person_key(document.number),
    }


def _company(credit_code: str | None) -> dict[str, Any]:
    code = parse_credit_code(credit_code)
    return {"credit_code": code, "person_key": person_key(code)}


def _absent(value: str | None, field: str) -> None:
    if value is not None:
        raise INVALID_VALUE.error(field=field, reason="kind")
