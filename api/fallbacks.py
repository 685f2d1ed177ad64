"""What is said where no view answers: Django's own 400, 403, 404 and 500 as problems."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from api.errors import REQUEST_MALFORMED
from api.problems import CATALOGUE_PATH, CONTENT_TYPE, problem, refusals_of
from api.rendering import json_response
from kernel.errors import FORBIDDEN, NOT_FOUND, DomainError
from kernel.request_ids import request_id_of


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _say(request, refusals_of(exception) or [REQUEST_MALFORMED.error()])


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _say(request, refusals_of(exception) or [FORBIDDEN.error()])


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _say(request, [NOT_FOUND.error()])


def broken(request: HttpRequest) -> HttpResponse:
    """A bug of ours. Says nothing about it; the log has the request's id."""
    request_id = request_id_of(request)
    body: dict[str, Any] = {
        "type": CATALOGUE_PATH,
        "title": "Internal error",
        "status": 500,
        "detail": "系统内部错误，请提供请求编号 (an error of ours; please report the request id)",
        "code": "internal_error",
        "request_id": request_id,
    }
    response = json_response(body, 500, content_type=CONTENT_TYPE)
    response["X-Request-ID"] = request_id
    return response


def _say(request: HttpRequest, errors: list[DomainError]) -> HttpResponse:
    return problem(errors, request, request_id=request_id_of(request))
