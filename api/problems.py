"""Refusals as RFC 9457 problems, and the one table from exceptions to refusals."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

import psycopg
from django.core.exceptions import (
    DisallowedHost,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.utils.translation.trans_real import parse_accept_lang_header
from rest_framework import exceptions as drf

from api.errors import (
    BODY_TOO_LARGE,
    BUSY,
    HOST_INVALID,
    METHOD_NOT_ALLOWED,
    REQUEST_MALFORMED,
    UNAVAILABLE,
)
from api.fields import Refused
from api.rendering import json_response
from kernel.errors import FORBIDDEN, HTTP_STATUS, NOT_FOUND, DomainError, Kind

logger = logging.getLogger("linggong.api")

CONTENT_TYPE = "application/problem+json"
CATALOGUE_PATH = "/api/errors"

TITLES: dict[Kind, tuple[str, str]] = {
    Kind.MALFORMED: ("请求格式有误", "Malformed request"),
    Kind.UNAUTHENTICATED: ("请先登录", "Not signed in"),
    Kind.FORBIDDEN: ("没有权限", "Not allowed"),
    Kind.NOT_FOUND: ("没有找到", "Not found"),
    Kind.METHOD: ("不支持的方法", "Method not offered"),
    Kind.CONFLICT: ("与当前状态冲突", "Conflict with the present state"),
    Kind.GONE: ("已不存在", "Gone"),
    Kind.TOO_LARGE: ("请求过大", "Request too large"),
    Kind.UNSUPPORTED: ("不支持的格式", "Unsupported content"),
    Kind.MISDIRECTED: ("请求发错了地方", "Misdirected request"),
    Kind.INVALID: ("内容有误", "Invalid content"),
    Kind.THROTTLED: ("请求过于频繁", "Too many requests"),
    Kind.UNAVAILABLE: ("暂不可用", "Temporarily unavailable"),
}

# SQLSTATEs of a transaction that lost a race or waited too long; nothing of it was kept.
_LOST_RACES = frozenset({"40001", "40P01", "55P03", "57014"})


def language(request: HttpRequest) -> str:
    """`en` when Accept-Language puts it before any Chinese; else `zh`."""
    for tag, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")[:200]):
        if tag.startswith("zh"):
            return "zh"
        if tag.startswith("en"):
            return "en"
    return "zh"


def problem(errors: Iterable[DomainError], request: HttpRequest, *, request_id: str) -> HttpResponse:
    """The response for one or several refusals; the first gives type, status and code."""
    lang = language(request)
    shown = list(errors)
    first = shown[0]
    status = HTTP_STATUS[first.kind]
    body: dict[str, Any] = {
        "type": f"{CATALOGUE_PATH}#{first.code}",
        "title": TITLES[first.kind][0 if lang == "zh" else 1],
        "status": status,
        **_described(first, lang),
        "request_id": request_id,
    }
    if len(shown) > 1:
        body["errors"] = [_described(error, lang) for error in shown]
    response = json_response(body, status, content_type=CONTENT_TYPE)
    response["Content-Language"] = lang
    response["X-Request-ID"] = request_id
    if first.kind is Kind.UNAUTHENTICATED:
        response["WWW-Authenticate"] = 'Bearer realm="linggong"'
    if first.refusal is BUSY or first.kind is Kind.UNAVAILABLE:
        response["Retry-After"] = "1"
    if first.kind is Kind.THROTTLED:
        response["Retry-After"] = str(first.params.get("retry_after_seconds", 1))
    if first.kind is Kind.METHOD:
        response["Allow"] = str(first.params.get("allowed", ""))
    return response


def _described(error: DomainError, lang: str) -> dict[str, Any]:
    described: dict[str, Any] = {"detail": error.text(lang), "code": error.code}
    if error.field:
        described["field"] = error.field
    if error.params:
        described["params"] = {name: _safe(value) for name, value in error.params.items()}
    if error.refusal.source:
        described["source"] = error.refusal.source
    return described


def _safe(value: Any) -> Any:
    """Parameters are numbers and short texts; anything else is shown as text."""
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def refusals_of(fault: Exception) -> list[DomainError] | None:
    """What to answer for an exception, or None for one that is a bug."""
    if isinstance(fault, DomainError):
        return [fault]
    if isinstance(fault, Refused):
        return fault.errors
    if isinstance(fault, drf.APIException):
        return [_of_framework(fault)]
    if isinstance(fault, Http404):
        return [NOT_FOUND.error()]
    if isinstance(fault, PermissionDenied):
        return [FORBIDDEN.error()]
    if isinstance(fault, DisallowedHost):
        return [HOST_INVALID.error(field="Host")]
    if isinstance(fault, RequestDataTooBig):
        return [BODY_TOO_LARGE.error(limit=1_048_576)]
    if isinstance(fault, SuspiciousOperation | UnreadablePostError):
        return [REQUEST_MALFORMED.error()]
    if isinstance(fault, OperationalError | InterfaceError):
        return _of_database(fault)
    return None


def _of_framework(fault: drf.APIException) -> DomainError:
    if isinstance(fault, drf.MethodNotAllowed):
        return METHOD_NOT_ALLOWED.error(method="", allowed="")
    if isinstance(fault, drf.NotFound):
        return NOT_FOUND.error()
    if isinstance(fault, drf.PermissionDenied | drf.NotAuthenticated | drf.AuthenticationFailed):
        return FORBIDDEN.error()
    return REQUEST_MALFORMED.error()


def _of_database(fault: Exception) -> list[DomainError] | None:
    cause = fault.__cause__
    state = cause.sqlstate if isinstance(cause, psycopg.Error) else None
    if state in _LOST_RACES:
        return [BUSY.error()]
    if state is None or state.startswith(("08", "53", "57P")):
        logger.error("database unavailable", exc_info=fault)
        return [UNAVAILABLE.error()]
    return None
