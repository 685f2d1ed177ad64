"""The dialect of JINXI.md: one address, XML both ways, yuan, local time, HTTP 200 for everything."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
import xml.etree.ElementTree as ET  # only builds; what comes in is parsed by defusedxml
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from aiohttp import web
from defusedxml import ElementTree as SafeXml
from defusedxml.common import DefusedXmlException

from examples.reference_insurer.book import Answer, Book, BookError
from examples.reference_insurer.connections import connection
from examples.reference_insurer.person import NotReadable, Person, read
from examples.reference_insurer.signing import TOLERANCE_SECONDS

CODES = {
    "policy_reused": "1001",
    "amendment_reused": "1001",
    "policy_unknown": "1002",
    "state_conflict": "1003",
    "field_invalid": "2001",
    "body_too_large": "2001",
    "signature_invalid": "9001",
}
WORDS = {
    "0000": "承保成功",
    "1001": "流水号已用于其他内容",
    "1002": "流水号不存在",
    "1003": "保单状态不允许批改",
}
PAYERS = {"E": "employer", "G": "fund"}
STARTS = {"NOW": "at_once", "MIDNIGHT": "next_midnight"}
KINDS = {"REPLACE": "worker_replaced", "ADDDAY": "day_added"}
STATUS = {"issued": "A", "refused": "R", "cancelled": "C"}


class JinxiApi:
    def __init__(self, book: Book) -> None:
        self.book, self.faults = book, book.faults

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/{county}/service", self.serve)]

    async def serve(self, request: web.Request) -> web.Response:
        try:
            body = await request.read()
            with self.book.store.transaction():
                self._believe(request, body)
                return _xml(self._answer(request.match_info["county"], _parsed(body)))
        except web.HTTPRequestEntityTooLarge:
            return _xml(_result("2001", "too large"))
        except BookError as fault:
            code = CODES[fault.code]
            return _xml(_result(code, WORDS.get(code, str(fault))))

    def _believe(self, request: web.Request, body: bytes) -> None:
        county = request.match_info["county"]
        known = connection(self.book.store, county)
        agency, sent, given = (
            request.headers.get(f"X-Jinxi-{name}", "") for name in ("Agency", "Time", "Sign")
        )
        fits = known is not None and agency == county and sent.isascii() and sent.isdigit() and len(sent) < 12
        if not (fits and known and abs(time.time() - int(sent)) <= TOLERANCE_SECONDS):
            raise BookError("signature_invalid", "agency or time wrong")
        signed = f"{agency}\n{sent}\n".encode() + body
        matched = False
        for key in known.call_keys:
            expected = hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()
            matched |= hmac.compare_digest(expected.encode(), given.encode())
        if not matched and not self.faults.forged_accepted:
            raise BookError("signature_invalid", "signature wrong")

    def _answer(self, county: str, asked: ET.Element) -> ET.Element:
        if asked.tag == "Hello":
            return _result("0000", "您好")
        serial = _text(asked, "SerialNo")
        if asked.tag == "Query":
            answer = self.book.find(county, serial)
        elif asked.tag == "Surrender":
            answer = self.book.cancel(county, serial)
        elif asked.tag == "Insure":
            answer = self.book.bind(county, self._terms(county, asked), self._person(asked, serial))
        elif asked.tag == "Endorse":
            self.book.find(county, serial)
            answer = self._endorse(county, asked, serial)
        else:
            raise BookError("field_invalid", f"{asked.tag}: unknown request")
        return _told(answer)

    def _endorse(self, county: str, asked: ET.Element, serial: str) -> Answer:
        change = _choice(asked, "Kind", KINDS)
        person = self._person(asked, serial) if change == "worker_replaced" else None
        terms = {
            "type": "policy.amend",
            "county": county,
            "policy_id": serial,
            "amendment_id": _text(asked, "EndorseNo"),
            "change": change,
            "days": _number(asked, "Days"),
            "premium_fen": _fen(asked, "Premium"),
        }
        return self.book.amend(county, terms, person)

    def _terms(self, county: str, asked: ET.Element) -> dict[str, Any]:
        """An `Insure` in the words of our contract, so that one book serves both."""
        payer = _choice(asked, "Payer", PAYERS)
        return {
            "type": "policy.bind",
            "county": county,
            "policy_id": _text(asked, "SerialNo"),
            "order_id": _text(asked, "JobNo"),
            "product": _text(asked, "ProductNo"),
            "level": _text(asked, "Plan"),
            "payer": payer,
            "trade": _text(asked, "Occupation"),
            "risk_class": _number(asked, "Grade"),
            "heads": _number(asked, "Crew"),
            "on": _day(asked, "FirstDay"),
            "days": _number(asked, "Days"),
            "starts": _choice(asked, "Commencement", STARTS),
            "premium_fen": _fen(asked, "Premium"),
            "death_disability_cover_fen": _fen(asked, "SumDeath"),
            "medical_cover_fen": _fen(asked, "SumMedical"),
            "table_version": _number(asked, "TableNo"),
        }

    def _person(self, asked: ET.Element, serial: str) -> Person:
        try:
            return read(_text(asked, "Insured"), key=self.book.key, policy_id=serial)
        except NotReadable:
            raise BookError("field_invalid", "Insured: cannot be read") from None


def _parsed(body: bytes) -> ET.Element:
    try:
        found: ET.Element = SafeXml.fromstring(body)
    except (ET.ParseError, DefusedXmlException, ValueError):
        raise BookError("field_invalid", "not XML") from None
    return found


def _text(asked: ET.Element, name: str) -> str:
    if not (value := (asked.findtext(name) or "").strip()):
        raise BookError("field_invalid", f"{name}: missing")
    return value


def _number(asked: ET.Element, name: str) -> int:
    value = _text(asked, name)
    if not (value.isascii() and value.isdigit() and 1 <= int(value[:12]) <= 2**31):
        raise BookError("field_invalid", f"{name}: must be a whole number from 1")
    return int(value)


def _choice(asked: ET.Element, name: str, known: dict[str, str]) -> str:
    if (value := known.get(_text(asked, name))) is None:
        raise BookError("field_invalid", f"{name}: must be one of {', '.join(known)}")
    return value


def _fen(asked: ET.Element, name: str) -> int:
    """Yuan with two decimals, as fen."""
    try:
        fen = Decimal(_text(asked, name)) * 100
    except InvalidOperation:
        raise BookError("field_invalid", f"{name}: must be yuan") from None
    if not fen.is_finite() or fen != int(fen) or not 0 <= fen < 10**14:
        raise BookError("field_invalid", f"{name}: must be yuan with two decimals")
    return int(fen)


def _day(asked: ET.Element, name: str) -> str:
    value = _text(asked, name)
    try:
        return date(int(value[:4]), int(value[4:6]), int(value[6:])).isoformat()
    except ValueError:
        raise BookError("field_invalid", f"{name}: must be yyyyMMdd") from None


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _result(code: str, message: str, **more: str) -> ET.Element:
    root = ET.Element("Result")
    for name, value in {"Code": code, "Message": message, **more}.items():
        ET.SubElement(root, name).text = value
    return root


def _told(answer: Answer) -> ET.Element:
    if answer.state == "pending":  # this insurer answers at once or is too busy
        return _result("9999", "系统繁忙")
    more = {"SerialNo": answer.policy_id, "Status": STATUS[answer.state]}
    if answer.state == "issued":
        more |= {
            "PolicyNo": answer.number,
            "Premium": _yuan(answer.premium_fen),
            "Pdf": base64.b64encode(answer.pdf).decode(),
            "PdfDigest": answer.sha256.upper(),
        }
    if answer.state == "cancelled":
        more["Refund"] = _yuan(answer.refund_fen)
    words = f"{answer.reason}: 不予承保" if answer.state == "refused" else WORDS["0000"]
    return _result("0000", words, **more)


def _xml(root: ET.Element) -> web.Response:
    body = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return web.Response(body=body, content_type="text/xml", charset="utf-8")
