"""Labour agencies as public rows: who may change them, what is refused, what is written down."""

from __future__ import annotations

import random
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import ProgrammingError, connections
from stdnum.cn import uscc

from kernel.actor import Actor, Channel
from kernel.clock import business_day, real_now
from kernel.errors import DomainError
from kernel.ids import uuid7
from tenants.county import run_in_county
from tenants.identity.roles import role_table
from tenants.partners.agencies import agencies, agency, agency_changes
from tenants.partners.contracts import AgencyView
from tenants.partners.use_cases.license_agency import license_agency
from tenants.partners.use_cases.register_agency import register_agency
from tenants.partners.use_cases.rename_agency import rename_agency
from tenants.partners.use_cases.suspend_agency import resume_agency, suspend_agency

pytestmark = pytest.mark.usefixtures("counties")

TODAY = business_day(real_now())


def holding(role: str) -> Actor:
    scopes = role_table()[role].scopes
    return Actor(user_id=uuid7(), scopes=scopes, roles=frozenset({role}), channel=Channel.APP)


CITY = holding("city_admin")


def a_company() -> str:
    """A credit code that nobody else in this run has."""
    start = "91350400" + "".join(random.choices("0123456789ABCDEFGH", k=9))
    return start + str(uscc.calc_check_digit(start))


def told(**changes) -> dict:
    return {
        "code": f"a{uuid7().hex[-12:]}",
        "name": "样例劳务",
        "name_en": "Sample Labour",
        "credit_code": a_company(),
        "licence": "350400-2026-0007",
        "licence_until": TODAY + timedelta(days=400),
        "actor": CITY,
        **changes,
    }


def registered(**changes) -> AgencyView:
    return register_agency(**told(**changes), now=real_now())


def test_an_agencys_life_is_written_down():
    made = registered()
    code = made.code
    assert agency(code) == made
    assert (made.since, made.active, made.may_act(TODAY)) == (TODAY, True, True)
    rename_agency(code=code, name="新名", name_en="New", actor=CITY, now=real_now())
    license_agency(code=code, licence="350400-2027-1", licence_until=TODAY, actor=CITY, now=real_now())
    assert agency(code).may_act(TODAY)
    assert not agency(code).may_act(TODAY + timedelta(days=1))
    license_agency(code=code, licence="350400-2027-1", licence_until=None, actor=CITY, now=real_now())
    assert agency(code).may_act(TODAY + timedelta(days=9_000))
    for _ in range(2):
        suspend_agency(code=code, reason="投诉核查", actor=CITY, now=real_now())
    assert not agency(code).may_act(TODAY)
    assert agency(code) in agencies(active=False)
    resume_agency(code=code, reason="已整改", actor=CITY, now=real_now())
    changes = agency_changes(code)
    assert [change.act for change in changes] == [
        "registered",
        "renamed",
        "licensed",
        "licensed",
        "suspended",
        "resumed",
    ]
    assert changes[1].detail["was"] == "样例劳务"
    assert changes[2].detail["was"] == "350400-2026-0007"
    assert {change.actor for change in changes} == {CITY.key}


def test_registering_again_is_harmless_and_what_is_taken_is_refused():
    given = told()
    made = register_agency(**given, now=real_now())
    assert register_agency(**given, now=real_now()) == made
    assert len(agency_changes(made.code)) == 1
    with pytest.raises(DomainError, match=r"^agency_exists"):
        register_agency(**{**given, "name": "别家"}, now=real_now())
    with pytest.raises(DomainError, match=r"^agency_credit_code_taken") as refusal:
        registered(credit_code=made.credit_code)
    assert refusal.value.params["agency"] == made.code


def test_of_many_at_once_for_one_company_one_is_registered():
    company, start, outcome = a_company(), Barrier(6), []

    def run():
        try:
            start.wait()
            registered(credit_code=company)
            outcome.append("made")
        except DomainError as refusal:
            outcome.append(refusal.code)
        finally:
            connections.close_all()

    threads = [Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome) == ["agency_credit_code_taken"] * 5 + ["made"]
    assert [row.credit_code for row in agencies()].count(company) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"code": "劳务"}, "agency_code"),
        ({"code": "ab\n"}, "agency_code"),
        ({"name": ""}, "text_length"),
        ({"credit_code": "91350400MA00000000"}, "credit_code_checksum"),
        ({"credit_code": "9135"}, "credit_code_format"),
        ({"licence": "1"}, "text_length"),
        ({"licence_until": TODAY - timedelta(days=1)}, "agency_licence_ended"),
    ],
)
def test_what_is_no_agency(changes, code):
    with pytest.raises(DomainError, match=f"^{code}"):
        registered(**changes)


@pytest.mark.parametrize("role", ["county_admin", "insurance_officer", "city_analyst", "agency", "worker"])
def test_nobody_but_the_city_changes_agencies(role):
    actor, code = holding(role), registered().code
    acts = (
        lambda: registered(actor=actor),
        lambda: rename_agency(code=code, name="甲", name_en="A", actor=actor, now=real_now()),
        lambda: license_agency(code=code, licence="0000", licence_until=None, actor=actor, now=real_now()),
        lambda: suspend_agency(code=code, reason="x", actor=actor, now=real_now()),
        lambda: resume_agency(code=code, reason="x", actor=actor, now=real_now()),
    )
    for act in acts:
        with pytest.raises(DomainError, match=r"^forbidden"):
            act()


@pytest.mark.parametrize("code", ["nobody", "a\x00b", "x" * 500])
def test_unknown_ones_are_named(code):
    for ask in (
        lambda: agency(code),
        lambda: rename_agency(code=code, name="甲", name_en="A", actor=CITY, now=real_now()),
    ):
        with pytest.raises(DomainError, match=r"^agency_unknown"):
            ask()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM partners_agencychange",
        "UPDATE partners_agencychange SET act = ''",
        "DELETE FROM partners_agency",
    ],
)
def test_what_was_done_stays_written(statement):
    with pytest.raises(ProgrammingError, match="permission denied"):
        connections["city"].cursor().execute(statement)


def test_a_countys_role_does_not_reach_them(counties):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        run_in_county(counties["jiangle"]),
    ):
        connections["default"].cursor().execute("SELECT 1 FROM public.partners_agency")
