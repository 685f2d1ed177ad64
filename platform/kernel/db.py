"""Rows that belong to one county.

The backend (`tenants.backend`) opens a county's transaction and puts the county's schema name on
the connection as `scope`. Everything here reads that mark: a query set or a row remembers the scope
it was made in and refuses to work in another, so a lazy query that leaves its block cannot serve
one county's rows as another's.
"""

from __future__ import annotations

from typing import Any, Self, TypeVar

from django.db import models

from kernel.ids import uuid7
from kernel.scope import NoCounty, ScopeError, WrongCounty, check_scope, current_scope

__all__ = [
    "CountyManager",
    "CountyModel",
    "CountyQuerySet",
    "NoCounty",
    "ScopeError",
    "WrongCounty",
    "check_scope",
    "current_scope",
]

M = TypeVar("M", bound=models.Model)


class CountyQuerySet(models.QuerySet[M]):
    """Remembers the county it was made in; the backend's compilers hold it to that."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not hasattr(self.query, "made_in"):
            self.query.made_in = current_scope(self.db)  # type: ignore[attr-defined]  # our own mark on the query


class CountyManager(models.Manager.from_queryset(CountyQuerySet)):  # type: ignore[misc]  # built by Django at run time
    """The only manager of county rows."""


class CountyModel(models.Model):
    """Base of every county table: a uuid7 primary key and the county guard."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    objects = CountyManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._state.made_in = current_scope()  # type: ignore[attr-defined]  # our own mark on the state

    @classmethod
    def from_db(cls, db: str | None, field_names: Any, values: Any, **kwargs: Any) -> Self:
        row = super().from_db(db, field_names, values, **kwargs)
        row._state.made_in = current_scope(db or "default")  # type: ignore[attr-defined]  # our own mark
        return row

    def save_base(self, *args: Any, **kwargs: Any) -> None:
        self._check_county(kwargs.get("using"))
        super().save_base(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        self._check_county(kwargs.get("using"))
        return super().delete(*args, **kwargs)

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        self._check_county(kwargs.get("using"))
        super().refresh_from_db(*args, **kwargs)

    def _check_county(self, using: str | None) -> None:
        check_scope(getattr(self._state, "made_in", None), using or self._state.db or "default")
