from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from compliance.certificates.states import CertificateState


@dataclass(frozen=True, slots=True)
class CertificateView:
    """A certificate, its number masked. `decided_by` is the officer's actor key, empty until decided."""

    id: UUID
    worker_id: UUID
    kind: str
    number_masked: str
    issued_on: date
    expires_on: date
    state: CertificateState
    submitted_at: datetime
    decided_at: datetime | None
    decided_by: str
