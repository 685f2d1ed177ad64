"""Insurers as public rows: who may change them, what a county may read, what is written down."""

from __future__ import annotations

import pytest
import typer
from django.db import ProgrammingError, connections

from kernel.actor import SYSTEM, Actor, Channel
from kernel.clock import real_now
from kernel.errors import DomainError
from kernel.ids import uuid7
from linggong.commands import insurers as command
from tenants.county import run_in_county
from tenants.identity.roles import role_table
from tenants.partners.seed import seed_insurers
from tenants.partners.selectors import active_insurer, insurer, insurer_changes, insurers
from tenants.partners.use_cases.register_insurer import register_insurer
from tenants.partners.use_cases.rename_insurer import rename_insurer
from tenants.partners.use_cases.suspend_insurer import resume_insurer, suspend_insurer

pytestmark = pytest.mark.usefixtures("counties")


def holding(role: str) -> Actor:
    return Actor(
        user_id=uuid7(),
        scopes=role_table()[role].scopes,
        roles=frozenset({role}),
        channel=Channel.APP,
        request_id="r-1",
    )


CITY = holding("city_admin")


def a_code() -> str:
    return f"t{uuid7().hex[-12:]}"


def registered(**changes) -> str:
    code = a_code()
    given = {"code": code, "name": "测试财险", "name_en": "Test Insurance", "actor": CITY, **changes}
    return register_insurer(**given, now=real_now()).code


def test_the_sandbox_begins_with_three_insurers():
    assert {"sandbox", "minjiang", "jinxi"} <= insurers().keys()
    assert all(insurer(code).active for code in ("sandbox", "minjiang", "jinxi"))
    rename_insurer(code="jinxi", name="改名", name_en="Renamed", actor=CITY, now=real_now())
    seed_insurers(sandbox=True, now=real_now())
    assert insurer("jinxi").name == "改名"  # seeding again leaves what people did


def test_the_city_registers_renames_suspends_and_resumes_and_all_is_written_down():
    code = registered()
    assert insurer(code).name == "测试财险"
    rename_insurer(code=code, name="新名", name_en="New Name", actor=CITY, now=real_now())
    assert insurer(code).name_en == "New Name"
    suspend_insurer(code=code, reason="到期", actor=CITY, now=real_now())
    suspend_insurer(code=code, reason="到期", actor=CITY, now=real_now())
    with pytest.raises(DomainError, match=r"^insurer_suspended"):
        active_insurer(code)
    assert insurer(code).active is False
    resume_insurer(code=code, reason="续约", actor=CITY, now=real_now())
    assert active_insurer(code).code == code
    changes = insurer_changes(code)
    assert [change.act for change in changes] == ["registered", "renamed", "suspended", "resumed"]
    assert {change.actor for change in changes} == {CITY.key}
    assert changes[1].detail["was"] == "测试财险"
    assert changes[2].detail == {"reason": "到期"}


def test_registering_again_is_harmless_and_a_taken_code_is_refused():
    code = registered()
    same = register_insurer(code=code, name="测试财险", name_en="Test Insurance", actor=CITY, now=real_now())
    assert same.code == code
    assert len(insurer_changes(code)) == 1
    with pytest.raises(DomainError, match=r"^insurer_exists"):
        register_insurer(code=code, name="另一家", name_en="Another", actor=CITY, now=real_now())


@pytest.mark.parametrize(
    "code", ["", "ab", "Ab-cd", "1abc", "a b c", "abc-", "沙溪", "a" * 41, "a;drop", "abc\n"]
)
def test_a_code_is_plain(code):
    with pytest.raises(DomainError, match=r"^insurer_code"):
        register_insurer(code=code, name="甲", name_en="A", actor=CITY, now=real_now())


@pytest.mark.parametrize("role", ["county_admin", "insurance_officer", "city_analyst", "insurer", "worker"])
def test_nobody_but_the_city_changes_insurers(role):
    actor = holding(role)
    acts = (
        lambda: register_insurer(code=a_code(), name="甲", name_en="A", actor=actor, now=real_now()),
        lambda: rename_insurer(code="minjiang", name="甲", name_en="A", actor=actor, now=real_now()),
        lambda: suspend_insurer(code="minjiang", reason="x", actor=actor, now=real_now()),
        lambda: resume_insurer(code="minjiang", reason="x", actor=actor, now=real_now()),
    )
    for act in acts:
        with pytest.raises(DomainError, match=r"^forbidden"):
            act()


def test_unknown_ones_are_named():
    for ask in (
        lambda: insurer("nobody"),
        lambda: rename_insurer(code="nobody", name="甲", name_en="A", actor=SYSTEM, now=real_now()),
        lambda: suspend_insurer(code="nobody", reason="x", actor=SYSTEM, now=real_now()),
    ):
        with pytest.raises(DomainError, match=r"^insurer_unknown"):
            ask()


def test_an_insurer_that_another_process_registered_is_found_at_once(monkeypatch):
    """The map is fresh, yet lacks what was just made elsewhere: a miss looks again."""
    insurers()
    code = a_code()
    with connections["city"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO partners_insurer (code, name, name_en, active, since) "
            "VALUES (%s, '甲', 'A', true, '2026-01-01')",
            [code],
        )
    monkeypatch.setattr("tenants.partners.selectors._MISS_SECONDS", 0.0)
    assert insurer(code).name == "甲"


def test_a_county_reads_insurers_and_writes_none(counties):
    with run_in_county(counties["jiangle"]), connections["default"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM public.partners_insurer")
        assert cursor.fetchone()[0] >= 3
    statements = (
        "UPDATE public.partners_insurer SET active = false",
        "INSERT INTO public.partners_insurer VALUES ('x', 'x', 'x', true, '2026-01-01')",
        "DELETE FROM public.partners_insurer",
        "SELECT 1 FROM public.partners_insurerchange",
    )
    for statement in statements:
        with pytest.raises(ProgrammingError, match="permission denied"), run_in_county(counties["jiangle"]):
            connections["default"].cursor().execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM partners_insurerchange",
        "UPDATE partners_insurerchange SET act = ''",
        "DELETE FROM partners_insurer",
    ],
)
def test_what_was_done_stays_written(statement):
    with pytest.raises(ProgrammingError, match="permission denied"):
        connections["city"].cursor().execute(statement)


def test_the_command_line_does_the_same():
    code = a_code()
    assert "active" in command.add(code, "命令行财险", "Command Insurance")
    assert "suspended" in command.suspend(code, "到期")
    assert any(code in line and "suspended" in line for line in command.lines())
    assert "New" in command.rename(code, "新", "New")
    assert "active" in command.resume(code, "续约")
    with pytest.raises(typer.BadParameter, match="insurer_unknown"):
        command.suspend("nobody", "x")
