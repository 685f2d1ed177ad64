"""Answers as JSON, and the one way from an exception to an error entry.

An error says `message` in the caller's language and in `extensions` its code, kind and request id, both
texts, and the field at fault; of a rate table every fault. What is not a refusal is logged and shown as
`internal_error`, nothing more.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import orjson
import psycopg
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse, RawPostDataException, UnreadablePostError
from graphql import GraphQLError

from cityql.errors import BODY_TOO_LARGE, BUSY, INVALID, UNAVAILABLE, UNREADABLE
from cityql.limits import MAX_BODY
from compliance.rates.errors import TableFaults
from kernel.errors import HTTP_STATUS, DomainError, Kind

logger = logging.getLogger("linggong.cityql")

# SQLSTATEs of a statement that waited too long or lost a race; nothing was kept.
_STOPPED = frozenset({"40001", "40P01", "55P03", "57014"})
_SUGGESTION = re.compile(r"\s*Did you mean .*?\?", re.DOTALL)
_INTERNAL = ("服务器内部错误", "Something went wrong on our side")


def refusal(error: DomainError, *, lang: str, request_id: str) -> HttpResponse:
    """The answer to a request that is refused as a whole. Its status comes from the kernel's table."""
    return refusals([error], lang=lang, request_id=request_id)


def refusals(errors: list[DomainError], *, lang: str, request_id: str) -> HttpResponse:
    """The same for several; the first speaks for the status."""
    entries = [_entry(error, lang, request_id) for error in errors]
    response = _json({"errors": entries}, HTTP_STATUS[errors[0].kind], request_id)
    if errors[0].kind is Kind.UNAUTHENTICATED:
        response["WWW-Authenticate"] = 'Bearer realm="linggong"'
    if errors[0].kind is Kind.THROTTLED:
        response["Retry-After"] = str(errors[0].params.get("retry_after_seconds", 1))
    if errors[0].kind is Kind.METHOD:
        response["Allow"] = "POST"
    return response


def result(data: Any, errors: Iterable[GraphQLError] | None, *, lang: str, request_id: str) -> HttpResponse:
    """What a query that ran gave: 200, with data and an entry for each field that failed."""
    body: dict[str, Any] = {"data": data}
    if errors:
        body["errors"] = [_of_field(error, lang, request_id) for error in errors]
    return _json(body, 200, request_id)


def faults_of(errors: Iterable[GraphQLError]) -> list[DomainError]:
    """Refusals for what the schema finds wrong with a document or its variables."""
    return [
        _first_of_kind(error) or INVALID.error(field=_place(error), reason=_plain(error.message))
        for error in errors
    ][:10]


def refusal_of(fault: BaseException) -> DomainError | None:
    """The refusal that stands for an exception, or None for one that is a bug."""
    if isinstance(fault, DomainError):
        return fault
    if isinstance(fault, RequestDataTooBig):
        return BODY_TOO_LARGE.error(limit=MAX_BODY)
    if isinstance(fault, SuspiciousOperation | UnreadablePostError | RawPostDataException):
        return UNREADABLE.error()
    if isinstance(fault, OperationalError | InterfaceError):
        return _of_database(fault)
    return None


def _of_database(fault: Exception) -> DomainError | None:
    state = fault.__cause__.sqlstate if isinstance(fault.__cause__, psycopg.Error) else None
    if state in _STOPPED:
        return BUSY.error()
    if state is None or state.startswith(("08", "53", "57P")):
        logger.error("database unavailable", exc_info=fault)
        return UNAVAILABLE.error()
    return None


def _of_field(error: GraphQLError, lang: str, request_id: str) -> dict[str, Any]:
    """The entry for a field that failed."""
    known = _first_of_kind(error)
    if known is None and error.original_error is None and not error.message.startswith("Cannot return null"):
        known = INVALID.error(reason=_plain(error.message))  # an argument that does not fit
    if known is not None:
        entry = _entry(known, lang, request_id)
    else:
        logger.error(
            "graphql field failed", exc_info=error.original_error or error, extra={"path": str(error.path)}
        )
        entry = {
            "message": _INTERNAL[lang == "en"],
            "extensions": {"code": "internal_error", "kind": "internal", "request_id": request_id},
        }
    if error.locations:
        entry["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path:
        entry["path"] = list(error.path)
    return entry


def _first_of_kind(error: GraphQLError) -> DomainError | None:
    fault: BaseException | None = error.original_error
    while isinstance(fault, GraphQLError) and fault.original_error is not None:
        fault = fault.original_error
    return None if fault is None else refusal_of(fault)


def _entry(error: DomainError, lang: str, request_id: str) -> dict[str, Any]:
    extensions: dict[str, Any] = {
        "code": error.code,
        "kind": str(error.kind),
        "request_id": request_id,
        "text": {"zh": error.text("zh"), "en": error.text("en")},
    }
    if error.field:
        extensions["field"] = error.field
    if error.refusal.source:
        extensions["source"] = error.refusal.source
    if isinstance(error, TableFaults):
        extensions["faults"] = [asdict(fault) for fault in error.faults]
    return {"message": error.text(lang), "extensions": extensions}


def _place(error: GraphQLError) -> str | None:
    found = re.match(r"Variable '\$(\w+)'", error.message)
    return f"variables.{found[1]}" if found else "query"


def _plain(message: str) -> str:
    return _SUGGESTION.sub("", message)[:300]


def _json(body: Mapping[str, Any], status: int, request_id: str) -> HttpResponse:
    response = HttpResponse(orjson.dumps(body), status=status, content_type="application/json")
    response["X-Request-ID"] = request_id
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
