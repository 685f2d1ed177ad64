"""50,000 county requests from 8 threads, with everything that may go wrong inside one."""

from __future__ import annotations

import contextlib
import random
import threading
from dataclasses import dataclass, field

import pytest
from django.db import DatabaseError, connection, connections, transaction

from kernel.models import AuditRow
from tenants.county import CountyRef, run_in_county

THREADS = 8
REQUESTS = 50_000


@dataclass
class _Seen:
    requests: int = 0
    wrong: list[str] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)


class _Stop(Exception):
    pass


def _canary(county: CountyRef) -> None:
    with run_in_county(county):
        AuditRow.objects.create(
            actor="system",
            channel="system",
            act="canary",
            purpose=county.schema_name,
            detail={},
            at="2026-01-01T00:00Z",
        )


def _look(county: CountyRef, seen: _Seen) -> None:
    """Reads every canary in sight; all must be the county's own, and there must be one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT purpose, current_schema() FROM kernel_auditrow WHERE act = 'canary'")
        rows = cursor.fetchall()
    expected = county.schema_name
    if not rows or any(row != (expected, expected) for row in rows):
        seen.wrong.append(f"in {expected}: {rows}")


def _write(county: CountyRef) -> None:
    AuditRow.objects.create(
        actor="system",
        channel="system",
        act="stray",
        purpose=county.schema_name,
        detail={},
        at="2026-01-01T00:00Z",
    )


def _one(kind: str, county: CountyRef, seen: _Seen) -> None:
    with run_in_county(county):
        _look(county, seen)
        if kind == "exception":
            raise _Stop
        if kind == "rollback":
            _write(county)
            transaction.set_rollback(True)
        elif kind == "savepoint":
            try:
                with transaction.atomic():
                    _write(county)
                    raise _Stop
            except _Stop:
                _look(county, seen)
        elif kind == "orm":
            for purpose in AuditRow.objects.filter(act="canary").values_list("purpose", flat=True):
                if purpose != county.schema_name:
                    seen.wrong.append(f"in {county.schema_name}: {purpose}")
        elif kind in {"cancelled", "broken"}:
            with connection.cursor() as cursor:
                if kind == "cancelled":
                    cursor.execute("SET LOCAL statement_timeout = 1")
                    cursor.execute("SELECT pg_sleep(5)")
                else:
                    cursor.execute("SELECT * FROM no_such_table")


_KINDS = ["read"] * 60 + ["orm"] * 8 + ["rollback"] * 8 + ["savepoint"] * 8 + ["exception"] * 10
_KINDS += ["broken"] * 4 + ["cancelled"] * 2


def _worker(number: int, counties: list[CountyRef], seen: _Seen) -> None:
    dice = random.Random(number)
    for _ in range(REQUESTS // THREADS):
        kind, county = dice.choice(_KINDS), dice.choice(counties)
        with contextlib.suppress(_Stop, DatabaseError):
            _one(kind, county, seen)
        seen.requests += 1
        seen.kinds.add(kind)
    connections.close_all()


@pytest.mark.timeout(240)
@pytest.mark.slow
def test_no_request_sees_another_county(counties: dict[str, CountyRef]) -> None:
    eleven = [ref for ref in counties.values() if not ref.sandbox]
    assert len(eleven) == 11
    for county in eleven:
        _canary(county)
    seen = [_Seen() for _ in range(THREADS)]
    threads = [
        threading.Thread(target=_worker, args=(number, eleven, one)) for number, one in enumerate(seen)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(one.requests for one in seen) == REQUESTS
    assert set.union(*(one.kinds for one in seen)) == set(_KINDS)
    assert [wrong for one in seen for wrong in one.wrong] == []
    for county in eleven:
        with run_in_county(county):
            assert not AuditRow.objects.filter(act="stray").exists(), "a rolled back row is there"
