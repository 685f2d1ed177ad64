"""What the partners' OpenAPI says about an operation."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter

from api.errors import (
    BODY_TOO_LARGE,
    BUSY,
    CONTENT_TYPE_UNSUPPORTED,
    FIELD_MISSING,
    HOST_INVALID,
    TOO_MANY_REQUESTS,
    UNKNOWN_FIELD,
)
from api.inspector import OperationSchema
from api.partners.errors import MESSAGE_OTHER, MESSAGE_REPEATED
from kernel.errors import FORBIDDEN, Refusal
from kernel.strict_json import JSON_INVALID
from tenants.errors import COUNTY_CLOSED, COUNTY_UNKNOWN
from tenants.identity.errors import TOKEN_NOT_PARTNER, TOKEN_OTHER_COUNTY, UNAUTHENTICATED
from webhooks.errors import MESSAGE_EXPIRED, MESSAGE_REUSED, SIGNATURE_INVALID, SIGNATURE_MISSING

_HEADERS = {
    "webhook-id": "the message's id: the same over retries, 1 to 100 visible ASCII characters",
    "webhook-timestamp": "seconds since 1970 at this sending, at most 5 minutes from now",
    "webhook-signature": "`v1,` and base64 of HMAC-SHA-256 over `id.timestamp.rawbody` with the inbound key",
}


class PartnerSchema(OperationSchema):
    """Reads declarations as `OperationSchema` does; other callers, and signatures in place of keys."""

    def get_auth(self) -> list[dict[str, list[str]]]:
        return [{}] if self.act.public else [{"partner": [self.act.scope]}]

    def get_override_parameters(self) -> list[Any]:
        headers = _HEADERS if self._signed else {}
        return [
            *super().get_override_parameters(),
            *(
                OpenApiParameter(name, str, OpenApiParameter.HEADER, required=True, description=text)
                for name, text in headers.items()
            ),
        ]

    @property
    def _signed(self) -> bool:
        return self.method in ("POST", "PUT")

    def _refusals(self) -> list[Refusal]:
        known = [HOST_INVALID, COUNTY_UNKNOWN, UNKNOWN_FIELD]
        if not self.act.public:
            known += [UNAUTHENTICATED, TOKEN_NOT_PARTNER, TOKEN_OTHER_COUNTY, FORBIDDEN, TOO_MANY_REQUESTS]
        if self._signed:
            known += [SIGNATURE_MISSING, SIGNATURE_INVALID, MESSAGE_EXPIRED, MESSAGE_REUSED, MESSAGE_OTHER]
            known += [JSON_INVALID, CONTENT_TYPE_UNSUPPORTED, BODY_TOO_LARGE, FIELD_MISSING, BUSY]
            known.append(COUNTY_CLOSED)
            known += [MESSAGE_REPEATED] if self.act.secret else []
        return list(dict.fromkeys([*known, *self.act.refuses]))
