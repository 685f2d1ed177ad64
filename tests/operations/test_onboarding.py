"""A county that the city asks for: refused early, opened step by step, taken up again after a kill."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connections

from kernel.actor import SYSTEM, Actor, Channel
from kernel.errors import DomainError
from kernel.ids import uuid7
from linggong.county_life import advance_operations
from tenants import directory
from tenants.contracts import CountyState
from tenants.county import run_in_county
from tenants.models import County
from tenants.operations import carry_out as engine
from tenants.operations.carry_out import carry_out as carry_steps_out
from tenants.operations.contracts import NewCounty, OperationState, Side
from tenants.operations.models import Operation, OperationStep
from tenants.operations.selectors import county_changes, operation, operations
from tenants.operations.use_cases.onboard_county import onboard_county
from tenants.operations.use_cases.retry_operation import retry_operation
from tenants.policy.selectors import policy_on
from tenants.provision import _LOCK
from tests.harness.servers import superuser
from tests.operations.conftest import carry_out, owner_process
from tests.orders.play import worker

pytestmark = pytest.mark.usefixtures("own_database")

NOW = datetime(2051, 3, 1, 2, 0, tzinfo=UTC)
TODAY = date(2051, 3, 1)
CITY = Actor(uuid7(), frozenset({"counties:write", "city:read"}), frozenset({"city_admin"}), Channel.APP)
NEW = NewCounty(
    code="350471",
    slug="liexi",
    name="列西县",
    name_en="Liexi County",
    opens_on=TODAY,
    min_wage_month_fen=189_500,
    min_wage_hour_fen=2_000,
)


def _ask(county: NewCounty, actor: Actor = CITY) -> Any:
    return onboard_county(county=county, actor=actor, now=NOW)


@pytest.mark.parametrize(
    ("code", "field", "change"),
    [
        ("county_slug_invalid", "slug", {"slug": "graphql"}),
        ("county_slug_invalid", "slug", {"slug": "Liexi"}),
        ("county_slug_invalid", "slug", {"slug": "l"}),
        ("county_slug_invalid", "slug", {"slug": "a/b"}),
        ("county_slug_taken", "slug", {"slug": "jiangle"}),
        ("county_code_invalid", "code", {"code": "35047"}),
        ("county_code_invalid", "code", {"code": "350471x"}),
        ("county_code_invalid", "code", {"code": "360471"}),
        ("county_code_invalid", "code", {"code": "350400"}),
        ("county_code_taken", "code", {"code": "350428"}),
        ("county_code_taken", "code", {"code": "350402"}),  # 梅列区's, retired in 2021
        ("county_day_past", "opens_on", {"opens_on": TODAY - timedelta(days=1)}),
        ("county_day_far", "opens_on", {"opens_on": date(2061, 1, 1)}),
        ("amount_invalid", "min_wage_hour_fen", {"min_wage_hour_fen": 0}),
        ("amount_invalid", "min_wage_month_fen", {"min_wage_month_fen": 10**12}),
        ("text_length", "name", {"name": " "}),
    ],
)
def test_what_is_wrong_is_said_at_once(code: str, field: str, change: dict[str, Any]) -> None:
    before = Operation.objects.count()
    with pytest.raises(DomainError) as refused:
        _ask(replace(NEW, **change))
    assert (refused.value.code, refused.value.field) == (code, field)
    assert Operation.objects.count() == before


def test_only_who_may() -> None:
    with pytest.raises(DomainError) as refused:
        _ask(NEW, replace(CITY, scopes=frozenset({"city:read"})))
    assert refused.value.code == "forbidden"


def test_a_county_is_opened(market: Callable[[datetime], None]) -> None:
    market(NOW)
    opens = TODAY + timedelta(days=10)
    wanted = replace(NEW, code="350475", slug="xinqu", opens_on=opens)
    asked = _ask(wanted)
    assert (asked.state, asked.step, asked.steps_done, asked.steps_total) == ("queued", "tables", 0, 3)
    assert _ask(wanted).id == asked.id, "asking again is the same operation"
    with pytest.raises(DomainError) as refused:
        _ask(replace(wanted, name="别名县"))
    assert refused.value.code == "county_slug_taken"
    with pytest.raises(DomainError) as refused:
        _ask(replace(wanted, slug="other"))
    assert refused.value.code == "county_code_taken"
    assert advance_operations() == 0, "the site may not make a schema"

    carry_out()

    found = operation(asked.id, actor=CITY)
    assert found.state is OperationState.DONE
    assert [(step.code, step.done) for step in found.steps] == [
        ("tables", True),
        ("seed", True),
        ("check", True),
    ]
    assert (found.step, found.steps_done, found.error) == ("", 3, "")
    assert found.finished_at is not None
    assert operations(actor=CITY, first=1).rows[0].id == asked.id

    ref = directory.by_slug("xinqu")
    assert (ref.code, ref.name, ref.schema_name, ref.opens_on) == ("350475", NEW.name, "c350475", opens)
    assert ref.state is CountyState.SUSPENDED, "its first day is to come"
    with run_in_county(ref):
        assert policy_on(TODAY).min_wage_hour_fen == NEW.min_wage_hour_fen
        with pytest.raises(DomainError) as refused:
            worker(at=NOW)
    assert refused.value.code == "county_not_open"
    assert opens.isoformat() in refused.value.text("en")
    [opened] = county_changes(ref)
    assert (opened.act, opened.actor) == ("opened", CITY.key)

    market(NOW + timedelta(days=10))
    assert directory.by_slug("xinqu").state is CountyState.ACTIVE, "its day has come, no timer needed"
    with run_in_county(ref):
        worker(at=NOW + timedelta(days=10))


def test_a_killed_owner_has_done_nothing_and_the_next_goes_on(own_database: str) -> None:
    asked = _ask(replace(NEW, code="350476", slug="killed"))
    with psycopg.connect(**superuser(), dbname=own_database, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [_LOCK])  # provisioning stops in its middle
        process = owner_process()
        try:
            _until_somebody_waits(other)
        finally:
            process.send_signal(signal.SIGKILL)
            process.communicate(timeout=60)
        assert not County.objects.filter(slug="killed").exists()
        half = operation(asked.id, actor=CITY)
        assert (half.state, half.steps_done, half.steps) == (OperationState.RUNNING, 0, ())
    carry_out()
    found = operation(asked.id, actor=CITY)
    assert found.state is OperationState.DONE
    assert [step.code for step in found.steps] == ["tables", "seed", "check"]
    assert directory.by_slug("killed").code == "350476"


def _until_somebody_waits(server: psycopg.Connection[Any]) -> None:
    deadline = time.monotonic() + 120
    waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = %s"
    while server.execute(waits, [_LOCK]).fetchone() == (0,):
        assert time.monotonic() < deadline, "the owner's process never came to the lock"
        time.sleep(0.02)


def test_a_step_that_keeps_failing_stops_and_may_be_tried_again() -> None:
    asked = _ask(replace(NEW, code="350477", slug="stuck"))
    tried = []

    def broken(_: Operation) -> None:
        tried.append(1)
        raise RuntimeError("a person's name could stand here")

    for _ in range(engine.MAX_TRIES + 2):
        carry_steps_out(Side.OWNER, {"tables": broken})
    found = operation(asked.id, actor=CITY)
    assert (found.state, found.error, len(tried)) == (OperationState.FAILED, "RuntimeError", engine.MAX_TRIES)
    assert {step.error for step in found.steps} == {"RuntimeError"}, "the kind only"
    assert not County.objects.filter(slug="stuck").exists()

    assert retry_operation(operation_id=asked.id, actor=CITY, now=NOW).state is OperationState.QUEUED
    with pytest.raises(DomainError) as refused:
        retry_operation(operation_id=asked.id, actor=CITY, now=NOW)
    assert refused.value.code == "operation_not_failed"
    carry_out()
    assert operation(asked.id, actor=CITY).state is OperationState.DONE


def test_one_that_kills_its_process_is_not_tried_for_ever() -> None:
    """What ends a process before it can note anything is counted by the claim."""
    asked = _ask(replace(NEW, code="350478", slug="deadly"))

    class Killed(BaseException):
        pass

    def deadly(_: Operation) -> None:
        raise Killed

    for _ in range(engine.MAX_TRIES):
        with pytest.raises(Killed):
            carry_steps_out(Side.OWNER, {"tables": deadly})
    assert carry_steps_out(Side.OWNER, {"tables": deadly}) == 0
    assert operation(asked.id, actor=CITY).state is OperationState.FAILED
    assert not OperationStep.objects.filter(operation_id=asked.id).exists()


def test_two_who_ask_at_once_ask_for_one() -> None:
    wanted = replace(NEW, code="350479", slug="raced")

    def ask(no: int) -> str:
        try:
            return str(_ask(replace(wanted, name=f"县{no}")).id)
        except DomainError as refused:
            return refused.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        told = list(pool.map(ask, range(6)))
    assert len([one for one in told if one not in ("county_slug_taken", "county_code_taken")]) == 1, told
    assert Operation.objects.filter(slug="raced").count() == 1


def test_two_workers_do_a_step_once(market: Callable[[datetime], None]) -> None:
    """Both look at the same operations at the same time; the row's lock decides."""
    market(NOW)
    asked = _ask(replace(NEW, code="350470", slug="twice"))
    process, other = owner_process(), owner_process()
    for one in (process, other):
        told, _ = one.communicate(timeout=180)
        assert one.returncode == 0, told

    def advance(_: int) -> int:
        try:
            return advance_operations()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(advance, range(3)))
    advance_operations()
    found = operation(asked.id, actor=CITY)
    assert found.state is OperationState.DONE
    assert [step.code for step in found.steps if step.done] == ["tables", "seed", "check"]


def test_the_system_is_named_as_who_asked() -> None:
    asked = _ask(replace(NEW, code="350480", slug="ofsystem"), SYSTEM)
    assert asked.requested_by == "system"


def test_the_owners_process_waits_for_work_and_ends_when_told(own_database: str) -> None:
    process = owner_process(once=False)
    try:
        asked = _ask(replace(NEW, code="350469", slug="waited"))
        deadline = time.monotonic() + 120
        while operation(asked.id, actor=CITY).steps_done == 0:
            assert process.poll() is None
            assert time.monotonic() < deadline, "the owner's process never came to it"
            time.sleep(0.05)
    finally:
        process.terminate()
        told, _ = process.communicate(timeout=60)
    assert process.returncode == 0, told
    assert operation(asked.id, actor=CITY).step == "seed", "what is the site's waits for the site"
