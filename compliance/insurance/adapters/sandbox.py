"""Insurers for sandboxes, tests and demonstrations. They keep nothing: an answer follows from the request
alone, so that asking twice gives one policy."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from uuid import UUID

from fpdf import FPDF

from compliance.insurance.port import (
    AmendRequest,
    BindAnswer,
    BindRequest,
    CancelAnswer,
    CancelRequest,
    Decision,
    InsurerUnavailable,
    Link,
)

REFUSED_SUFFIX = "0000dead"
UNAVAILABLE_SUFFIX = "00000bad"
# The same bytes each time the same policy is asked for.
_MADE_AT = datetime(2023, 1, 1, tzinfo=UTC)


class SandboxInsurer:
    """Issues at once, with `SBX-<county>-<policy id>` as certificate number.

    Two kinds of insured person are special, by the end of their id: `…0000dead` is refused
    (`declined_by_sandbox`), for `…00000bad` the insurer is never reached.
    """

    wants_person = False

    def __init__(self, link: Link) -> None:
        self.link = link

    def bind(self, request: BindRequest) -> BindAnswer:
        insured = request.insured.hex
        if insured.endswith(UNAVAILABLE_SUFFIX):
            raise InsurerUnavailable("the sandbox does not answer for this person")
        if insured.endswith(REFUSED_SUFFIX):
            return BindAnswer(Decision.REFUSED, reason="declined_by_sandbox")
        return self._issued(request.policy_id, request.premium_fen)

    def poll(self, policy_id: UUID) -> BindAnswer:
        raise InsurerUnavailable("the sandbox never lets anybody wait")

    def amend(self, request: AmendRequest) -> BindAnswer:
        if request.insured.hex.endswith(REFUSED_SUFFIX):
            return BindAnswer(Decision.REFUSED, reason="declined_by_sandbox")
        return self._issued(request.policy_id, request.premium_fen)

    def cancel(self, request: CancelRequest) -> CancelAnswer:
        return CancelAnswer(refund_fen=0)

    def ping(self) -> None:
        """Nobody is called."""

    def _issued(self, policy_id: UUID, premium_fen: int) -> BindAnswer:
        number = f"SBX-{self.link.county}-{policy_id.hex.upper()}"
        certificate = _certificate(number, premium_fen)
        return BindAnswer(
            Decision.ISSUED,
            certificate_number=number,
            certificate_sha256=hashlib.sha256(certificate).hexdigest(),
            certificate=certificate,
            premium_fen=premium_fen,
        )


class RefusingInsurer(SandboxInsurer):
    """Refuses everybody. For tests of what an order does without cover."""

    def bind(self, request: BindRequest) -> BindAnswer:
        return BindAnswer(Decision.REFUSED, reason="declined_by_sandbox")


class DownInsurer(SandboxInsurer):
    """Is never reached."""

    def bind(self, request: BindRequest) -> BindAnswer:
        raise InsurerUnavailable("the sandbox is down")

    def amend(self, request: AmendRequest) -> BindAnswer:
        raise InsurerUnavailable("the sandbox is down")

    def cancel(self, request: CancelRequest) -> CancelAnswer:
        raise InsurerUnavailable("the sandbox is down")

    def ping(self) -> None:
        raise InsurerUnavailable("the sandbox is down")


def _certificate(number: str, premium_fen: int) -> bytes:
    """One page that says what it is."""
    page = FPDF(format="A5")
    page.set_creation_date(_MADE_AT)
    page.add_page()
    page.set_font("Helvetica", size=14)
    page.cell(text="Sandbox certificate of insurance", new_x="LMARGIN", new_y="NEXT")
    page.set_font("Helvetica", size=9)
    for line in (f"Number {number}", f"Premium {premium_fen} fen", "No insurer stands behind this paper."):
        page.cell(text=line, new_x="LMARGIN", new_y="NEXT")
    return bytes(page.output())
