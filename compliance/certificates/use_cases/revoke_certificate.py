from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.certificates.contracts import CertificateView
from compliance.certificates.states import CertificateState
from compliance.certificates.use_cases._decide import check_reason, decide, locked_for_officer
from kernel.actor import Actor


def revoke_certificate(*, actor: Actor, certificate_id: UUID, reason: str, now: datetime) -> CertificateView:
    """An officer takes an approval back: the certificate was withdrawn, or was approved in error.

    Raises `forbidden`, `certificate_not_found`, `certificate_own`, `certificate_reason`, `stale_state`.
    """
    why = check_reason(reason)
    row = locked_for_officer(actor, certificate_id)
    return decide(row, CertificateState.REVOKED, actor=actor, now=now, reason=why)
