from __future__ import annotations

from enum import StrEnum

from kernel.states import Machine


class CertificateState(StrEnum):
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    REVOKED = "revoked"


CERTIFICATE = Machine(
    name="certificate",
    moves={
        CertificateState.SUBMITTED: frozenset({CertificateState.APPROVED, CertificateState.REJECTED}),
        CertificateState.APPROVED: frozenset({CertificateState.REVOKED}),
    },
)

# A number is taken while one of these holds; a rejected or revoked one may be handed in again.
LIVE = (CertificateState.SUBMITTED, CertificateState.APPROVED)
