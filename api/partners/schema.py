"""The partners' OpenAPI 3.1 document; `docs/partners-openapi.json` is its committed copy."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.settings import patched_settings

from api.partners.urls import urlpatterns
from api.problems import CATALOGUE_PATH
from api.schema import PARAMETERS, PROBLEM, SETTINGS
from tenants.identity.use_cases.create_partner_client import partner_scopes

_SETTINGS: dict[str, Any] = {
    **SETTINGS,
    "TITLE": "Linggong 零工 partners API",
    "DESCRIPTION": (
        "For insurers' machines; docs/partners.md tells the whole contract. Money is whole fen (`*_fen`), "
        "moments are ISO 8601 with their offset, identifiers are UUIDs. Reading takes a bearer token; "
        "whatever changes something also takes a Standard Webhooks signature over the raw body with the "
        "inbound key. A signature covers the body and not the address, so each signed body names its `type` "
        "and the ids of its address. The same `webhook-id` with the same body has one effect and one answer. "
        "Every refusal is an `application/problem+json` with a stable `code`; all codes are listed at "
        f"`{CATALOGUE_PATH}`."
    ),
}

_SECURITY: dict[str, Any] = {
    "partner": {
        "type": "oauth2",
        "description": "An insurer's machine client of one county; a token is good at that county's "
        "partners' door and nowhere else.",
        "flows": {
            "clientCredentials": {
                "tokenUrl": "/o/token/",
                "scopes": dict.fromkeys(sorted(partner_scopes()), ""),
            }
        },
    }
}

_SERVERS = [
    {
        "url": "/partners/v1/{county}",
        "variables": {"county": {"default": "jiangle", "description": "the county's short name"}},
    }
]


@cache
def document() -> dict[str, Any]:
    """The document as data. Callers do not change it."""
    with patched_settings(_SETTINGS):
        generator: Any = SchemaGenerator
        drawn: dict[str, Any] = generator(patterns=urlpatterns).get_schema(public=True)
    drawn["servers"] = _SERVERS
    components = drawn.setdefault("components", {})
    components["schemas"] = dict(sorted({**components.get("schemas", {}), "Problem": PROBLEM}.items()))
    components["securitySchemes"] = _SECURITY
    components["parameters"] = {name: PARAMETERS[name] for name in ("Language", "RequestId")}
    shared = [{"$ref": f"#/components/parameters/{name}"} for name in components["parameters"]]
    for item in drawn["paths"].values():
        for operation in item.values():
            operation["parameters"] = [*operation.get("parameters", ()), *shared]
    return drawn


def render() -> str:
    """The committed form."""
    return json.dumps(document(), ensure_ascii=False, indent=2) + "\n"
