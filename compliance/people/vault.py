"""Sealing and finding people's data inside the open county. The county's schema name is the scope, so
nothing sealed in one county opens in another, and no index matches across two."""

from __future__ import annotations

from uuid import UUID

from kernel.crypto import blind_index, open_sealed, seal
from kernel.db import NoCounty, current_scope

WORKER = "people_worker"
EMPLOYER = "people_employer"


def sealed(value: str, *, table: str, column: str, row: UUID) -> str:
    return seal(value, scope=_scope(), table=table, column=column, row=row)


def opened(token: str, *, table: str, column: str, row: UUID) -> str:
    return open_sealed(token, scope=_scope(), table=table, column=column, row=row)


def id_number_index(number: str) -> str:
    """Finds a worker or an employer by ID number."""
    return blind_index(number, purpose="id number", scope=_scope())


def phone_index(phone: str) -> str:
    return blind_index(phone, purpose="phone", scope=_scope())


def _scope() -> str:
    scope = current_scope()
    if scope is None:
        raise NoCounty("people's data is sealed for a county, and none is open")
    return scope
