"""The city's verbs through GraphQL: policies, rate tables and agencies; who may, what is refused, and what
a change leaves behind."""

from __future__ import annotations

import base64
from datetime import date, timedelta
from threading import Thread
from uuid import UUID

import pytest
from django.db import connections

from cityql.policy_types import PolicyValuesInput, PolicyValuesType
from cityql.rates_mutations import RateContentInput
from compliance.rates import selectors as tables
from compliance.rates import xlsx
from compliance.rates.contracts import Layer, Starts, TableContent
from compliance.rates.models import RateTable
from compliance.rates.use_cases import add_product
from kernel.clock import business_day, real_now
from kernel.ids import uuid7
from kernel.models import AuditRow
from tenants.county import run_in_county
from tenants.partners.agencies import agency_changes
from tenants.policy import store
from tenants.policy.contracts import FIELDS
from tenants.policy.models import CountyPolicy
from tenants.policy.selectors import policy_on
from tests.compliance.rates.made import DOCUMENT, officer
from tests.doors.graphql_helpers import ask, city_token, codes, post, queries
from tests.identity.helpers import log_in, staff
from tests.tenants.test_agencies import a_company

pytestmark = [pytest.mark.usefixtures("counties"), pytest.mark.urls("tests.doors.graphql_urls")]

ONE, TWO, RATES = "ninghua", "qingliu", "jianning"


def refused(query: str, variables=None, *, role: str = "city_admin", token: str = "") -> list[str]:
    """The codes of a request whose fields all came to nothing."""
    status, answer = post({"query": query, "variables": variables}, token=token or city_token(role))
    assert status == 200, answer
    assert not any((answer.get("data") or {}).values())
    return codes(answer)


def today(slug: str) -> date:
    with run_in_county(slug) as work:
        return business_day(work.now)


@pytest.fixture(scope="module")
def second(counties) -> str:
    """Session of another administrator of the city."""
    phone, made = staff("city_admin", None)
    return log_in(phone, totp_secret=made.totp_secret)


# -- policies --------------------------------------------------------------------------------------

PUBLISH = """
mutation Publish($counties: [String!]!, $from: Date!, $values: PolicyValuesInput!,
                 $reason: String = "样例文〔2026〕9号", $throughout: Boolean = false) {
  publishPolicy(counties: $counties, effectiveFrom: $from, values: $values, reason: $reason,
                throughout: $throughout) {
    county rowsWritten otherwiseFrom refused { code message field }
    policy { revision effectiveFrom values { feeBp undoMinutes silenceDays minWageHourFen } }
  }
}
"""
HISTORY = """
query History($county: String!, $first: Int = 10, $after: String) {
  county(slug: $county) {
    policyHistory(first: $first, after: $after) {
      edges { node { revision effectiveFrom publishedAt level reason
                     values { feeBp undoMinutes } changes { name before after } } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""


def publish(counties: list[str], day: date, **variables):
    asked = {"counties": counties, "from": day.isoformat(), **variables}
    return ask(PUBLISH, asked)["publishPolicy"]


def test_the_values_are_those_of_the_policy():
    assert {field.python_name for field in PolicyValuesInput.__strawberry_definition__.fields} == set(FIELDS)
    assert {field.python_name for field in PolicyValuesType.__strawberry_definition__.fields} == set(FIELDS)
    told = ask("{ policyFields { name unit minimum maximum default zh en source } }")["policyFields"]
    assert [row["minimum"] for row in told] == [field.minimum for field in FIELDS.values()]
    named = {field["name"] for field in told}
    for kind in ("PolicyValuesInput", "PolicyValues"):
        listed = ask(f'{{ __type(name: "{kind}") {{ inputFields {{ name }} fields {{ name }} }} }}')["__type"]
        assert {field["name"] for field in listed["inputFields"] or listed["fields"]} == named


def test_one_decision_in_several_counties_and_once():
    day = today(ONE) + timedelta(days=200)
    done = publish([ONE, TWO, ONE], day, values={"undoMinutes": 21})
    assert [row["county"] for row in done] == [ONE, TWO]
    assert all(row["rowsWritten"] == 1 and row["refused"] is None for row in done)
    assert all(row["policy"]["values"]["undoMinutes"] == 21 for row in done)
    assert all(row["policy"]["effectiveFrom"] == day.isoformat() for row in done)
    again = publish([ONE, TWO], day, values={"undoMinutes": 21})
    assert [(row["rowsWritten"], row["policy"]) for row in again] == [(0, row["policy"]) for row in done]
    with run_in_county(ONE):
        assert policy_on(day).undo_minutes == 21
        assert policy_on(day - timedelta(days=1)).undo_minutes != 21
        kept = AuditRow.objects.get(subject=policy_on(day).id)
    assert (kept.purpose, kept.detail["level"]) == ("样例文〔2026〕9号", "city")
    assert kept.actor.startswith("user:")
    assert kept.request_id


def test_a_county_that_cannot_is_told_apart_from_those_that_can():
    """A county without any policy on the day stands for one that refuses."""
    day = today(ONE)
    with run_in_county(TWO):
        first = CountyPolicy.objects.order_by("effective_from").values_list("effective_from", flat=True)[0]
    assert first <= day
    done = publish([ONE, TWO], day - timedelta(days=1), values={"undoMinutes": 22})
    assert [row["refused"]["code"] for row in done] == ["policy_in_past", "policy_in_past"]
    assert all(row["policy"] is None and row["rowsWritten"] == 0 for row in done)
    assert "今天" in done[0]["refused"]["message"]


def test_what_stops_one_county_stops_no_other(monkeypatch):
    """Here a lock that is waited for in vain."""
    day = today(ONE) + timedelta(days=210)
    monkeypatch.setattr("cityql.changing.DB_TIMEOUT_MS", 200)
    answers: list = []

    def run():
        try:
            answers.append(publish([TWO, ONE], day, values={"undoMinutes": 23}))
        finally:
            connections.close_all()

    with run_in_county(TWO):
        store.lock()
        asking = Thread(target=run)
        asking.start()
        asking.join()
    [done] = answers
    assert [(row["county"], row["rowsWritten"]) for row in done] == [(TWO, 0), (ONE, 1)]
    assert done[0]["refused"]["code"] == "graphql_busy"
    with run_in_county(TWO):
        assert policy_on(day).undo_minutes != 23


def test_a_decision_that_is_none_is_refused_as_a_whole():
    day = today(ONE).isoformat()

    def of(**changes):
        asked = {"counties": [ONE], "from": day, "values": {"feeBp": 10}, **changes}
        return refused(PUBLISH, asked)

    assert of(values={}) == ["policy_empty"]
    assert of(values={"feeBp": 2_001}) == ["policy_value_invalid"]
    assert of(reason=" ") == ["text_length"]
    assert of(counties=[]) == ["graphql_argument"]
    assert of(counties=[f"c{number}" for number in range(101)]) == ["graphql_argument"]
    assert of(counties=[ONE, "atlantis"]) == ["county_unknown"]
    assert refused(
        PUBLISH, {"counties": [ONE], "from": day, "values": {"feeBp": 1}}, role="city_analyst"
    ) == ["forbidden"]
    status, answer = post(
        {"query": PUBLISH, "variables": {"counties": [ONE], "from": day, "values": {"fee": 1}}},
        token=city_token(),
    )
    assert (status, codes(answer)) == (400, ["graphql_invalid"])


def test_later_rows_of_the_county_are_named_and_can_be_brought_along():
    day = today(TWO) + timedelta(days=300)
    later = day + timedelta(days=9)
    publish([TWO], later, values={"contactDays": 6})
    [done] = publish([TWO], day, values={"contactDays": 8})
    assert done["otherwiseFrom"] == [later.isoformat()]
    [done] = publish([TWO], day, values={"contactDays": 8}, throughout=True)
    assert (done["rowsWritten"], done["otherwiseFrom"]) == (1, [])
    with run_in_county(TWO):
        assert policy_on(later).contact_days == 8


def test_the_history_is_read_by_everybody_of_the_city_in_pages():
    day = today(ONE) + timedelta(days=400)
    for number in range(3):
        publish([ONE], day + timedelta(days=number), values={"contactDays": 20 + number})
    seen, after = [], None
    while True:
        page = ask(HISTORY, {"county": ONE, "first": 2, "after": after}, role="city_analyst")
        found = page["county"]["policyHistory"]
        seen += [edge["node"] for edge in found["edges"]]
        after = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            break
    assert len({row["revision"] for row in seen}) == len(seen)
    with run_in_county(ONE):
        assert len(seen) == CountyPolicy.objects.count()
    assert seen[0]["changes"] == [{"name": "contact_days", "before": 21, "after": 22}]
    assert (seen[0]["level"], seen[0]["reason"]) == ("CITY", "样例文〔2026〕9号")
    assert seen[-1]["level"] == "SYSTEM"


# -- rate tables -----------------------------------------------------------------------------------

TABLE = "id product version state effectiveFrom source content { classes { riskClass premiumFen } }"
DRAFT = f"""
mutation Draft($county: String!, $product: String!, $from: Date!, $content: RateContentInput!,
               $source: String = "市级统一费率", $submit: Boolean = false) {{
  draftRateTable(county: $county, product: $product, effectiveFrom: $from, source: $source,
                 content: $content, submit: $submit) {{ {TABLE} }}
}}
"""
FROM_FILE = f"""
mutation Draft($county: String!, $product: String!, $from: Date!, $file: String!) {{
  draftRateTableFromFile(county: $county, product: $product, effectiveFrom: $from, source: "文件",
                         fileBase64: $file, submit: true) {{ {TABLE} }}
}}
"""
SUBMIT = "mutation($county: String!, $id: ID!) { submitRateTable(county: $county, id: $id) { state } }"
PUT = "mutation($county: String!, $id: ID!) { publishRateTable(county: $county, id: $id) { state } }"
TURN = (
    "mutation($county: String!, $id: ID!) "
    '{ withdrawRateTable(county: $county, id: $id, reason: "有误") { state } }'
)


def rows(**changes) -> dict:
    """The sample document as the door takes it."""
    document = {**DOCUMENT, **changes}
    occupations = [{"trade": trade, **row} for trade, row in document["occupations"].items()]
    return _camels({**document, "occupations": occupations})


def _camels(value):
    if isinstance(value, dict):
        return {
            name.split("_")[0] + "".join(word.title() for word in name.split("_")[1:]): _camels(item)
            for name, item in value.items()
        }
    return [_camels(item) for item in value] if isinstance(value, list) else value


@pytest.fixture
def product(counties) -> str:
    code = f"c_{uuid7().hex[-10:]}"
    with run_in_county(counties[RATES]) as work:
        add_product(
            code=code,
            insurer="minjiang",
            layer=Layer.TOP_UP,
            name="样例",
            name_en="Sample",
            starts=Starts.AT_ONCE,
            actor=officer(),
            now=work.now,
        )
    return code


def told(product: str, **changes) -> dict:
    day = (today(RATES) + timedelta(days=5)).isoformat()
    return {"county": RATES, "product": product, "from": day, "content": rows(), **changes}


def test_the_input_has_every_member_of_a_table():
    given = {field.python_name for field in RateContentInput.__strawberry_definition__.fields}
    assert given == set(TableContent.__dataclass_fields__)


def test_a_table_needs_two_people_of_the_city(product, second):
    drafted = ask(DRAFT, told(product))["draftRateTable"]
    assert (drafted["state"], drafted["version"]) == ("DRAFT", 1)
    assert ask(DRAFT, told(product))["draftRateTable"] == drafted
    which = {"county": RATES, "id": drafted["id"]}
    assert ask(SUBMIT, which)["submitRateTable"] == {"state": "IN_REVIEW"}
    assert refused(SUBMIT, which) == ["stale_state"]
    assert refused(PUT, which) == ["review_own"]
    status, answer = post({"query": PUT, "variables": which}, token=second)
    assert (status, answer["data"]) == (200, {"publishRateTable": {"state": "PUBLISHED"}})
    assert refused(PUT, which, token=second) == ["stale_state"]
    assert refused(TURN, which) == ["stale_state"]
    with run_in_county(RATES):
        kept = AuditRow.objects.filter(subject=drafted["id"]).order_by("id")
        assert [row.act for row in kept] == ["rate_table.draft", "rate_table.submit", "rate_table.publish"]
        assert len({row.actor for row in kept}) == 2


def test_a_draft_handed_on_at_once_stays_one_however_often_it_is_sent(product):
    first = ask(DRAFT, told(product, submit=True))["draftRateTable"]
    assert first["state"] == "IN_REVIEW"
    assert ask(DRAFT, told(product, submit=True))["draftRateTable"] == first
    other = ask(DRAFT, told(product, source="另一来源"))["draftRateTable"]
    assert (other["version"], other["state"]) == (2, "DRAFT")
    assert ask(TURN, {"county": RATES, "id": other["id"]}) == {"withdrawRateTable": {"state": "WITHDRAWN"}}
    with run_in_county(RATES):
        assert RateTable.objects.filter(product__code=product).count() == 2


def test_cover_may_be_more_than_a_small_number_holds(product):
    """GraphQL's own Int ends at 2^31 - 1 fen, which is 21 million yuan."""
    level = {**DOCUMENT["levels"][0], "death_disability_cover_fen": 50_000_000_00}
    drafted = ask(DRAFT, told(product, content=rows(levels=[level])))["draftRateTable"]
    with run_in_county(RATES):
        kept = tables.table(UUID(drafted["id"])).content.levels
    assert [found.death_disability_cover_fen for found in kept] == [5_000_000_000]


def test_a_workbook_says_the_same(product):
    made = ask(DRAFT, told(product))["draftRateTable"]
    with run_in_county(RATES):
        workbook = xlsx.export_table(made["id"])
    asked = told(product) | {"file": base64.b64encode(workbook).decode()}
    asked.pop("content")
    read = ask(FROM_FILE, asked)["draftRateTableFromFile"]
    assert read["content"] == made["content"]
    assert (read["version"], read["state"]) == (2, "IN_REVIEW")
    for file, code in (
        ("***", "graphql_argument"),
        ("A" * 600_000, "graphql_argument"),
        ("QUJD", "table_file_invalid"),
    ):
        assert refused(FROM_FILE, asked | {"file": file}) == [code]


def test_every_fault_of_a_table_is_told_and_nothing_is_kept(product):
    wrong = rows(min_premium_fen=5_000, classes=[{"risk_class": 9, "premium_fen": 0}])
    status, answer = post({"query": DRAFT, "variables": told(product, content=wrong)}, token=city_token())
    assert (status, codes(answer)) == (200, ["rate_table_invalid"])
    faults = answer["errors"][0]["extensions"]["faults"]
    assert len(faults) > 1
    assert all(fault["place"] and fault["zh"] and fault["en"] for fault in faults)
    twice = rows()
    twice["occupations"] = twice["occupations"][:1] * 2
    assert refused(DRAFT, told(product, content=twice)) == ["rate_table_invalid"]
    assert refused(DRAFT, told("no_such_product")) == ["product_unknown"]
    assert refused(DRAFT, told(product, county="atlantis")) == ["county_unknown"]
    assert refused(DRAFT, told(product), role="city_analyst") == ["forbidden"]
    for verb in (SUBMIT, PUT, TURN):
        assert refused(verb, {"county": RATES, "id": "x"}) == ["not_found"]
        assert refused(verb, {"county": RATES, "id": str(uuid7())}) == ["not_found"]
        assert refused(verb, {"county": RATES, "id": "x"}, role="city_analyst") in (
            ["forbidden"],
            ["not_found"],
        )
    with run_in_county(RATES):
        assert not RateTable.objects.filter(product__code=product).exists()


# -- agencies --------------------------------------------------------------------------------------

AGENCY = "code name nameEn creditCode licence licenceUntil active mayAct since"
REGISTER = f"""
mutation Register($code: String!, $credit: String!, $until: Date, $name: String = "样例劳务") {{
  registerAgency(code: $code, name: $name, nameEn: "Sample", creditCode: $credit, licence: "350400-7",
                 licenceUntil: $until) {{ {AGENCY} }}
}}
"""


@pytest.fixture
def agency() -> dict:
    return {"code": f"g{uuid7().hex[-12:]}", "credit": a_company()}


def test_an_agency_from_its_registration_on(agency):
    made = ask(REGISTER, agency)["registerAgency"]
    assert (made["active"], made["mayAct"], made["licenceUntil"]) == (True, True, None)
    assert ask(REGISTER, agency)["registerAgency"] == made
    code = agency["code"]
    renamed = ask(f'mutation {{ renameAgency(code: "{code}", name: "新", nameEn: "New") {{ name nameEn }} }}')
    assert renamed["renameAgency"] == {"name": "新", "nameEn": "New"}
    day = business_day(real_now()).isoformat()
    license = (
        f'mutation {{ licenseAgency(code: "{code}", licence: "NEW-1", licenceUntil: "%s") {{ mayAct }} }}'
    )
    assert ask(license % "2199-12-31")["licenseAgency"] == {"mayAct": True}
    assert refused(license % "2001-01-01") == ["agency_licence_ended"]
    stop = f'mutation {{ suspendAgency(code: "{code}", reason: "核查") {{ active mayAct }} }}'
    assert ask(stop)["suspendAgency"] == {"active": False, "mayAct": False}
    listed = ask("query($a: Boolean) { agencies(active: $a) { code since } }", {"a": False})["agencies"]
    assert code in [row["code"] for row in listed]
    assert [row["code"] for row in listed] == sorted(row["code"] for row in listed)
    go = f'mutation {{ resumeAgency(code: "{code}", reason: "已整改") {{ active }} }}'
    assert ask(go)["resumeAgency"] == {"active": True}
    assert made["since"] <= day
    assert [change.act for change in agency_changes(code)] == [
        "registered",
        "renamed",
        "licensed",
        "suspended",
        "resumed",
    ]


def test_agencies_that_are_refused(agency):
    ask(REGISTER, agency)
    assert refused(REGISTER, agency | {"name": "别家"}) == ["agency_exists"]
    assert refused(REGISTER, agency | {"code": agency["code"] + "x"}) == ["agency_credit_code_taken"]
    assert refused(REGISTER, agency | {"credit": "1"}) == ["credit_code_format"]
    assert refused(REGISTER, agency, role="city_analyst") == ["forbidden"]
    assert refused('mutation { resumeAgency(code: "nobody", reason: "x") { code } }') == ["agency_unknown"]


def test_reading_agencies_is_for_everybody_of_the_city_in_few_queries(agency):
    ask(REGISTER, agency)
    with queries() as counted:
        ask("{ agencies { code name licence } }", role="city_analyst")
    assert counted["default"] == 0
    assert counted["city"] <= 3  # the snapshot's settings, the market's clock, the rows
