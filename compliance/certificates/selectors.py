"""Reads about certificates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from compliance.certificates import vault
from compliance.certificates.contracts import CertificateView
from compliance.certificates.errors import CERTIFICATE_NOT_FOUND
from compliance.certificates.models import Certificate
from compliance.certificates.rules import covers, mask_number
from compliance.certificates.states import CertificateState
from compliance.people.selectors import worker_for
from kernel.actor import Actor
from tenants import catalogue

APPROVE = "certificates:approve"


def kinds() -> tuple[str, ...]:
    """Kinds of certificates that some trade of the catalogue asks for."""
    return tuple(sorted({trade.certificate for trade in catalogue.trades().values() if trade.certificate}))


def missing_days(worker_id: UUID, kind: str, first: date, last: date) -> bool:
    """True unless the worker's approved certificates of the kind are valid on every day from `first` to
    `last` (Shanghai days, both included). Two that follow each other without a gap count together. One
    query."""
    spans = Certificate.objects.filter(
        worker_id=worker_id,
        kind=kind,
        state=CertificateState.APPROVED,
        expires_on__gte=first,
        issued_on__lte=last,
    ).values_list("issued_on", "expires_on")
    return not covers(list(spans), first=first, last=last)


def held_kinds(worker_id: UUID, first: date, last: date) -> frozenset[str]:
    """Kinds valid on every day, for feeds that look at many trades. One query."""
    spans: dict[str, list[tuple[date, date]]] = {}
    rows = Certificate.objects.filter(
        worker_id=worker_id,
        state=CertificateState.APPROVED,
        expires_on__gte=first,
        issued_on__lte=last,
    )
    for kind, start, end in rows.values_list("kind", "issued_on", "expires_on"):
        spans.setdefault(kind, []).append((start, end))
    return frozenset(kind for kind, found in spans.items() if covers(found, first=first, last=last))


def certificates_of(actor: Actor, worker_id: UUID | None) -> list[CertificateView]:
    """All certificates of a worker: the own, or anybody's for halls and officers. Newest first."""
    if worker_id is not None and actor.has(APPROVE):
        rows = Certificate.objects.filter(worker_id=worker_id)
    else:
        rows = Certificate.objects.filter(worker_id=worker_for(actor, worker_id).id)
    return views_of(rows.order_by("-submitted_at", "-id"))


def submitted_certificates(
    actor: Actor, *, after: UUID | None = None, limit: int = 50
) -> list[CertificateView]:
    """What waits for an officer, in order of id. Needs `certificates:approve`."""
    actor.require(APPROVE)
    rows = Certificate.objects.filter(state=CertificateState.SUBMITTED).order_by("id")
    if after is not None:
        rows = rows.filter(id__gt=after)
    return views_of(rows[:limit])


def certificate_for(actor: Actor, certificate_id: UUID) -> CertificateView:
    """One certificate for its worker, a hall or an officer; or `certificate_not_found`."""
    row = Certificate.objects.filter(id=certificate_id).first()
    if row is None:
        raise CERTIFICATE_NOT_FOUND.error(field="certificate_id")
    if not actor.has(APPROVE):
        worker_for(actor, row.worker_id, field="certificate_id")
    return views_of([row])[0]


def views_of(rows: Iterable[Certificate]) -> list[CertificateView]:
    return [
        CertificateView(
            id=row.id,
            worker_id=row.worker_id,
            kind=row.kind,
            number_masked=mask_number(vault.opened(row.number_sealed, row=row.id)),
            issued_on=row.issued_on,
            expires_on=row.expires_on,
            state=CertificateState(row.state),
            submitted_at=row.submitted_at,
            decided_at=row.decided_at,
            decided_by=row.decided_by,
        )
        for row in rows
    ]
