"""JSON logs, one line an event, with county, actor, request and order ids and no personal data.

Ids are bound once (`structlog.contextvars`) and then stand on every line of the request or task.
Query strings and bodies are never logged: phone numbers and names travel in them.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse

from kernel.request_ids import HEADER, request_id_of

_ORDER = re.compile(r"/orders/([0-9a-f-]{36})(?:/|\Z)")
# Values of such names are personal wherever they turn up in a log call.
_PRIVATE = re.compile(r"phone|id_number|name_plain|real_name|card|token|secret|password|code$", re.IGNORECASE)

log = structlog.get_logger(__name__)


def _drop_private(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    """The last guard: a field with a personal name is blanked even if somebody logs it by mistake."""
    return {key: ("[withheld]" if _PRIVATE.search(key) else value) for key, value in event.items()}


def configure(level: str) -> None:
    """Sends structlog and the standard library's logs to standard error as JSON."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _drop_private,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # A refusal is no fault of the site, and each already has its own line.
    logging.getLogger("django.request").setLevel(logging.ERROR)
    # Their access lines carry query strings.
    for name in ("gunicorn.access", "django.server", "httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # Timers fire several times a second; that one was sent, received and done is no news.
    for name in ("celery.beat", "celery.worker.strategy", "celery.app.trace"):
        logging.getLogger(name).setLevel(logging.WARNING)


class RequestLog:
    """Gives every request an id, binds it to the logs and writes one line when it is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        request_id = request_id_of(request)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        if found := _ORDER.search(request.path):
            structlog.contextvars.bind_contextvars(order=found.group(1))
        response = self.get_response(request)
        response[HEADER] = request_id
        log.info(
            "request",
            method=request.method,
            path=request.path[:200],
            status=response.status_code,
            ms=round((time.monotonic() - began) * 1000),
        )
        return response
