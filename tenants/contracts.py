from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class CountyRef:
    """A county as the running site knows it. Schema, role and id never change; code and names may."""

    id: UUID
    slug: str
    code: str
    schema_name: str
    role_name: str
    name: str
    name_en: str
    sandbox: bool
