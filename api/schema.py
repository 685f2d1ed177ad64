"""The OpenAPI 3.1 document, drawn from the declarations; `docs/openapi.json` is its committed copy."""

from __future__ import annotations

import json
from copy import deepcopy
from functools import cache
from typing import Any

from django.conf import settings
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.settings import patched_settings

from api.problems import CATALOGUE_PATH
from api.v1.urls import MARKET, SANDBOX
from tenants.identity.use_cases.create_api_client import grantable_scopes

_SANDBOX_PATHS = frozenset(f"/{pattern.pattern}" for pattern in SANDBOX)

SETTINGS: dict[str, Any] = {
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "",
    "TITLE": "Linggong 零工 county API",
    "VERSION": "1",
    "DESCRIPTION": (
        "One county's market. Money is whole fen (`*_fen`, 1 yuan = 100 fen), moments are ISO 8601 with "
        "their offset, identifiers are UUIDs. Every refusal is an `application/problem+json` with a stable "
        f"`code`; all codes are listed at `{CATALOGUE_PATH}`. No verb needs PATCH. Texts come in Chinese, or "
        "in English with `Accept-Language: en`. Staff who act for somebody name the channel in `X-Channel` "
        "(`hall`, `phone`, `station`). `X-Request-ID` is taken over and returned."
    ),
    "SORT_OPERATIONS": False,
    "SORT_OPERATION_PARAMETERS": False,
    "POSTPROCESSING_HOOKS": [],
    "COMPONENT_SPLIT_REQUEST": False,
}

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457 problem details",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "examples": [f"{CATALOGUE_PATH}#order_full"]},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "for people, zh or en"},
        "code": {"type": "string", "description": "for programs; never changes its meaning"},
        "field": {"type": "string", "description": "input at fault, dotted for nested ones"},
        "params": {"type": "object", "description": "facts behind the refusal, such as shortfall_fen"},
        "source": {"type": "string", "description": "regulation or standard behind the rule"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "description": "present when more than one input is at fault",
            "items": {
                "type": "object",
                "required": ["code", "detail"],
                "properties": {
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                    "field": {"type": "string"},
                    "params": {"type": "object"},
                    "source": {"type": "string"},
                },
            },
        },
    },
}

SECURITY_SCHEMES: dict[str, Any] = {
    "session": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Session-Token",
        "description": "A person's session, from signing up or logging in by phone and code (and TOTP for "
        "staff) at /_allauth/app/v1/.",
    },
    "machine": {
        "type": "oauth2",
        "description": "A county's machine client; a token is good for that county alone.",
        "flows": {
            "clientCredentials": {
                "tokenUrl": "/o/token/",
                "scopes": dict.fromkeys(sorted(grantable_scopes()), ""),
            }
        },
    },
}

PARAMETERS: dict[str, Any] = {
    "Channel": {
        "in": "header",
        "name": "X-Channel",
        "description": "How the act reached the county; other than app only for staff who act for others. "
        "Machine clients are always api.",
        "schema": {"type": "string", "enum": ["app", "hall", "station", "phone"], "default": "app"},
    },
    "Language": {
        "in": "header",
        "name": "Accept-Language",
        "description": "language of refusals, zh or en",
        "schema": {"type": "string", "examples": ["zh", "en"]},
    },
    "RequestId": {
        "in": "header",
        "name": "X-Request-ID",
        "description": "taken over when short and plain, and returned",
        "schema": {"type": "string", "maxLength": 64, "pattern": "^[A-Za-z0-9._-]+$"},
    },
}


@cache
def document() -> dict[str, Any]:
    """The document as data. Callers do not change it."""
    with patched_settings(SETTINGS):
        generator: Any = SchemaGenerator
        drawn: dict[str, Any] = generator(patterns=[*MARKET, *SANDBOX]).get_schema(public=True)
    drawn["servers"] = [_server("jiangle")]
    components = drawn.setdefault("components", {})
    components["schemas"] = dict(sorted({**components.get("schemas", {}), "Problem": PROBLEM}.items()))
    components["securitySchemes"] = SECURITY_SCHEMES
    components["parameters"] = PARAMETERS
    for item in drawn["paths"].values():
        for operation in item.values():
            names = ["Language", "RequestId", *([] if operation["security"] == [{}] else ["Channel"])]
            shared = [{"$ref": f"#/components/parameters/{name}"} for name in names]
            operation["parameters"] = [*operation.get("parameters", ()), *shared]
    return drawn


def served(county: str) -> dict[str, Any]:
    """The document as the county's own address serves it; sandbox verbs only where there are any."""
    shown = {**deepcopy(document()), "servers": [_server(county)]}
    if not settings.LINGGONG_SANDBOX:
        shown["paths"] = {path: item for path, item in shown["paths"].items() if path not in _SANDBOX_PATHS}
    return shown


def render() -> str:
    """The committed form."""
    return json.dumps(document(), ensure_ascii=False, indent=2) + "\n"


def _server(county: str) -> dict[str, Any]:
    return {
        "url": "/{county}/api/v1",
        "variables": {"county": {"default": county, "description": "the county's short name"}},
    }
