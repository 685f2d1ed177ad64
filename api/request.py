"""Reading a request: where it goes, what it carries. Knows no endpoint."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest, RawPostDataException

from api.errors import (
    BODY_NOT_OBJECT,
    BODY_TOO_LARGE,
    CHANNEL_UNKNOWN,
    CONTENT_TYPE_UNSUPPORTED,
    PARAMETER_REPEATED,
    REQUEST_MALFORMED,
    UPLOAD_TYPE,
)
from kernel import strict_json
from kernel.actor import Channel
from tenants import directory
from tenants.contracts import CountyRef
from tenants.errors import COUNTY_MISMATCH, COUNTY_UNKNOWN

MAX_BODY = 1_048_576
_CHANNELS = {
    channel.value: channel for channel in (Channel.APP, Channel.HALL, Channel.STATION, Channel.PHONE)
}


def county_of(request: HttpRequest, slug: str | None) -> CountyRef:
    """The county that host and path agree on. Costs no query.

    Raises `county_unknown`, `county_mismatch` when the host is another county's own, and Django's
    DisallowedHost for a host that is not served at all.
    """
    host = request.get_host().rpartition(":")[0] if _has_port(request.get_host()) else request.get_host()
    own = directory.by_host(host)
    if slug is None:
        if own is None:
            raise COUNTY_UNKNOWN.error(field="county")
        return own
    named = directory.by_slug(slug)
    if own is not None and own != named:
        raise COUNTY_MISMATCH.error(field="county")
    return named


def _has_port(host: str) -> bool:
    return re.search(r":[0-9]+\Z", host) is not None and not host.endswith("]")


def raw_body_of(request: HttpRequest) -> bytes:
    """The body's bytes, at most `MAX_BODY`."""
    declared = request.META.get("CONTENT_LENGTH") or "0"
    if declared.isascii() and declared.isdigit() and len(declared) < 20 and int(declared) > MAX_BODY:
        raise BODY_TOO_LARGE.error(limit=MAX_BODY)
    try:
        raw = request.body
    except RawPostDataException:
        raise REQUEST_MALFORMED.error() from None
    if len(raw) > MAX_BODY:
        raise BODY_TOO_LARGE.error(limit=MAX_BODY)
    return raw


def body_of(request: HttpRequest) -> dict[str, Any]:
    """The JSON object in the body; an absent body is an empty object."""
    return parse_body(raw_body_of(request), request.META.get("CONTENT_TYPE", ""))


def parse_body(raw: bytes, content_type: str) -> dict[str, Any]:
    """The JSON object in a body's bytes; no bytes are an empty object."""
    if not raw:
        return {}
    if not _is_json(content_type):
        raise CONTENT_TYPE_UNSUPPORTED.error(field="Content-Type")
    value = strict_json.loads(raw)
    if not isinstance(value, dict):
        raise BODY_NOT_OBJECT.error()
    return value


def _is_json(content_type: str) -> bool:
    media, *parameters = (part.strip().lower() for part in content_type.split(";"))
    return media == "application/json" and all(
        parameter in ("", "charset=utf-8", 'charset="utf-8"') for parameter in parameters
    )


def upload_of(request: HttpRequest, *, types: tuple[str, ...], max_bytes: int) -> bytes:
    """The body's bytes as they were sent, for a file. Read in pieces and never beyond the limit, whatever
    the headers promise: what one upload can cost in memory is bounded.

    Raises `body_too_large`, `upload_type` for another Content-Type, `request_malformed`.
    """
    media = request.META.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if media not in types:
        raise UPLOAD_TYPE.error(field="Content-Type", allowed=", ".join(types))
    declared = request.META.get("CONTENT_LENGTH") or "0"
    if not declared.isascii() or not declared.isdigit() or len(declared) > 18:
        raise REQUEST_MALFORMED.error()
    if int(declared) > max_bytes:
        raise BODY_TOO_LARGE.error(limit=max_bytes)
    content = bytearray()
    try:
        while piece := request.read(65_536):
            content += piece
            if len(content) > max_bytes:
                raise BODY_TOO_LARGE.error(limit=max_bytes)
    except RawPostDataException:
        raise REQUEST_MALFORMED.error() from None
    return bytes(content)


def query_of(request: HttpRequest) -> dict[str, str]:
    """The query parameters, each given once."""
    query = {}
    for name, values in request.GET.lists():
        if len(values) != 1:
            raise PARAMETER_REPEATED.error(field=name[:100])
        query[name] = str(values[0])
    return query


def channel_of(request: HttpRequest, *, machine: bool) -> Channel:
    """How the act reached us: as the caller says, or `api` for machine clients."""
    if machine:
        return Channel.API
    given = request.headers.get("X-Channel", Channel.APP.value)
    channel = _CHANNELS.get(given)
    if channel is None:
        raise CHANNEL_UNKNOWN.error(field="X-Channel")
    return channel
