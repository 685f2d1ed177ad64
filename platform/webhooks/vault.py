"""Secrets of keys and endpoints: made here, sealed for their row, opened only to sign or verify."""

from __future__ import annotations

import base64
import secrets
from uuid import UUID

from kernel.crypto import open_sealed, seal
from kernel.db import NoCounty, current_scope

PREFIX = "whsec_"
_BYTES = 32


def new_secret() -> str:
    """`whsec_` and base64 of 32 random bytes, as Standard Webhooks writes symmetric secrets."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def sealed_key(secret: str, *, row: UUID) -> str:
    return seal(secret, scope=_scope(), table="webhooks_partnerkey", column="secret_sealed", row=row)


def opened_key(token: str, *, row: UUID) -> str:
    return open_sealed(token, scope=_scope(), table="webhooks_partnerkey", column="secret_sealed", row=row)


def sealed_endpoint(secret: str, *, row: UUID, column: str = "secret_sealed") -> str:
    """`column` is `secret_sealed` or `previous_sealed`: a token opens only where it was sealed for."""
    return seal(secret, scope=_scope(), table="webhooks_endpoint", column=column, row=row)


def opened_endpoint(token: str, *, row: UUID, column: str = "secret_sealed", scope: str | None = None) -> str:
    """`scope` is the open county's unless named: the sender opens secrets after its transaction."""
    return open_sealed(token, scope=scope or _scope(), table="webhooks_endpoint", column=column, row=row)


def _scope() -> str:
    scope = current_scope()
    if scope is None:
        raise NoCounty("a secret is sealed for a county, and none is open")
    return scope
