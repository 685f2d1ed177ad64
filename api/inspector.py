"""What the OpenAPI says about an operation, read off its declaration."""

from __future__ import annotations

import inspect
import re
from collections import defaultdict
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiRequest, OpenApiResponse

from api.errors import (
    BODY_TOO_LARGE,
    BUSY,
    CONTENT_TYPE_UNSUPPORTED,
    FIELD_MISSING,
    HOST_INVALID,
    TOO_MANY_REQUESTS,
    UNKNOWN_FIELD,
    UPLOAD_TYPE,
)
from api.fields import In
from kernel.errors import FORBIDDEN, HTTP_STATUS, IDEMPOTENCY_KEY_MISSING, IDEMPOTENCY_REUSED, Refusal
from kernel.strict_json import JSON_INVALID
from tenants.errors import COUNTY_CLOSED, COUNTY_MISMATCH, COUNTY_UNKNOWN
from tenants.identity.errors import UNAUTHENTICATED
from tenants.identity.use_cases.create_api_client import grantable_scopes

PROBLEM_REF = {"$ref": "#/components/schemas/Problem"}
_FILE = OpenApiTypes.BINARY
_KEY_TEXT = {
    "required": "Required: the operation moves money. The same key with the same request has one effect "
    "and one answer, for ever; with another request it is 409 `idempotency_key_reused`.",
    "optional": "Makes a repeat harmless: the same key with the same request has one effect and one answer.",
}


class OperationSchema(AutoSchema):
    """Reads `Act` declarations; nothing is guessed from Python signatures."""

    @property
    def act(self) -> Any:
        view: Any = self.view
        return view.acts[self.method]

    def get_operation_id(self) -> str:
        name = type(self.act).__name__.removesuffix("Act")
        return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()

    def get_summary(self) -> str:
        return _doc(self.act).partition("\n")[0].rstrip(".")

    def get_description(self) -> str:  # type: ignore[override]  # as spectacular itself has it
        text = _doc(self.act).partition("\n")[2].strip()
        scope = f"Needs the scope `{self.act.scope}`." if self.act.scope else ""
        return "\n\n".join(part for part in (text, scope) if part)

    def get_tags(self) -> list[str]:
        return [self.act.tag]

    def get_auth(self) -> list[dict[str, list[str]]]:
        if self.act.public:
            return [{}]
        scope = self.act.scope
        for_people_only = scope is not None and scope not in grantable_scopes()
        return [{"session": []}, *([] if for_people_only else [{"machine": [scope] if scope else []}])]

    def get_override_parameters(self) -> list[Any]:
        names = re.findall(r"{(\w+)}", self.path)
        parameters: list[Any] = [
            OpenApiParameter(
                name,
                OpenApiTypes.UUID if name.endswith("_id") else OpenApiTypes.STR,
                OpenApiParameter.PATH,
                required=True,
            )
            for name in names
        ]
        if self.act.key in _KEY_TEXT:
            parameters.append(
                OpenApiParameter(
                    "Idempotency-Key",
                    {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[!-~]+$"},
                    OpenApiParameter.HEADER,
                    required=self.act.key == "required",
                    description=_KEY_TEXT[self.act.key],
                )
            )
        if self.act.asks is not None:
            parameters.append(self.act.asks)
        return parameters

    def map_parsers(self) -> list[str]:
        return ["application/json"]

    def map_renderers(self, attribute: str) -> list[str]:
        return ["application/json"] if attribute == "media_type" else ["json"]

    def get_request_serializer(self) -> Any:
        if self.act.uploads is not None:
            return dict.fromkeys(self.act.uploads.types, _FILE)
        if self.act.takes is None:
            return {}
        examples = []
        if self.act.example is not None:
            examples = [OpenApiExample("example", value=dict(self.act.example), request_only=True)]
        return {"application/json": OpenApiRequest(self.act.takes, examples=examples)}

    def get_response_serializers(self) -> Any:
        status = str(self.act.status)
        responses: dict[Any, Any] = {
            (status, media): OpenApiResponse(_FILE, "The file, to be saved; Repr-Digest has its SHA-256")
            for media in self.act.serves
        } or {(status, "application/json"): OpenApiResponse(self._success(), "Done")}
        by_status: dict[int, list[str]] = defaultdict(list)
        for refusal in self._refusals():
            by_status[HTTP_STATUS[refusal.kind]].append(refusal.code)
        for number in sorted(by_status):
            codes = ", ".join(f"`{code}`" for code in by_status[number])
            responses[(str(number), "application/problem+json")] = OpenApiResponse(PROBLEM_REF, codes)
        responses[("default", "application/problem+json")] = OpenApiResponse(
            PROBLEM_REF, "Any other refusal; every code is listed at /api/errors"
        )
        return responses

    def _success(self) -> Any:
        if self.act.gives is None:
            return {"type": "object"}
        ref = self.resolve_serializer(self.act.gives, "response").ref
        if not (self.act.paged or self.act.listed):
            return self.act.gives
        properties: dict[str, Any] = {"items": {"type": "array", "items": ref}}
        if self.act.paged:
            properties["next"] = {
                "type": ["string", "null"],
                "description": "give it as `cursor` for the next page; null on the last",
            }
        return {"type": "object", "properties": properties, "required": list(properties)}

    def _refusals(self) -> list[Refusal]:
        known = [HOST_INVALID, COUNTY_UNKNOWN, COUNTY_MISMATCH, UNKNOWN_FIELD]
        if self.act.scope is not None:
            known.append(FORBIDDEN)
        if not self.act.public:
            known += [UNAUTHENTICATED, TOO_MANY_REQUESTS]
        if self.method in ("POST", "PUT"):
            known += [BODY_TOO_LARGE, BUSY]
            known += [] if self.act.in_closed else [COUNTY_CLOSED]
            known += [UPLOAD_TYPE] if self.act.uploads else [JSON_INVALID, CONTENT_TYPE_UNSUPPORTED]
        if self.act.takes is not None:
            known.append(FIELD_MISSING)
        if self.act.key == "required":
            known.append(IDEMPOTENCY_KEY_MISSING)
        if self.act.key in _KEY_TEXT:
            known.append(IDEMPOTENCY_REUSED)
        return list(dict.fromkeys([*known, *self.act.refuses]))

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        schema = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]  # untyped there
        if isinstance(serializer, In) or (inspect.isclass(serializer) and issubclass(serializer, In)):
            schema["additionalProperties"] = False
        return schema


def _doc(act: Any) -> str:
    return inspect.cleandoc(type(act).__doc__ or type(act).__name__)
