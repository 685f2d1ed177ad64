"""Certificates of restricted trades: handed in by workers, decided by officers."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from rest_framework import serializers

from api.cursors import Page, PageIn
from api.endpoint import Act, Call, Key
from api.fields import Day, Id, In, Raw, Text
from api.shapes import Out
from compliance.certificates import selectors
from compliance.certificates.errors import (
    CERTIFICATE_DATES,
    CERTIFICATE_EXPIRED,
    CERTIFICATE_KIND_UNKNOWN,
    CERTIFICATE_NOT_FOUND,
    CERTIFICATE_NUMBER,
    CERTIFICATE_NUMBER_TAKEN,
    CERTIFICATE_OWN,
    CERTIFICATE_REASON,
)
from compliance.certificates.use_cases.approve_certificate import approve_certificate
from compliance.certificates.use_cases.reject_certificate import reject_certificate
from compliance.certificates.use_cases.revoke_certificate import revoke_certificate
from compliance.certificates.use_cases.submit_certificate import submit_certificate
from compliance.people.errors import WORKER_CHOOSE, WORKER_NOT_FOUND
from kernel.errors import STALE_STATE, Refusal
from tenants.county import CountyWork


class CertificateOut(Out):
    id = serializers.UUIDField()
    worker_id = serializers.UUIDField()
    kind = serializers.CharField()
    number_masked = serializers.CharField()
    issued_on = serializers.DateField()
    expires_on = serializers.DateField()
    state = serializers.CharField()
    submitted_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)


class SubmitCertificateIn(In):
    worker_id = Id(required=False, help_text="absent: the login's own worker")
    kind = Text(max_length=60, help_text="as named by the trade")
    number = Raw(max_length=100)
    issued_on = Day()
    expires_on = Day()


class SubmitCertificate(Act):
    """Hand in a certificate for an officer to look at."""

    tag = "certificates"
    scope = "certificates:submit"
    takes = SubmitCertificateIn
    gives = CertificateOut
    status = 201
    key = Key.OPTIONAL
    refuses = (
        CERTIFICATE_KIND_UNKNOWN,
        CERTIFICATE_NUMBER,
        CERTIFICATE_NUMBER_TAKEN,
        CERTIFICATE_DATES,
        CERTIFICATE_EXPIRED,
        WORKER_NOT_FOUND,
        WORKER_CHOOSE,
    )
    example = {
        "kind": "health_certificate",
        "number": "JK-2026-000123",
        "issued_on": "2026-01-10",
        "expires_on": "2027-01-09",
    }

    def act(self, work: CountyWork, call: Call) -> Any:
        return submit_certificate(actor=call.who, now=work.now, **call.data)


class ListCertificates(Act):
    """Certificates that wait for an officer."""

    tag = "certificates"
    scope = "certificates:approve"
    asks = PageIn
    gives = CertificateOut
    paged = True

    def act(self, work: CountyWork, call: Call) -> Page[Any]:
        limit = call.query["limit"]
        after = UUID(call.position) if call.position else None
        rows = selectors.submitted_certificates(call.who, after=after, limit=limit + 1)
        return Page(rows[:limit], str(rows[limit - 1].id) if len(rows) > limit else None)


class ListWorkersCertificates(Act):
    """All certificates of one worker, newest first."""

    tag = "certificates"
    gives = CertificateOut
    listed = True
    refuses = (WORKER_NOT_FOUND,)

    def act(self, work: CountyWork, call: Call) -> Any:
        return selectors.certificates_of(call.who, call.path["worker_id"])


class ReadCertificate(Act):
    """One certificate, for its worker, a hall or an officer."""

    tag = "certificates"
    gives = CertificateOut
    refuses = (CERTIFICATE_NOT_FOUND,)

    def act(self, work: CountyWork, call: Call) -> Any:
        return selectors.certificate_for(call.who, call.path["certificate_id"])


class _Decision(Act):
    tag = "certificates"
    scope = "certificates:approve"
    gives = CertificateOut
    key = Key.OPTIONAL
    refuses: ClassVar[tuple[Refusal, ...]] = (CERTIFICATE_NOT_FOUND, CERTIFICATE_OWN, STALE_STATE)


class ApproveCertificate(_Decision):
    """Approve a certificate that has been seen; it counts from now on, within its dates."""

    refuses = (*_Decision.refuses, CERTIFICATE_EXPIRED)

    def act(self, work: CountyWork, call: Call) -> Any:
        return approve_certificate(actor=call.who, certificate_id=call.path["certificate_id"], now=work.now)


class ReasonIn(In):
    reason = Raw(max_length=400, help_text="the worker reads it")


class RejectCertificate(_Decision):
    """Turn a certificate down, with the reason; it may be handed in again, corrected."""

    takes = ReasonIn
    refuses = (*_Decision.refuses, CERTIFICATE_REASON)
    example = {"reason": "照片与本人不符"}

    def act(self, work: CountyWork, call: Call) -> Any:
        return reject_certificate(
            actor=call.who,
            certificate_id=call.path["certificate_id"],
            reason=call.data["reason"],
            now=work.now,
        )


class RevokeCertificate(_Decision):
    """Take an approval back."""

    takes = ReasonIn
    refuses = (*_Decision.refuses, CERTIFICATE_REASON)

    def act(self, work: CountyWork, call: Call) -> Any:
        return revoke_certificate(
            actor=call.who,
            certificate_id=call.path["certificate_id"],
            reason=call.data["reason"],
            now=work.now,
        )
