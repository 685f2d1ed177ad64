"""Sealing what people and insurers say about an accident, inside the open county."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from kernel.crypto import open_sealed, seal
from kernel.db import NoCounty, current_scope

WORDS = ("claims_claim", "words_sealed")
NOTES = ("claims_papersasked", "notes_sealed")


def sealed(value: Any, *, place: tuple[str, str], row: UUID) -> str:
    """A JSON value sealed for its table, column and row."""
    table, column = place
    return seal(json.dumps(value, ensure_ascii=False), scope=_scope(), table=table, column=column, row=row)


def opened(token: str, *, place: tuple[str, str], row: UUID) -> Any:
    table, column = place
    return json.loads(open_sealed(token, scope=_scope(), table=table, column=column, row=row))


def _scope() -> str:
    scope = current_scope()
    if scope is None:
        raise NoCounty("a claim is sealed for a county, and none is open")
    return scope
