"""Sealing and finding certificate numbers inside the open county."""

from __future__ import annotations

from uuid import UUID

from kernel.crypto import blind_index, open_sealed, seal
from kernel.db import NoCounty, current_scope

_TABLE = "certificates_certificate"


def sealed(number: str, *, row: UUID) -> str:
    return seal(number, scope=_scope(), table=_TABLE, column="number_sealed", row=row)


def opened(token: str, *, row: UUID) -> str:
    return open_sealed(token, scope=_scope(), table=_TABLE, column="number_sealed", row=row)


def number_index(number: str) -> str:
    return blind_index(number, purpose="certificate number", scope=_scope())


def _scope() -> str:
    scope = current_scope()
    if scope is None:
        raise NoCounty("a certificate is sealed for a county, and none is open")
    return scope
