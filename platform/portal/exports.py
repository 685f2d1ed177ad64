"""Exports over plain HTTP: how far one is, and its file. For browsers with a session of the city's staff, and
for scripts with a session token."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from kernel.actor import Actor, Channel
from kernel.errors import HTTP_STATUS, DomainError
from kernel.request_ids import request_id_of
from portal.language import language_of
from reporting.exports import selectors
from reporting.exports.contracts import ExportView
from reporting.exports.errors import EXPORT_UNKNOWN
from reporting.exports.states import ExportState
from reporting.exports.use_cases.fetch_export import fetch_export
from tenants.clock import market_now
from tenants.identity.authenticate import actor_in_city, authenticate_request
from tenants.identity.errors import UNAUTHENTICATED


@require_safe
def progress(request: HttpRequest, export_id: str) -> HttpResponse:
    """An export's state as JSON; `address` is there once the file is."""
    try:
        _reader(request)
        return _json(_told(selectors.export(_id(export_id))), 200)
    except DomainError as refused:
        return _refusal(refused, request)


@require_safe
def file(request: HttpRequest, export_id: str) -> HttpResponse:
    """The file, as something to keep and never as a page of this site. Who fetched it is kept."""
    try:
        found, content = fetch_export(export_id=_id(export_id), actor=_reader(request), now=market_now())
    except DomainError as refused:
        return _refusal(refused, request)
    response = HttpResponse(content, content_type=found.media_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.file_name)}"
    response["Digest"] = f"sha-256={found.sha256}"
    return _guarded(response)


def _reader(request: HttpRequest) -> Actor:
    identified = authenticate_request(request)
    if identified is None:
        raise UNAUTHENTICATED.error()
    actor = actor_in_city(identified, Channel.API, request_id_of(request))
    actor.require("city:read")
    return actor


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise EXPORT_UNKNOWN.error(field="id") from None


def _told(found: ExportView) -> dict[str, Any]:
    return {
        "id": str(found.id),
        "kind": found.order.kind,
        "state": found.state,
        "done": found.done,
        "total": found.total,
        "requested_at": found.requested_at,
        "finished_at": found.finished_at,
        "file_name": found.file_name or None,
        "media_type": found.media_type or None,
        "size": found.size,
        "sha256": found.sha256 or None,
        "address": f"/city/exports/{found.id}/file" if found.state is ExportState.DONE else None,
        "fault": {"code": found.fault, "zh": found.fault_zh, "en": found.fault_en} if found.fault else None,
    }


def _refusal(refused: DomainError, request: HttpRequest) -> HttpResponse:
    lang = language_of(request)
    body = {"code": refused.code, "detail": refused.text(lang), "request_id": request_id_of(request)}
    return _json(body, HTTP_STATUS[refused.kind])


def _json(body: dict[str, Any], status: int) -> HttpResponse:
    return _guarded(JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False}))


def _guarded(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
