"""Our contract over HTTP: docs/partners.md sections 4 and 7. Addresses below `/<county>`."""

from __future__ import annotations

import base64
import json
import re
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from aiohttp import web

from examples.reference_insurer.book import Answer, Book, BookError
from examples.reference_insurer.connections import connection, first_seen
from examples.reference_insurer.person import NotReadable, Person, read
from examples.reference_insurer.signing import Unsigned, verify

CONTRACT = "1"
STATUS = {
    "json_invalid": 400,
    "signature_missing": 401,
    "signature_invalid": 401,
    "message_expired": 401,
    "policy_unknown": 404,
    "route_unknown": 404,
    "policy_reused": 409,
    "amendment_reused": 409,
    "message_reused": 409,
    "state_conflict": 409,
    "body_too_large": 413,
    "field_invalid": 422,
}
BIND_FIELDS: Mapping[str, type] = {
    "type": str, "county": str, "policy_id": str, "order_id": str, "product": str, "layer": str, "payer": str,
    "table_version": int, "level": str, "trade": str, "risk_class": int, "heads": int, "on": str, "days": int,
    "starts": str, "premium_fen": int, "death_disability_cover_fen": int, "medical_cover_fen": int,
    "requested_at": str, "insured": str,
}  # fmt: skip
AMEND_FIELDS: Mapping[str, type] = {
    "type": str, "county": str, "policy_id": str, "amendment_id": str, "change": str, "days": int,
    "premium_fen": int,
}  # fmt: skip
CANCEL_FIELDS: Mapping[str, type] = {"type": str, "county": str, "policy_id": str, "reason": str}
EVENT_FIELDS: Mapping[str, type] = {
    "id": str, "type": str, "source": str, "subject": str, "sequence": int, "time": str, "data": dict,
}  # fmt: skip
CHOICES = {
    "layer": {"top_up", "basic"},
    "payer": {"employer", "fund"},
    "starts": {"at_once", "next_midnight"},
    "change": {"worker_replaced", "day_added"},
}
RANGES = {
    "premium_fen": (1, 10_000_000),
    "days": (1, 31),
    "heads": (1, 100_000),
    "risk_class": (1, 6),
    "sequence": (1, 2**31),
    "table_version": (1, 2**31),
    "death_disability_cover_fen": (0, 10**12),
    "medical_cover_fen": (0, 10**12),
}

Handler = Callable[[web.Request], Awaitable[web.Response]]


class LinggongApi:
    def __init__(self, book: Book, *, code: str) -> None:
        self.book, self.code = book, code
        self.faults = book.faults

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/{county}/ping", self._guard(self.ping)),
            web.post("/{county}/policies", self._guard(self.bind)),
            web.get("/{county}/policies/{policy_id}", self._guard(self.show)),
            web.get("/{county}/policies/{policy_id}/certificate", self._guard(self.certificate)),
            web.post("/{county}/policies/{policy_id}/amend", self._guard(self.amend)),
            web.post("/{county}/policies/{policy_id}/cancel", self._guard(self.cancel)),
            web.get("/{county}/events", self._guard(self.our_events)),
            web.post("/{county}/events", self._guard(self.their_event)),
            web.get("/{county}/statement", self._guard(self.statement)),
        ]

    # -- what every request goes through -----------------------------------------------------------------

    def _guard(self, handler: Handler) -> Handler:
        async def guarded(request: web.Request) -> web.Response:
            try:
                body = await request.read()
                if len(body) > 1_000_000 and not self.faults.unlimited:
                    raise BookError("body_too_large", "more than 1,000,000 bytes")
                with self.book.store.transaction():
                    self._believe(request, body)
                    return await handler(request)
            except web.HTTPRequestEntityTooLarge:
                return self.problem("body_too_large", "more than 1,000,000 bytes")
            except (Unsigned, BookError) as fault:
                return self.problem(fault.code, str(fault))

        return guarded

    def _believe(self, request: web.Request, body: bytes) -> None:
        """Raises Unsigned or BookError unless the county has signed this very request."""
        county = request.match_info["county"]
        known = connection(self.book.store, county)
        if known is None:
            raise BookError("route_unknown", "no such county")
        is_event = request.method == "POST" and request.path.endswith("/events")
        keys = known.endpoint_keys if is_event else known.call_keys
        if self.faults.one_key:
            keys = keys[:1]
        below_base = request.path_qs.removeprefix(f"/{county}")
        content = body if request.method == "POST" else f"{request.method} {below_base}".encode()
        believed = self.faults.forged_accepted
        believed |= self.faults.path_unsigned and request.method == "GET"
        believed |= self.faults.events_unverified and is_event
        now = time.time()
        if self.faults.expired_accepted and (sent := request.headers.get("webhook-timestamp", "")).isdigit():
            now = float(sent)
        try:
            message_id = verify(keys, request.headers, content, now=now)
        except Unsigned:
            if not believed:
                raise
            message_id = f"unsigned_{uuid.uuid4().hex}"
        channel = "event" if is_event else "call"
        lenient = self.faults.events_reuse_accepted if is_event else self.faults.message_reuse_accepted
        if not first_seen(self.book.store, county, channel, message_id, content) and not lenient:
            raise BookError("message_reused", "this webhook-id came with another body")

    def problem(self, code: str, detail: str) -> web.Response:
        if self.faults.plain_errors:
            return web.Response(text=detail, status=STATUS[code])
        body = {"type": "about:blank", "title": code, "status": STATUS[code], "code": code, "detail": detail}
        return web.json_response(body, status=STATUS[code], content_type="application/problem+json")

    # -- calls of the county -----------------------------------------------------------------------------

    async def ping(self, request: web.Request) -> web.Response:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return web.json_response({"insurer": self.code, "contract": CONTRACT, "time": now})

    async def bind(self, request: web.Request) -> web.Response:
        terms = await self._read(request, BIND_FIELDS, kind="policy.bind")
        person = self._person(terms)
        return _answered(self.book.bind(request.match_info["county"], terms, person))

    async def show(self, request: web.Request) -> web.Response:
        answer = self.book.find(request.match_info["county"], request.match_info["policy_id"])
        return web.json_response(members(answer, inline=False))

    async def certificate(self, request: web.Request) -> web.Response:
        answer = self.book.find(request.match_info["county"], request.match_info["policy_id"])
        if not answer.pdf:
            raise BookError("policy_unknown", "no certificate: the policy is not issued")
        return web.Response(body=answer.pdf, content_type="application/pdf")

    async def amend(self, request: web.Request) -> web.Response:
        terms = await self._read(request, AMEND_FIELDS, kind="policy.amend")
        insured = terms.get("insured") or None
        if insured is None and terms["change"] == "worker_replaced":
            raise BookError("field_invalid", "insured: needed when the worker is replaced")
        self.book.find(request.match_info["county"], terms["policy_id"])
        person = self._person(terms) if insured else None
        return _answered(self.book.amend(request.match_info["county"], terms, person))

    async def cancel(self, request: web.Request) -> web.Response:
        terms = await self._read(request, CANCEL_FIELDS, kind="policy.cancel")
        return _answered(self.book.cancel(request.match_info["county"], terms["policy_id"]))

    async def our_events(self, request: web.Request) -> web.Response:
        after, limit = request.query.get("after", "0") or "0", request.query.get("limit", "100")
        if not (after.isdigit() and limit.isdigit() and 1 <= int(limit) <= 500):
            raise BookError("field_invalid", "after, limit: whole numbers, limit from 1 to 500")
        rows = self.book.store.rows(
            "SELECT * FROM news WHERE county = ? AND position > ? ORDER BY position LIMIT ?",
            request.match_info["county"], int(after), int(limit),
        )  # fmt: skip
        events = [
            {
                "position": row["position"],
                "id": row["id"],
                "type": row["type"],
                "subject": row["subject"],
                "time": row["time"],
                "data": self.book_data(row["county"], row["type"], row["subject"], row["data"]),
            }
            for row in rows
        ]
        last = rows[-1]["position"] if rows else int(after)
        return web.json_response({"items": events, "next": last, "more": len(rows) == int(limit)})

    async def their_event(self, request: web.Request) -> web.Response:
        event = await self._read(request, EVENT_FIELDS)
        if event["id"] != request.headers.get("webhook-id", event["id"]):
            raise BookError("field_invalid", "id: must equal webhook-id")
        self.book.hear(request.match_info["county"], event)
        self.book.wake()
        return web.Response(status=204)

    async def statement(self, request: web.Request) -> web.Response:
        """What we think was sold in a month, as CSV; beyond the contract, for reconciliation."""
        month = request.query.get("month", "")
        if not re.fullmatch(r"\d{4}-\d{2}", month):
            raise BookError("field_invalid", "month: YYYY-MM")
        return web.Response(
            text=statement_csv(self.book, request.match_info["county"], month), content_type="text/csv"
        )

    # -- parts -------------------------------------------------------------------------------------------

    async def _read(
        self, request: web.Request, fields: Mapping[str, type], *, kind: str = ""
    ) -> dict[str, Any]:
        try:
            body = json.loads(await request.read())
        except (ValueError, RecursionError):
            raise BookError("json_invalid", "the body is not JSON") from None
        if not isinstance(body, dict):
            raise BookError("json_invalid", "the body is not an object")
        for name, wanted in fields.items():
            if self.faults.loose and str(body.get(name)).isdigit():
                body[name] = wanted(body[name])
            if type(body.get(name)) is not wanted:
                raise BookError("field_invalid", f"{name}: must be there, a {wanted.__name__}")
            _check(name, body[name])
        asked = request.match_info
        if kind and (body["type"], body["county"]) != (kind, asked["county"]):
            raise BookError("field_invalid", f"type, county: must be {kind}, {asked['county']}")
        if body.get("policy_id") != asked.get("policy_id", body.get("policy_id")):
            raise BookError("field_invalid", "policy_id: must be the one in the address")
        return body

    def _person(self, terms: Mapping[str, Any]) -> Person:
        try:
            return read(terms["insured"], key=self.book.key, policy_id=self._about(terms))
        except NotReadable as fault:
            raise BookError("field_invalid", f"insured: {fault}") from None

    def _about(self, terms: Mapping[str, Any]) -> str | None:
        return None if self.faults.person_unchecked else str(terms["policy_id"])

    def book_data(self, county: str, kind: str, subject: str, stored: str) -> dict[str, Any]:
        """The data of one of our events; a policy's answer is taken as it stands now."""
        if kind != "policy.issued":
            return dict(json.loads(stored))
        answer = members(self.book.find(county, subject), inline=True)
        answer.pop("policy_id")
        answer.pop("state")
        return answer


def members(answer: Answer, *, inline: bool) -> dict[str, Any]:
    """The answer object of the contract; `inline` puts the certificate in."""
    told: dict[str, Any] = {"policy_id": answer.policy_id, "state": answer.state}
    if answer.state == "issued":
        told |= {
            "premium_fen": answer.premium_fen,
            "certificate_number": answer.number,
            "certificate_sha256": answer.sha256,
        }
        if inline:
            told["certificate"] = base64.b64encode(answer.pdf).decode()
    elif answer.state == "refused":
        told["reason"] = answer.reason
    elif answer.state == "cancelled":
        told["refund_fen"] = answer.refund_fen
    return told


def statement_csv(book: Book, county: str, month: str) -> str:
    rows = book.store.rows(
        "SELECT * FROM policy WHERE county = ? AND number <> '' AND substr(on_day, 1, 7) = ? ORDER BY number",
        county, month,
    )  # fmt: skip
    lines = ["policy_id,certificate_number,premium_fen,refund_fen,on,state"]
    lines += [
        ",".join(
            str(row[name]) for name in ("policy_id", "number", "premium_fen", "refund_fen", "on_day", "state")
        )
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def _answered(answer: Answer) -> web.Response:
    return web.json_response(members(answer, inline=True), status=202 if answer.state == "pending" else 200)


def _check(name: str, value: Any) -> None:
    """Raises BookError when a member of the right type does not fit."""
    fits = True
    if name in CHOICES:
        fits = value in CHOICES[name]
    elif name in RANGES:
        low, high = RANGES[name]
        fits = low <= value <= high
    elif name in {"policy_id", "order_id", "amendment_id", "subject"}:
        fits = bool(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value))
    elif name == "on":
        try:
            fits = date.fromisoformat(value).isoformat() == value
        except ValueError:
            fits = False
    if not fits:
        raise BookError("field_invalid", f"{name}: does not fit")
