"""Keys and options that the tests of this folder share."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from jwcrypto.jwk import JWK

from linggong.commands.partner import Options
from tenants.contracts import CountyRef
from tests.harness.insurer import ReferenceInsurer

COUNTY = "yongan"


def secret(name: str) -> str:
    return "whsec_" + base64.b64encode(name.encode().ljust(32, b"-")).decode()


CALL, OLD, EVENTS, INBOUND = (secret(name) for name in ("call", "old", "events", "inbound"))


def options(insurer: ReferenceInsurer, **changes: Any) -> Options:
    """Everything that can be tried without our door."""
    known: dict[str, Any] = {
        "url": insurer.base_url(COUNTY),
        "secret": CALL,
        "key": JWK.from_json(json.dumps(insurer.public_key)),
        "county": COUNTY,
        "old_secret": OLD,
        "events_url": insurer.base_url(COUNTY) + "/events",
        "events_secret": EVENTS,
        "patience_seconds": 10.0,
    }
    return Options(**{**known, **changes})


@dataclass(frozen=True)
class Partner:
    """An insurer that this county knows, and its program."""

    county: CountyRef
    code: str
    program: ReferenceInsurer
    site: str
    client_id: str
    client_secret: str
    inbound_key: str
