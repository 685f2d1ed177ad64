"""The county engine: PostgreSQL that answers only inside one county's transaction.

Three guards, each with tests that fail without it:

1. Django's side: no cursor is given unless a county is bound and its transaction is open.
2. The session's side: role and search path are set with SET LOCAL in the message that carries
   BEGIN, so they cannot outlive the transaction, and a failure of any part closes the connection.
3. The server's side: the login has no rights of its own (NOINHERIT); outside a county's role every
   table is `permission denied`.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import psycopg
from django.db import OperationalError
from django.db.backends.postgresql import base
from django.utils.functional import cached_property

from kernel.scope import NoCounty, ScopeError
from tenants.backend import loaders
from tenants.backend.operations import DatabaseOperations
from tenants.contracts import CountyRef

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,62}\Z")


class NestedCounty(ScopeError):
    """A county was entered while another, or the same, was open on this connection."""


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scope: str | None = None  # schema whose transaction is open; read by kernel.db
        self.began_with: tuple[Any, ...] | None = None  # row answered by `preamble`, if one was given
        self._begin_message: str | None = None
        self._bound_schema: str | None = None
        self.county: CountyRef | None = None  # which county that is, and its state; read by tenants.gate

    # -- binding -------------------------------------------------------------------------------

    def bind(self, *, schema: str, role: str | None, preamble: str = "", writes: bool = True) -> None:
        """Names the county of the next transaction. `role` None keeps the login (folder only); without
        `writes` the server refuses every write in it.
        `preamble` is a constant SELECT of ours whose row arrives with BEGIN at no extra round trip."""
        if self._bound_schema is not None or self.in_atomic_block:
            raise NestedCounty(f"{self._bound_schema} is open on {self.alias}; cannot enter {schema}")
        for name in (schema, role or schema):
            if not _IDENTIFIER.match(name):
                raise ScopeError(f"not a schema or role of ours: {name!r}")
        become = f'SET LOCAL ROLE "{role}"; ' if role else ""
        begin = "BEGIN" if writes else "BEGIN READ ONLY"
        self._begin_message = (
            f'{begin}; {become}SET LOCAL search_path = "{schema}", public, pg_temp; '
            # to_regnamespace turns a missing schema into an error instead of a silent `public`
            f"SELECT 1 / (to_regnamespace('{schema}') IS NOT NULL)::int"
            + (f"; {preamble}" if preamble else "")
        )
        self._bound_schema = schema

    def unbind(self) -> None:
        self.scope = None
        self.began_with = None
        self.county = None
        self._begin_message = None
        self._bound_schema = None

    # -- transaction ---------------------------------------------------------------------------

    def _set_autocommit(self, autocommit: bool) -> None:
        """The driver stays in autocommit; our own message begins the transaction."""
        if autocommit:
            self.scope = None
            super()._set_autocommit(True)  # type: ignore[misc]  # private, so the stubs leave it out
        else:
            self._begin()

    def _begin(self) -> None:
        if self._begin_message is None:
            raise NoCounty(f"a transaction on {self.alias!r} begins only inside run_in_county")
        try:
            try:
                self._send_begin(self._begin_message)
            except OperationalError:
                # The server went away between requests. Nothing has happened in this transaction
                # yet, so one new connection and one more try are safe.
                if self.connection is not None and not self.connection.closed:
                    raise
                self.close()
                self.connect()
                self._send_begin(self._begin_message)
        except BaseException:
            self.close()
            raise
        self.scope = self._bound_schema

    def _send_begin(self, message: str) -> None:
        with self.wrap_database_errors, self.connection.cursor() as cursor:
            cursor.execute(message)
            rows = None
            while True:
                if cursor.description is not None:
                    rows = cursor.fetchone()
                if not cursor.nextset():
                    break
            self.began_with = rows
            if self.connection.info.transaction_status != psycopg.pq.TransactionStatus.INTRANS:
                raise OperationalError("the county's transaction did not begin")

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        loaders.register(connection, self.timezone)
        return connection

    def close(self) -> None:
        self.scope = None
        super().close()

    # -- cursors -------------------------------------------------------------------------------

    def _cursor(self, name: str | None = None) -> Any:
        if self.scope is None:
            raise NoCounty(f"no county is open on {self.alias!r}: use run_in_county")
        return super()._cursor(name)  # type: ignore[misc]  # private, so the stubs leave it out

    @cached_property
    def pg_version(self) -> int:
        """Asked while connecting, when no county can be open; Django's own asks through a cursor."""
        self.ensure_connection()
        return int(self.connection.info.server_version)

    def chunked_cursor(self) -> Any:
        return self.cursor()

    @property
    def market_moment(self) -> datetime | None:
        """Market time read with BEGIN, when the preamble asked for it."""
        return self.began_with[0] if self.began_with and isinstance(self.began_with[0], datetime) else None
