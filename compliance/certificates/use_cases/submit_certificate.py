from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError

from compliance.certificates import rules, vault
from compliance.certificates.contracts import CertificateView
from compliance.certificates.errors import CERTIFICATE_KIND_UNKNOWN, CERTIFICATE_NUMBER_TAKEN
from compliance.certificates.models import Certificate
from compliance.certificates.selectors import kinds, views_of
from compliance.certificates.states import CERTIFICATE
from compliance.people.selectors import worker_for
from kernel import facts
from kernel.actor import Actor
from kernel.clock import business_day
from kernel.ids import uuid7
from kernel.states import begin


def submit_certificate(
    *,
    actor: Actor,
    worker_id: UUID | None,
    kind: str,
    number: str,
    issued_on: date,
    expires_on: date,
    now: datetime,
) -> CertificateView:
    """Hands in a certificate for an officer to look at. Own, or any worker's with `act_for`.

    Raises `certificate_kind_unknown`, `certificate_number`, `certificate_number_taken` (one live
    certificate a kind and number), `certificate_dates`, `certificate_expired`, `worker_not_found`.
    """
    actor.require("certificates:submit")
    worker = worker_for(actor, worker_id)
    if kind not in kinds():
        raise CERTIFICATE_KIND_UNKNOWN.error(field="kind", kind=str(kind)[:60])
    written = rules.clean_number(number)
    rules.check_dates(issued_on, expires_on, today=business_day(now))
    row_id = uuid7()
    row = Certificate(
        id=row_id,
        worker_id=worker.id,
        kind=kind,
        number_sealed=vault.sealed(written, row=row_id),
        number_index=vault.number_index(written),
        issued_on=issued_on,
        expires_on=expires_on,
        submitted_at=now,
        submitted_by=actor.key,
    )
    try:
        row.save(force_insert=True)
    except IntegrityError as fault:
        if "certificate_number_once" in str(fault):
            raise CERTIFICATE_NUMBER_TAKEN.error(field="number") from None
        raise
    begin(row, machine=CERTIFICATE, actor=actor, now=now)
    facts.record(
        "certificate.submitted",
        now=now,
        subject=row.id,
        station=facts.service_point(actor),
        values={"certificates": 1},
    )
    return views_of([row])[0]
