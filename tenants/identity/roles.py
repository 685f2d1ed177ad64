"""Roles and scopes are data: one CSV file, loaded into two tables by the owner of the tables."""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path
from typing import Any

from tenants.identity.contracts import RoleView

DATA = Path(__file__).with_name("data") / "roles.csv"
ALL_SCOPE = "*"


@lru_cache(maxsize=1)
def role_table() -> dict[str, RoleView]:
    """The roles of the data file by code."""
    with DATA.open(encoding="utf-8", newline="") as lines:
        return {
            row["role"]: RoleView(
                code=row["role"],
                level=row["level"],
                staff=row["staff"] == "1",
                name=row["zh"],
                name_en=row["en"],
                scopes=frozenset(row["scopes"].split()),
            )
            for row in csv.DictReader(lines)
        }


def load_roles(*, role_model: Any, scope_model: Any) -> None:
    """Makes the tables say what the file says; safe to run again. Roles no longer in the file stay,
    without scopes, because memberships may name them. The models are passed in so that a migration
    can give its own."""
    table = role_table()
    for role in table.values():
        role_model.objects.update_or_create(
            code=role.code,
            defaults={
                "level": role.level,
                "staff": role.staff,
                "name": role.name,
                "name_en": role.name_en,
            },
        )
    wanted = {(role.code, scope) for role in table.values() for scope in role.scopes}
    stored = set(scope_model.objects.values_list("role_id", "scope"))
    for code, scope in stored - wanted:
        scope_model.objects.filter(role_id=code, scope=scope).delete()
    scope_model.objects.bulk_create(
        [scope_model(role_id=code, scope=scope) for code, scope in sorted(wanted - stored)]
    )
