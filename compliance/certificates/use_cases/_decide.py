"""Shared by the officer's verbs."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from compliance.certificates.contracts import CertificateView
from compliance.certificates.errors import CERTIFICATE_NOT_FOUND, CERTIFICATE_OWN, CERTIFICATE_REASON
from compliance.certificates.models import Certificate
from compliance.certificates.selectors import APPROVE, views_of
from compliance.certificates.states import CERTIFICATE, CertificateState
from compliance.people.selectors import worker_view
from kernel import facts
from kernel.actor import Actor
from kernel.clock import business_day
from kernel.identifiers import clean_text
from kernel.states import transition

_RUNS_OUT = {CertificateState.APPROVED: 1, CertificateState.REVOKED: -1}


def locked_for_officer(actor: Actor, certificate_id: UUID) -> Certificate:
    """The certificate, locked, for an officer who is not its worker. Raises `forbidden`,
    `certificate_not_found`, `certificate_own`."""
    actor.require(APPROVE)
    row: Certificate | None = Certificate.objects.select_for_update().filter(id=certificate_id).first()
    if row is None:
        raise CERTIFICATE_NOT_FOUND.error(field="certificate_id")
    if actor.user_id is not None and worker_view(row.worker_id).identity_id == actor.user_id:
        raise CERTIFICATE_OWN.error()
    return row


def decide(
    row: Certificate, to: CertificateState, *, actor: Actor, now: datetime, reason: str = ""
) -> CertificateView:
    """Moves the locked row and notes who decided when. Tells the city, and with an approval also that the
    certificate will run out, counted on the day after its last; taken back when it is revoked."""
    transition(row, to, machine=CERTIFICATE, actor=actor, now=now, reason=reason)
    row.decided_at, row.decided_by = now, actor.key
    row.save(update_fields=["decided_at", "decided_by"])
    facts.record(f"certificate.{to}", now=now, subject=row.id, values={"certificates": 1})
    runs_out = _RUNS_OUT.get(to)
    if runs_out and (to is CertificateState.APPROVED or row.expires_on >= business_day(now)):
        facts.record(
            "certificate.expiring",
            now=now,
            day=row.expires_on + timedelta(days=1),
            subject=row.id,
            values={"certificates": runs_out},
        )
    return views_of([row])[0]


def check_reason(reason: object) -> str:
    """The officer's reason, which the worker reads; or `certificate_reason`."""
    text = clean_text(reason, "reason", 200) if isinstance(reason, str) else ""
    if not text:
        raise CERTIFICATE_REASON.error(field="reason")
    return text
