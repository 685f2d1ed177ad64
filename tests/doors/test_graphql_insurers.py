"""Insurers through GraphQL: who reads them, who changes them, and what a change leaves behind."""

from __future__ import annotations

import pytest
from django.test import Client

from kernel.ids import uuid7
from tenants.partners.selectors import insurer, insurer_changes
from tests.doors.graphql_helpers import ask, city_token, codes, post, queries

pytestmark = [pytest.mark.usefixtures("counties"), pytest.mark.urls("tests.doors.graphql_urls")]

REGISTER = """
mutation Register($code: String!, $name: String!, $en: String!) {
  registerInsurer(code: $code, name: $name, nameEn: $en) { code name nameEn active since }
}
"""
RENAME = (
    'mutation($code: String!) { renameInsurer(code: $code, name: "新名", nameEn: "New") { name nameEn } }'
)
SUSPEND = 'mutation($code: String!) { suspendInsurer(code: $code, reason: "监管函 2027-3") { active } }'
RESUME = 'mutation($code: String!) { resumeInsurer(code: $code, reason: "已整改") { active } }'


@pytest.fixture
def code() -> str:
    return f"g{uuid7().hex[-12:]}"


def register(code: str, **changes):
    variables = {"code": code, "name": "样例财险", "en": "Sample Insurance", **changes}
    return ask(REGISTER, variables)["registerInsurer"]


def refused(query: str, variables, *, role: str = "city_admin") -> tuple[int, list[str]]:
    status, answer = post({"query": query, "variables": variables}, token=city_token(role))
    assert not any((answer.get("data") or {}).values())
    return status, codes(answer)


def test_the_city_registers_renames_suspends_and_resumes(code):
    made = register(code)
    assert made | {"since": None} == {
        "code": code,
        "name": "样例财险",
        "nameEn": "Sample Insurance",
        "active": True,
        "since": None,
    }
    assert ask(RENAME, {"code": code})["renameInsurer"] == {"name": "新名", "nameEn": "New"}
    assert ask(SUSPEND, {"code": code})["suspendInsurer"] == {"active": False}
    assert not insurer(code).active
    assert ask(RESUME, {"code": code})["resumeInsurer"] == {"active": True}
    done = insurer_changes(code)
    assert [change.act for change in done] == ["registered", "renamed", "suspended", "resumed"]
    assert done[2].detail["reason"] == "监管函 2027-3"
    assert all(change.actor.startswith("user:") for change in done)


def test_a_change_repeated_changes_nothing(code):
    assert register(code) == register(code)
    assert ask(SUSPEND, {"code": code}) == ask(SUSPEND, {"code": code})
    assert [change.act for change in insurer_changes(code)] == ["registered", "suspended"]


def test_insurers_are_listed_by_code_and_by_whether_they_sell(code):
    register(code)
    ask(SUSPEND, {"code": code})
    listed = ask("{ insurers { code active } }")["insurers"]
    assert [row["code"] for row in listed] == sorted(row["code"] for row in listed)
    assert {"code": code, "active": False} in listed
    of = "query($a: Boolean) { insurers(active: $a) { code } }"
    assert {"code": code} in ask(of, {"a": False})["insurers"]
    assert {"code": code} not in ask(of, {"a": True})["insurers"]
    assert {"code": "sandbox"} in ask(of, {"a": True})["insurers"]


def test_reading_them_costs_one_query_at_most():
    with queries() as counted:
        ask("{ insurers { code name } }", role="city_analyst")
    assert counted["default"] == 0
    assert counted["city"] <= 1


@pytest.mark.parametrize("change", [RENAME, SUSPEND, RESUME])
def test_the_analyst_reads_and_changes_nothing(change):
    assert ask("{ insurers { code } }", role="city_analyst")["insurers"]
    assert refused(change, {"code": "sandbox"}, role="city_analyst") == (200, ["forbidden"])
    assert refused(change, {"code": "nobody-we-know"}) == (200, ["insurer_unknown"])


@pytest.mark.parametrize(
    "bad", ["", "X", "a b", "ä-b-c", "a" * 41, "x'; DROP TABLE partners_insurer; --", "-ab"]
)
def test_codes_that_are_none(bad):
    variables = {"code": bad, "name": "样例", "en": "Sample"}
    assert refused(REGISTER, variables) == (200, ["insurer_code"])


def test_a_code_that_is_taken_and_names_that_are_none(code):
    register(code)
    assert refused(REGISTER, {"code": code, "name": "别家", "en": "Other"}) == (200, ["insurer_exists"])
    assert refused(REGISTER, {"code": code + "x", "name": "", "en": "Other"}) == (200, ["text_length"])
    assert insurer(code).name == "样例财险"


def test_a_change_needs_a_post_and_a_session():
    body = {"query": SUSPEND, "variables": {"code": "sandbox"}}
    assert post(body)[0] == 401
    assert Client().get("/graphql/", {"query": SUSPEND}).status_code == 405
    assert post(body, token=city_token(), headers={"Sec-Fetch-Site": "cross-site"})[0] == 403
    assert insurer("sandbox").active
