from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.certificates import rules
from compliance.certificates.contracts import CertificateView
from compliance.certificates.states import CertificateState
from compliance.certificates.use_cases._decide import decide, locked_for_officer
from kernel.actor import Actor
from kernel.clock import business_day


def approve_certificate(*, actor: Actor, certificate_id: UUID, now: datetime) -> CertificateView:
    """An officer has seen the certificate and it counts from now on, within its dates.

    Raises `forbidden`, `certificate_not_found`, `certificate_own`, `certificate_expired`, `stale_state`.
    """
    row = locked_for_officer(actor, certificate_id)
    rules.check_not_expired(row.expires_on, today=business_day(now))
    return decide(row, CertificateState.APPROVED, actor=actor, now=now)
