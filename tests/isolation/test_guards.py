"""Each guard between counties, and the proof that it is the guard that holds.

A probe is a function that raises AssertionError on a breach. Every probe runs twice: with all guards
in place it is silent, and with its own guard taken away it finds the breach. A probe that could not
fail would be caught by the second run.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import psycopg
import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.db.backends.postgresql import base as stock
from psycopg import sql

from kernel import db as kernel_db
from kernel.ids import uuid7
from kernel.models import AuditRow
from kernel.scope import NoCounty, WrongCounty
from tenants.backend import compiler
from tenants.backend.base import DatabaseWrapper, NestedCounty
from tenants.county import CountyRef, run_in_county
from tests.harness.servers import superuser

Counties = dict[str, CountyRef]
Probe = Callable[[Counties], None]


def _row(purpose: str) -> AuditRow:
    return AuditRow(
        actor="system", channel="system", act="probe", purpose=purpose, detail={}, at="2026-01-01T00:00Z"
    )


def _expect(kind: type[BaseException] | tuple[type[BaseException], ...], act: Callable[[], object]) -> None:
    """Asserts that `act` raises `kind`; anything else, or nothing, is a breach."""
    try:
        act()
    except kind:
        return
    except Exception as other:
        raise AssertionError(f"raised {type(other).__name__} instead") from other
    raise AssertionError("nothing was raised")


# -- probes ------------------------------------------------------------------------------------------


def no_cursor_outside(counties: Counties) -> None:
    _expect(NoCounty, lambda: connection.cursor())
    _expect(NoCounty, lambda: AuditRow.objects.count())


def no_transaction_outside(counties: Counties) -> None:
    _expect(NoCounty, lambda: transaction.atomic().__enter__())


def lazy_query_keeps_its_county(counties: Counties) -> None:
    with run_in_county(counties["jiangle"]):
        lazy = AuditRow.objects.all()
    _expect(NoCounty, lambda: list(lazy))
    with run_in_county(counties["taining"]):
        for use in (list, lambda q: q.count(), lambda q: q.exists(), lambda q: q.filter(act="x").first()):
            _expect(WrongCounty, lambda use=use: use(lazy))  # type: ignore[misc]  # bound at once
        _expect(WrongCounty, lambda: lazy.update(act="x"))


def row_keeps_its_county(counties: Counties) -> None:
    with run_in_county(counties["jiangle"]):
        mine = _row("made in jiangle")
    with run_in_county(counties["taining"]):
        _expect(WrongCounty, mine.save)


def nested_switch_raises(counties: Counties) -> None:
    for inner in ("taining", "jiangle"):  # another county, and the same one again
        with run_in_county(counties["jiangle"]):
            entered = run_in_county(counties[inner])
            _expect(NestedCounty, entered.__enter__)


def missing_schema_raises(counties: Counties) -> None:
    ghost = replace(counties["jiangle"], schema_name="c999999")
    for login in ("default", "folder"):
        _expect(DatabaseError, run_in_county(ghost, login=login).__enter__)
        wrapper = connections[login]
        assert wrapper.connection is None, "a connection that failed to begin is still open"


def nothing_outlives_the_transaction(counties: Counties) -> None:
    with run_in_county(counties["jiangle"]), connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_schema()")
        assert cursor.fetchone() == (counties["jiangle"].role_name, counties["jiangle"].schema_name)
    raw = connection.connection.execute("SELECT current_user, current_setting('search_path')")
    user, path = raw.fetchone()
    assert user.endswith("_county"), user
    assert "c350428" not in path, path


def role_cannot_read_another_county(counties: Counties) -> None:
    tables = _tables()
    for reader in counties.values():
        with _direct(reader) as server:
            for schema in tables.keys() - {reader.schema_name}:
                for table in tables[schema]:
                    _denied(server, f'SELECT 1 FROM "{schema}"."{table}" LIMIT 1')


def role_cannot_make_temporary_tables(counties: Counties) -> None:
    with _direct(counties["jiangle"]) as server:
        _denied(server, "CREATE TEMP TABLE kernel_auditrow (id uuid)")


def login_has_no_rights_of_its_own(counties: Counties) -> None:
    with run_in_county(counties["jiangle"]):
        pass  # only to have a connection
    for statement in ("SELECT 1 FROM c350428.kernel_auditrow", "SELECT 1 FROM public.tenants_county"):
        try:
            connection.connection.execute(statement)
        except psycopg.errors.InsufficientPrivilege:
            continue
        raise AssertionError(f"the login itself may run: {statement}")


# -- removing guards ---------------------------------------------------------------------------------


@contextmanager
def _patched(target: object, name: str, value: object) -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.setattr(target, name, value)
    try:
        yield
    finally:
        patch.undo()
        for alias in ("default", "folder"):
            connections[alias].unbind()  # type: ignore[attr-defined]  # ours
            connections[alias].in_atomic_block = False
            connections[alias].close()


def _bind_without(part: str, instead: str = "") -> object:
    original = DatabaseWrapper.bind

    def bind(self: DatabaseWrapper, **kwargs: object) -> None:
        original(self, **kwargs)  # type: ignore[arg-type]  # passed through
        message = self._begin_message or ""
        assert part in message, part
        self._begin_message = message.replace(part, instead)

    return bind


def _bind_unchecked(self: DatabaseWrapper, **kwargs: object) -> None:
    self._bound_schema = None
    was, self.in_atomic_block = self.in_atomic_block, False
    _ORIGINAL_BIND(self, **kwargs)  # type: ignore[arg-type]  # passed through
    self.in_atomic_block = was


_ORIGINAL_BIND = DatabaseWrapper.bind


def _without_cursor_check() -> object:
    return _patched(DatabaseWrapper, "_cursor", stock.DatabaseWrapper._cursor)


def _without_begin_check() -> object:
    return _patched(DatabaseWrapper, "_set_autocommit", stock.DatabaseWrapper._set_autocommit)


def _without_query_check() -> object:
    return _patched(compiler, "check_scope", lambda made_in, using: None)


def _without_row_check() -> object:
    return _patched(kernel_db.CountyModel, "_check_county", lambda self, using: None)


def _without_nesting_check() -> object:
    return _patched(DatabaseWrapper, "bind", _bind_unchecked)


def _without_schema_check() -> object:
    return _patched(
        DatabaseWrapper, "bind", _bind_without("1 / (to_regnamespace('c999999') IS NOT NULL)::int", "1")
    )


def _without_local() -> object:
    return _patched(DatabaseWrapper, "bind", _bind_without("SET LOCAL", "SET"))


@contextmanager
def _as_superuser(do: str, undo: str) -> Iterator[None]:
    with psycopg.connect(**superuser(), dbname=connection.settings_dict["NAME"], autocommit=True) as server:
        server.execute(do)
        try:
            yield
        finally:
            server.execute(undo)


def _with_a_grant_too_many() -> object:
    return _as_superuser(
        'GRANT USAGE ON SCHEMA c350429 TO "lgtest_c350428"; '
        'GRANT SELECT ON c350429.kernel_auditrow TO "lgtest_c350428"',
        'REVOKE SELECT ON c350429.kernel_auditrow FROM "lgtest_c350428"; '
        'REVOKE USAGE ON SCHEMA c350429 FROM "lgtest_c350428"',
    )


def _with_temporary_tables() -> object:
    name = connection.settings_dict["NAME"]
    return _as_superuser(
        f'GRANT TEMP ON DATABASE "{name}" TO PUBLIC', f'REVOKE TEMP ON DATABASE "{name}" FROM PUBLIC'
    )


def _with_inheriting_login() -> object:
    return _as_superuser(
        'GRANT "lgtest_c350428" TO "lgtest_county" WITH INHERIT TRUE',
        'GRANT "lgtest_c350428" TO "lgtest_county" WITH INHERIT FALSE',
    )


PROBES: dict[str, tuple[Probe, Callable[[], object]]] = {
    "cursor": (no_cursor_outside, _without_cursor_check),
    "begin": (no_transaction_outside, _without_begin_check),
    "query": (lazy_query_keeps_its_county, _without_query_check),
    "row": (row_keeps_its_county, _without_row_check),
    "nesting": (nested_switch_raises, _without_nesting_check),
    "schema": (missing_schema_raises, _without_schema_check),
    "local": (nothing_outlives_the_transaction, _without_local),
    "grants": (role_cannot_read_another_county, _with_a_grant_too_many),
    "temp": (role_cannot_make_temporary_tables, _with_temporary_tables),
    "noinherit": (login_has_no_rights_of_its_own, _with_inheriting_login),
}


@pytest.mark.parametrize("name", PROBES)
def test_guard_holds(name: str, counties: Counties) -> None:
    PROBES[name][0](counties)


@pytest.mark.parametrize("name", PROBES)
def test_guard_is_what_holds(name: str, counties: Counties) -> None:
    probe, without = PROBES[name]
    with pytest.raises(AssertionError), without():  # type: ignore[attr-defined]  # context managers all
        probe(counties)
    probe(counties)  # and the guard is back


def test_another_thread_sees_no_county(counties: Counties) -> None:
    seen: list[object] = []

    def look() -> None:
        seen.append(kernel_db.current_scope())
        try:
            AuditRow.objects.count()
        except NoCounty as refusal:
            seen.append(type(refusal))
        connections.close_all()

    with run_in_county(counties["jiangle"]):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join(timeout=20)
    assert seen == [None, NoCounty]


def test_a_failed_block_leaves_nothing(counties: Counties) -> None:
    marker = str(uuid7())

    def write_and_stop() -> None:
        with run_in_county(counties["jiangle"]):
            _row(marker).save()
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        write_and_stop()
    with run_in_county(counties["jiangle"]):
        assert not AuditRow.objects.filter(purpose=marker).exists()


# -- helpers -----------------------------------------------------------------------------------------


def _tables() -> dict[str, list[str]]:
    with psycopg.connect(**superuser(), dbname=connection.settings_dict["NAME"]) as server:
        found: dict[str, list[str]] = {}
        rows = server.execute("SELECT schemaname, tablename FROM pg_tables WHERE schemaname ~ '^c[0-9]{6}$'")
        for schema, table in rows:
            found.setdefault(schema, []).append(table)
    return found


@contextmanager
def _direct(county: CountyRef) -> Iterator[psycopg.Connection[object]]:
    """The driver itself, as the county's role, past all of Django's guards."""
    with psycopg.connect(
        host=connection.settings_dict["HOST"],
        port=connection.settings_dict["PORT"],
        user=connection.settings_dict["USER"],
        dbname=connection.settings_dict["NAME"],
        autocommit=True,
    ) as server:
        server.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(county.role_name)))
        yield server  # type: ignore[misc]  # rows are not looked at


def _denied(server: psycopg.Connection[object], statement: str) -> None:
    try:
        server.execute(statement)  # type: ignore[call-overload]  # our own text
    except psycopg.errors.InsufficientPrivilege:
        return
    raise AssertionError(f"permitted: {statement}")
