"""The city's console for counties: what GraphQL asks for, what it shows, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from tenants import directory
from tenants.operations.selectors import county_changes
from tests.identity.helpers import log_in, staff
from tests.operations.conftest import carry_out

pytestmark = [pytest.mark.usefixtures("own_database"), pytest.mark.urls("tests.doors.graphql_urls")]

OPERATION = "id kind state slug code name opensOn predecessors step stepEn stepsDone stepsTotal error"
ONBOARD = f"""
mutation Open($slug: String!, $code: String!, $day: Date!) {{
  onboardCounty(slug: $slug, code: $code, name: "列东县", nameEn: "Liedong County", opensOn: $day,
    minWageMonthFen: 189500, minWageHourFen: 2000, sandbox: true) {{ {OPERATION} }}
}}
"""
COUNTY = """
query County($slug: String!) {
  county(slug: $slug) {
    state code name opensOn
    designations { code name nameEn validFrom }
    successor { slug on } predecessors { slug on }
    changes { act actor detail { name value } }
    obligations { code count fen }
  }
}
"""


@pytest.fixture(scope="module")
def tokens(own_database: str) -> dict[str, str]:
    """Session tokens of this database's own city staff."""
    made = {}
    for role in ("city_admin", "city_analyst"):
        phone, created = staff(role, None)
        made[role] = log_in(phone, totp_secret=created.totp_secret)
    return made


@pytest.fixture
def ask(tokens: dict[str, str]) -> Any:
    def asked(query: str, role: str = "city_admin", **variables: Any) -> Any:
        response = Client().generic(
            "POST",
            "/graphql/",
            json.dumps({"query": query, "variables": variables}).encode(),
            content_type="application/json",
            headers={"X-Session-Token": tokens[role]},
        )
        return json.loads(response.content)

    return asked


@pytest.fixture
def jianning() -> Iterator[str]:
    """A county of this database that is active again afterwards."""
    directory.forget()
    yield "jianning"
    directory.forget()


def _code(answer: Any) -> str:
    assert not any((answer["data"] or {}).values()), answer
    return str(answer["errors"][0]["extensions"]["code"])


def test_a_county_is_asked_for_followed_and_seen(ask: Any) -> None:
    today = directory.today()
    told = ask(ONBOARD, slug="liedong", code="350472", day=today.isoformat())["data"]["onboardCounty"]
    assert (told["state"], told["step"], told["stepsDone"], told["stepsTotal"]) == ("QUEUED", "tables", 0, 3)
    again = ask(ONBOARD, slug="liedong", code="350472", day=today.isoformat())["data"]["onboardCounty"]
    assert again["id"] == told["id"]
    assert _code(ask(ONBOARD, slug="city", code="350473", day=today.isoformat())) == "county_slug_invalid"
    past = (today - timedelta(days=1)).isoformat()
    assert _code(ask(ONBOARD, slug="late", code="350473", day=past)) == "county_day_past"
    assert _code(ask(ONBOARD, "city_analyst", slug="other", code="350473", day=past)) == "forbidden"

    carry_out()

    followed = ask(
        f"query($id: ID!) {{ operation(id: $id) {{ {OPERATION} steps {{ code en done error }} }} }}",
        id=told["id"],
    )["data"]["operation"]
    assert (followed["state"], followed["stepsDone"], followed["step"]) == ("DONE", 3, None)
    assert [step["code"] for step in followed["steps"]] == ["tables", "seed", "check"]
    page = ask("{ operations(state: DONE) { edges { node { id slug } } pageInfo { hasNextPage } } }")
    assert [edge["node"]["slug"] for edge in page["data"]["operations"]["edges"]] == ["liedong"]

    seen = ask(COUNTY, slug="liedong")["data"]["county"]
    assert (seen["state"], seen["code"], seen["obligations"]) == ("ACTIVE", "350472", [])
    assert seen["designations"] == [
        {"code": "350472", "name": "列东县", "nameEn": "Liedong County", "validFrom": today.isoformat()}
    ]
    [opened] = seen["changes"]
    assert opened["act"] == "opened"
    assert opened["actor"].startswith("user:")


def test_a_county_is_suspended_and_resumed_with_a_reason(ask: Any, jianning: str) -> None:
    verb = 'mutation($slug: String!) {{ {0}County(slug: $slug, reason: "{1}") {{ state }} }}'
    assert ask(verb.format("suspend", "系统盘点"), slug=jianning)["data"]["suspendCounty"] == {
        "state": "SUSPENDED"
    }
    assert ask(verb.format("suspend", "再次"), slug=jianning)["data"]["suspendCounty"]["state"] == "SUSPENDED"
    assert (
        ask("{ counties { slug state } }")["data"]["counties"].count({"slug": jianning, "state": "SUSPENDED"})
        == 1
    )
    assert ask(verb.format("resume", "盘点完毕"), slug=jianning)["data"]["resumeCounty"]["state"] == "ACTIVE"
    done = county_changes(directory.by_slug(jianning), limit=2)
    assert [(one.act, one.detail) for one in done] == [
        ("resumed", {"reason": "盘点完毕"}),
        ("suspended", {"reason": "系统盘点"}),
    ], "repeating it left no row"
    assert _code(ask(verb.format("suspend", " "), slug=jianning)) == "text_length"
    assert _code(ask(verb.format("suspend", "无"), slug="nowhere")) == "county_unknown"
    assert _code(ask(verb.format("suspend", "无权"), "city_analyst", slug=jianning)) == "forbidden"


RENAME = """
mutation Rename($slug: String!, $name: String!, $day: Date!, $code: String) {
  renameCounty(slug: $slug, name: $name, nameEn: "A District", validFrom: $day, code: $code) { name code }
}
"""


def test_a_county_gets_another_name_on_its_day(ask: Any) -> None:
    """As 沙县 (350427) became 沙县区 (350405) in 2021: the address stays, the old code is retired."""
    today = directory.today()
    day = (today + timedelta(days=30)).isoformat()
    told = ask(RENAME, slug="qingliu", name="清流区", day=day, code="350407")["data"]["renameCounty"]
    assert told == {"name": "清流县", "code": "350423"}, "not before its day"
    assert ask(RENAME, slug="qingliu", name="清流区", day=day, code="350407")["data"]["renameCounty"] == told
    names = ask(COUNTY, slug="qingliu")["data"]["county"]["designations"]
    assert [(one["code"], one["name"]) for one in names] == [("350423", "清流县"), ("350407", "清流区")]

    assert _code(ask(RENAME, slug="qingliu", name="另名", day=day)) == "county_renamed_that_day"
    other = (today + timedelta(days=40)).isoformat()
    assert _code(ask(RENAME, slug="ninghua", name="宁化区", day=other, code="350423")) == "county_code_taken"
    assert _code(ask(RENAME, slug="ninghua", name="宁化区", day=other, code="350407")) == "county_code_taken"
    assert _code(ask(RENAME, slug="ninghua", name="宁化区", day="2001-01-01")) == "county_day_past"
    assert (
        _code(ask(RENAME, slug="ninghua", name="宁化区", day=other, code="999999")) == "county_code_invalid"
    )


def test_the_new_name_holds_from_its_day(ask: Any) -> None:
    today = directory.today()
    named = ask(RENAME, slug="mingxi", name="明溪区", day=today.isoformat())["data"]["renameCounty"]
    assert named == {"name": "明溪区", "code": "350421"}
    assert directory.by_slug("mingxi").name == "明溪区"
    assert (
        date.fromisoformat(ask(COUNTY, slug="mingxi")["data"]["county"]["designations"][-1]["validFrom"])
        == today
    )


def test_closing_wants_a_successor(ask: Any) -> None:
    close = "mutation($slug: String!) { closeCounty(slug: $slug) { state } }"
    assert _code(ask(close, slug="jiangle")) == "stale_state"
    assert _code(ask(close, "city_analyst", slug="jiangle")) == "forbidden"
    assert _code(ask('mutation { retryOperation(id: "x") { id } }')) == "not_found"
