"""Sealing file names inside the open county."""

from __future__ import annotations

from uuid import UUID

from kernel.crypto import open_sealed, seal
from kernel.db import NoCounty, current_scope

_TABLE = "files_storedfile"


def sealed(name: str, *, row: UUID) -> str:
    return seal(name, scope=scope(), table=_TABLE, column="name_sealed", row=row)


def opened(token: str, *, row: UUID) -> str:
    return open_sealed(token, scope=scope(), table=_TABLE, column="name_sealed", row=row)


def scope() -> str:
    """The open county's schema."""
    found = current_scope()
    if found is None:
        raise NoCounty("a file belongs to a county, and none is open")
    return found
