"""Reading a request: one JSON object with a query, within its limits. Knows no schema."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header

from cityql.errors import (
    BATCH,
    BODY_TOO_LARGE,
    CONTENT_TYPE,
    CROSS_SITE,
    METHOD,
    REQUEST_INVALID,
    UNKNOWN_MEMBER,
    UNREADABLE,
)
from cityql.limits import MAX_BODY
from kernel import strict_json

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for: by `query`, `document_id` (the name of a kept document) or `sha256` (its hash,
    which may stand beside the query it is of). `variables` are as sent; the schema checks them."""

    query: str | None
    document_id: str | None
    sha256: str | None
    operation_name: str | None
    variables: Mapping[str, Any]


def language_of(request: HttpRequest) -> str:
    """`en` when Accept-Language puts it before any Chinese; else `zh`."""
    for tag, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")[:200]):
        if tag.startswith(("zh", "en")):
            return tag[:2]
    return "zh"


def wants_page(request: HttpRequest) -> bool:
    """True for a browser that was pointed here: it gets the query page, which holds nothing secret."""
    return request.method in ("GET", "HEAD") and "text/html" in request.headers.get("Accept", "")


def check_envelope(request: HttpRequest) -> None:
    """Method, origin, content type and declared length, before a byte of the body is read."""
    if request.method != "POST":
        raise METHOD.error()
    # A cookie is sent along from any page; the body's type already forces a preflight that nobody answers,
    # and browsers name where the call came from.
    if request.headers.get("Sec-Fetch-Site", "same-origin") == "cross-site":
        raise CROSS_SITE.error()
    if not _is_json(request.META.get("CONTENT_TYPE", "")):
        raise CONTENT_TYPE.error(field="Content-Type")
    declared = request.META.get("CONTENT_LENGTH") or "0"
    if not (declared.isascii() and declared.isdigit()):  # Django takes it for a number without a look
        raise UNREADABLE.error(field="Content-Length")
    if len(declared) > 15 or int(declared) > MAX_BODY:
        raise BODY_TOO_LARGE.error(limit=MAX_BODY)


def read_body(request: HttpRequest) -> Asked:
    """The query out of the body. Raises the refusals of this door and of `kernel.strict_json`."""
    raw = request.body
    if len(raw) > MAX_BODY:
        raise BODY_TOO_LARGE.error(limit=MAX_BODY)
    body = strict_json.loads(raw)
    if isinstance(body, list):
        raise BATCH.error()
    if not isinstance(body, dict):
        raise REQUEST_INVALID.error()
    for name in body:
        if name not in ("query", "documentId", "operationName", "variables", "extensions"):
            raise UNKNOWN_MEMBER.error(field=name[:100])
    query, operation, variables = body.get("query"), body.get("operationName"), body.get("variables")
    digest, named = _hash_of(body.get("extensions")), body.get("documentId")
    if named is not None and (not isinstance(named, str) or query is not None or digest is not None):
        raise REQUEST_INVALID.error(field="documentId")
    if not isinstance(query, str) and (query is not None or (named is None and digest is None)):
        raise REQUEST_INVALID.error(field="query")
    if operation is not None and not isinstance(operation, str):
        raise REQUEST_INVALID.error(field="operationName")
    if variables is not None and not isinstance(variables, dict):
        raise REQUEST_INVALID.error(field="variables")
    return Asked(
        query=query,
        document_id=named,
        sha256=digest,
        operation_name=operation or None,
        variables=variables or {},
    )


def _hash_of(extensions: object) -> str | None:
    """The hash of a persisted query, as Apollo's clients send it; other extensions are nobody's here."""
    if extensions is None:
        return None
    if not isinstance(extensions, dict):
        raise REQUEST_INVALID.error(field="extensions")
    named = extensions.get("persistedQuery")
    if named is None:
        return None
    if not isinstance(named, dict) or named.get("version") != 1:
        raise REQUEST_INVALID.error(field="extensions.persistedQuery")
    digest = named.get("sha256Hash")
    if not isinstance(digest, str) or not _SHA256.fullmatch(digest):
        raise REQUEST_INVALID.error(field="extensions.persistedQuery.sha256Hash")
    return digest


def _is_json(content_type: str) -> bool:
    media, *parameters = (part.strip().lower() for part in content_type.split(";"))
    return media == "application/json" and all(
        parameter in ("", "charset=utf-8", 'charset="utf-8"') for parameter in parameters
    )
