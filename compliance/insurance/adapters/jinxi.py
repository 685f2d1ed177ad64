"""An insurer that keeps its own API (`examples/reference_insurer/JINXI.md`): XML both ways, yuan, at once."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from uuid import UUID
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring  # builds only

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from compliance.insurance.adapters.yuan import fen_of, yuan_of
from compliance.insurance.contracts import Change, Payer
from compliance.insurance.port import (
    AmendRequest,
    BindAnswer,
    BindRequest,
    CancelAnswer,
    CancelRequest,
    Decision,
    InsurerUnavailable,
    Link,
    UnknownToInsurer,
)
from compliance.rates.contracts import Starts
from egress.client import request
from egress.errors import EgressFailed, EgressRefused
from kernel.clock import real_now

DONE, UNKNOWN = "0000", "1002"
_STATES = {"A": Decision.ISSUED, "R": Decision.REFUSED, "C": Decision.CANCELLED}
_KINDS = {Change.WORKER_REPLACED: "REPLACE", Change.DAY_ADDED: "ADDDAY"}


class JinxiInsurer:
    """`base_url` ends with the agency, which is the county's short name."""

    wants_person = True

    def __init__(self, link: Link) -> None:
        self.link = link

    def bind(self, request: BindRequest) -> BindAnswer:
        return _answer(
            self._ask(
                "Insure",
                SerialNo=str(request.policy_id),
                JobNo=str(request.order_id),
                ProductNo=request.product,
                Plan=request.level,
                Payer="G" if request.payer is Payer.FUND else "E",
                Occupation=request.trade,
                Grade=str(request.risk_class),
                Crew=str(request.heads),
                FirstDay=f"{request.on:%Y%m%d}",
                Days=str(request.days),
                Commencement="NOW" if request.starts is Starts.AT_ONCE else "MIDNIGHT",
                Premium=yuan_of(request.premium_fen),
                SumDeath=yuan_of(request.death_disability_cover_fen),
                SumMedical=yuan_of(request.medical_cover_fen),
                TableNo=str(request.table_version),
                Insured=request.insured_jwe,
            )
        )

    def poll(self, policy_id: UUID) -> BindAnswer:
        return _answer(self._ask("Query", SerialNo=str(policy_id)))

    def amend(self, request: AmendRequest) -> BindAnswer:
        return _answer(
            self._ask(
                "Endorse",
                SerialNo=str(request.policy_id),
                EndorseNo=str(request.amendment_id),
                Kind=_KINDS[request.change],
                Days=str(request.days),
                Premium=yuan_of(request.premium_fen),
                Insured=request.insured_jwe,
            )
        )

    def cancel(self, request: CancelRequest) -> CancelAnswer:
        found = self._ask("Surrender", SerialNo=str(request.policy_id), Cause=request.reason)
        return CancelAnswer(refund_fen=fen_of(found.findtext("Refund", "")))

    def ping(self) -> None:
        self._ask("Hello")

    def _ask(self, root: str, **members: str) -> Element:
        asked = Element(root)
        for name, value in members.items():
            SubElement(asked, name).text = value
        found = self._call(tostring(asked, encoding="utf-8", xml_declaration=True))
        code = found.findtext("Code", "")
        if code == UNKNOWN:
            raise UnknownToInsurer
        if code != DONE:
            raise InsurerUnavailable(f"answered with code {code[:10]}")
        return found

    def _call(self, body: bytes) -> Element:
        if not self.link.secrets:
            raise InsurerUnavailable("no call key has been issued for this insurer")
        agency, seconds = self.link.county, str(int(real_now().timestamp()))
        signed = f"{agency}\n{seconds}\n".encode() + body
        headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "X-Jinxi-Agency": agency,
            "X-Jinxi-Time": seconds,
            "X-Jinxi-Sign": hmac.new(self.link.secrets[0].encode(), signed, hashlib.sha256).hexdigest(),
        }
        try:
            answer = request("POST", f"{self.link.base_url.rstrip('/')}/service", headers=headers, body=body)
        except (EgressRefused, EgressFailed) as fault:
            raise InsurerUnavailable(fault.reason) from None
        try:
            found: Element = fromstring(answer.body)
        except (ParseError, DefusedXmlException, ValueError):
            raise InsurerUnavailable(f"answered with {answer.status} and no XML") from None
        return found


def _answer(found: Element) -> BindAnswer:
    state = _STATES.get(found.findtext("Status", ""))
    if state is None:
        raise InsurerUnavailable("the answer has no status")
    if state is not Decision.ISSUED:
        return BindAnswer(state, reason=found.findtext("Message", "").partition(":")[0].strip())
    try:
        certificate = base64.b64decode(found.findtext("Pdf", ""), validate=True)
    except binascii.Error:
        raise InsurerUnavailable("the certificate is no base64") from None
    return BindAnswer(
        state,
        certificate_number=found.findtext("PolicyNo", ""),
        certificate_sha256=found.findtext("PdfDigest", "").lower(),
        certificate=certificate,
        premium_fen=fen_of(found.findtext("Premium", "")),
    )
