"""Migration operations that know the county being migrated: grants and SQL with its names.

Rights are given table by table, beside the table they concern; there are no blanket defaults.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import router
from django.db.migrations.operations.base import Operation


def role(name: str) -> str:
    """A login or group role of this installation: roles belong to the whole server, so each carries
    the installation's prefix."""
    return f"{settings.LINGGONG_ROLE_PREFIX}_{name}"


def county_role(schema: str) -> str:
    return role(schema)


class _Sql(Operation):
    reduces_to_sql = True
    reversible = True

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Nothing of the models changes."""

    def _run(self, app_label: str, schema_editor: Any, sql: str) -> None:
        if not router.allow_migrate(schema_editor.connection.alias, app_label):
            return  # a county's app while the public schema is migrated, or the other way round
        schema = schema_editor.connection.schema_name
        for name, value in {"schema": schema, "role": county_role(schema)}.items():
            sql = sql.replace("{" + name + "}", value)
        schema_editor.execute(sql, params=None)


class CountySQL(_Sql):
    """SQL in a county's schema; `{schema}` and `{role}` stand for the county's own."""

    def __init__(self, sql: str, reverse_sql: str) -> None:
        self.sql, self.reverse_sql = sql, reverse_sql

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._run(app_label, schema_editor, self.sql)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._run(app_label, schema_editor, self.reverse_sql)

    def describe(self) -> str:
        return "SQL in the county's schema"


class GrantCounty(_Sql):
    """Rights on a county's table: to its own role, or to the `folder` login."""

    def __init__(self, table: str, rights: str, to: str = "county") -> None:
        self.table, self.rights, self.to = table, rights, to

    @property
    def _grantee(self) -> str:
        return '"{role}"' if self.to == "county" else f'"{role(self.to)}"'

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._run(
            app_label, schema_editor, f'GRANT {self.rights} ON "{{schema}}"."{self.table}" TO {self._grantee}'
        )

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._run(
            app_label,
            schema_editor,
            f'REVOKE {self.rights} ON "{{schema}}"."{self.table}" FROM {self._grantee}',
        )

    def describe(self) -> str:
        return f"{self.to} may {self.rights} {self.table}"


class GrantPublic(_Sql):
    """Rights on a public table to one login, or with `to="county"` to every county's role."""

    def __init__(self, table: str, rights: str, to: str) -> None:
        self.table, self.rights, self.to = table, rights, to

    @property
    def _grantee(self) -> str:
        return f'"{role("counties" if self.to == "county" else self.to)}"'

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._run(
            app_label, schema_editor, f'GRANT {self.rights} ON public."{self.table}" TO {self._grantee}'
        )

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._run(
            app_label, schema_editor, f'REVOKE {self.rights} ON public."{self.table}" FROM {self._grantee}'
        )

    def describe(self) -> str:
        return f"{self.to} may {self.rights} public.{self.table}"


class GrantModels(_Sql):
    """Full rights on all tables of an app this project did not write, to the login that serves it."""

    def __init__(self, to: str, *tables: str) -> None:
        self.to, self.tables = to, tables

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for table in self.tables:
            self._run(
                app_label,
                schema_editor,
                f'GRANT SELECT, INSERT, UPDATE, DELETE ON public."{table}" TO "{role(self.to)}"',
            )

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for table in self.tables:
            self._run(app_label, schema_editor, f'REVOKE ALL ON public."{table}" FROM "{role(self.to)}"')

    def describe(self) -> str:
        return f"{self.to} serves {', '.join(self.tables)}"
