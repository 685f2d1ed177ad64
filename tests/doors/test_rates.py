"""Products, rate tables and quotes through the REST door."""

from __future__ import annotations

import base64
import hashlib
import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from kernel.clock import SHANGHAI
from kernel.ids import uuid7
from tenants.clock import market_now
from tenants.county import run_in_county
from tests.compliance.rates.made import DOCUMENT
from tests.doors.rest import Caller, an_employer, check_problem, machine, signed_in, staff_member

COUNTY = "youxi"


@pytest.fixture(scope="module")
def county(counties):
    return counties[COUNTY]


@pytest.fixture(scope="module")
def officer(county) -> Caller:
    return staff_member(county, "insurance_officer")


@pytest.fixture(scope="module")
def second(county) -> Caller:
    return staff_member(county, "county_admin")


@pytest.fixture(scope="module")
def boss(county) -> Caller:
    return an_employer(county).caller


def today(county):
    with run_in_county(county) as work:
        return work.now.astimezone(SHANGHAI).date()


def a_product(officer: Caller, **changes) -> str:
    code = f"p_{uuid7().hex[:20]}"
    body = {
        "code": code,
        "insurer": "sandbox",
        "layer": "top_up",
        "name": "试验险",
        "name_en": "Trial cover",
        "starts": "next_midnight",
    }
    made = officer.must("POST", "products", {**body, **changes})
    assert made["active"]
    return code


def content(**changes) -> dict:
    occupations = [{"trade": trade, **entry} for trade, entry in DOCUMENT["occupations"].items()]
    return {**DOCUMENT, "occupations": occupations, **changes}


def a_draft(officer: Caller, product: str, **changes) -> dict:
    body = {
        "product": product,
        "effective_from": str(today(officer.county)),
        "source": "试验",
        "content": content(),
    }
    return officer.must("POST", "rate-tables", {**body, **changes})


def a_published(officer: Caller, second: Caller, product: str, **changes) -> dict:
    table = a_draft(officer, product, **changes)
    officer.must("POST", f"rate-tables/{table['id']}/submit")
    return second.must("POST", f"rate-tables/{table['id']}/publish")


def test_a_table_is_drafted_reviewed_published_and_quoted(officer, second, boss):
    product = a_product(officer)
    table = a_draft(officer, product)
    assert (table["state"], table["version"], table["intact"]) == ("draft", 1, True)
    address = f"rate-tables/{table['id']}"
    asked = {"trade": "moving", "heads": 10, "on": str(today(boss.county)), "days": 3, "product": product}
    check_problem(boss.post("cover-quotes", asked), 422, "rate_table_missing")
    check_problem(second.post(f"{address}/publish"), 409, "stale_state")
    assert officer.must("POST", f"{address}/submit")["state"] == "in_review"
    check_problem(officer.post(f"{address}/publish"), 403, "review_own")
    published = second.must("POST", f"{address}/publish")
    assert published["state"] == "published"
    assert published["published_by"] != published["drafted_by"] == published["submitted_by"]
    quote = boss.must("POST", "cover-quotes", {**asked, "level": "plus"})
    assert (quote["premium_per_head_fen"], quote["total_fen"]) == (2252, 22_520)
    assert (quote["from_age"], quote["to_age"], quote["starts"]) == (16, 65, "next_midnight")
    assert quote["table_version_id"] == table["id"]
    again = boss.must("GET", f"cover-quotes/{quote['quote_id']}")
    replayed = {"replayed_per_head_fen": 2252, "replayed_total_fen": 22_520}
    assert again == {**quote, **replayed, "stands": True, "equal": True}
    assert published in [officer.must("GET", address)]
    listed = officer.must("GET", f"rate-tables?product={product}")["items"]
    assert [row["id"] for row in listed] == [table["id"]]
    assert "content" not in listed[0]


def test_a_table_goes_out_as_a_workbook_and_comes_back_as_the_same_table(officer):
    product = a_product(officer)
    table = a_draft(officer, product)
    file = officer.must("GET", f"rate-tables/{table['id']}/file")
    raw = base64.b64decode(file["content_base64"])
    assert (file["size"], file["sha256"]) == (len(raw), hashlib.sha256(raw).hexdigest())
    assert file["name"] == f"{product}-v1.xlsx"
    body = {
        "product": product,
        "effective_from": str(today(officer.county)),
        "source": "工作簿",
        "file_base64": file["content_base64"],
    }
    read = officer.must("POST", "rate-tables/from-file", body)
    assert (read["version"], read["digest"], read["content"]) == (2, table["digest"], table["content"])
    assert officer.must("GET", f"rate-tables/{read['id']}/difference?against={table['id']}")["items"] == []


def test_every_wrong_cell_of_a_workbook_is_told_at_once(officer):
    product = a_product(officer)
    table = a_draft(officer, product)
    file = officer.must("GET", f"rate-tables/{table['id']}/file")
    book = load_workbook(io.BytesIO(base64.b64decode(file["content_base64"])))
    book["费率"]["B2"] = "three yuan"
    book["工种"]["A3"] = "juggling"
    book["年龄"]["C3"] = "=1000"
    out = io.BytesIO()
    book.save(out)
    body = {
        "product": product,
        "effective_from": str(today(officer.county)),
        "source": "工作簿",
        "file_base64": base64.b64encode(out.getvalue()).decode(),
    }
    answer = officer.post("rate-tables/from-file", body)
    check_problem(answer, 422, "table_file_invalid", "费率!B2")
    assert [error["field"] for error in answer.body["errors"]] == ["费率!B2", "工种!A3", "年龄!C3"]
    assert "整数（分）" in answer.body["errors"][0]["detail"]
    for wrong, code in (("%%%", "base64_invalid"), ("aGk=", "table_file_invalid"), (7, "wrong_type")):
        check_problem(officer.post("rate-tables/from-file", {**body, "file_base64": wrong}), 422, code)


@pytest.mark.parametrize(
    ("changes", "code", "fields"),
    [
        ({"min_premium_fen": "300"}, "amount_invalid", ["content.min_premium_fen"]),
        ({"days": []}, "list_length", ["content.days"]),
        ({"surprise": 1}, "unknown_field", ["content.surprise"]),
        (
            {"occupations": [{"trade": "sorting", "risk_class": 6}, {"trade": "juggling", "risk_class": 1}]},
            "rate_table_invalid",
            ["content.occupations.sorting.risk_class", "content.occupations.juggling"],
        ),
        (
            {"occupations": [{"trade": "sorting", "risk_class": 1}] * 2},
            "rate_table_invalid",
            ["content.occupations.1.trade"],
        ),
        (
            {"age_bands": [{"from_age": 16, "to_age": 60}]},
            "rate_table_invalid",
            ["content.age_bands.0.factor_permille"],
        ),
        ({"max_premium_fen": 100}, "rate_table_invalid", ["content.max_premium_fen"]),
    ],
)
def test_faults_of_a_drafts_content_are_told_by_their_path(officer, changes, code, fields):
    body = {
        "product": "casual_accident",
        "effective_from": str(today(officer.county)),
        "source": "试验",
        "content": content(**changes),
    }
    answer = officer.post("rate-tables", body)
    check_problem(answer, 422, code, fields[0])
    if len(fields) > 1:
        assert [error["field"] for error in answer.body["errors"]] == fields


def test_two_versions_side_by_side(officer):
    product = a_product(officer)
    one = a_draft(officer, product)
    rates = [{"risk_class": 1, "premium_fen": 310}, DOCUMENT["classes"][1]]
    two = a_draft(officer, product, content=content(classes=rates))
    changes = officer.must("GET", f"rate-tables/{two['id']}/difference?against={one['id']}")["items"]
    assert [(c["path"], c["before"], c["after"]) for c in changes] == [
        ("classes.1.premium_fen", "300", "310")
    ]
    assert changes[0]["label"]
    unknown = officer.get(f"rate-tables/{two['id']}/difference?against={uuid7()}")
    check_problem(unknown, 404, "not_found")
    check_problem(officer.get(f"rate-tables/{two['id']}/difference"), 422, "field_missing", "against")


def test_a_turned_down_version_prices_nothing(officer, second, boss):
    product = a_product(officer)
    table = a_draft(officer, product)
    officer.must("POST", f"rate-tables/{table['id']}/submit")
    gone = second.must("POST", f"rate-tables/{table['id']}/withdraw", {"reason": "第三类有误"})
    assert gone["state"] == "withdrawn"
    check_problem(second.post(f"rate-tables/{table['id']}/publish"), 409, "stale_state")
    asked = {"trade": "sorting", "heads": 1, "on": str(today(boss.county)), "product": product}
    check_problem(boss.post("cover-quotes", asked), 422, "rate_table_missing")


def test_a_product_off_offer_is_not_quoted(officer, second, boss):
    product = a_product(officer)
    a_published(officer, second, product)
    asked = {"trade": "sorting", "heads": 1, "on": str(today(boss.county)), "product": product}
    boss.must("POST", "cover-quotes", asked)
    assert not officer.must("POST", f"products/{product}/offer", {"active": False})["active"]
    check_problem(boss.post("cover-quotes", asked), 422, "product_unknown", "product")
    assert not boss.must("GET", f"products/{product}")["active"]
    officer.must("POST", f"products/{product}/offer", {"active": True})
    boss.must("POST", "cover-quotes", asked)


def test_products_are_ranked_from_a_day_on(officer, second, boss, county):
    one, two = a_product(officer), a_product(officer)
    day = today(county) + timedelta(days=9_000)
    body = {"codes": [two, one, "casual_accident"], "effective_from": str(day)}
    assert officer.must("PUT", "product-rankings/top_up", body)["codes"] == body["codes"]
    at = officer.must("GET", f"product-rankings/top_up?day={day}")["items"]
    assert [product["code"] for product in at] == body["codes"]
    before = officer.must("GET", f"product-rankings/top_up?day={day - timedelta(days=1)}")["items"]
    assert one not in [product["code"] for product in before]
    assert body["codes"] in [row["codes"] for row in boss.must("GET", "product-rankings")["items"]]
    for codes, code, field in (
        ([one, one], "invalid_value", "codes.1"),
        (["nothing_such"], "product_unknown", "codes.0"),
        (["casual_basic"], "product_wrong_layer", "codes.0"),
    ):
        check_problem(
            officer.send("PUT", "product-rankings/top_up", {**body, "codes": codes}), 422, code, field
        )
    past = {**body, "effective_from": str(today(county) - timedelta(days=1))}
    check_problem(officer.send("PUT", "product-rankings/top_up", past), 422, "ranking_in_past")
    check_problem(officer.send("PUT", "product-rankings/middle", body), 404, "not_found")


def test_who_may_do_what(county, officer, boss):
    worker, nobody = signed_in(county), Caller(county)
    table = a_draft(officer, a_product(officer))
    assert boss.must("GET", f"rate-tables/{table['id']}") == officer.must("GET", f"rate-tables/{table['id']}")
    for caller, status in ((worker, 403), (nobody, 401)):
        assert caller.get("rate-tables").status == status
        assert caller.get("products").status == status
        assert (
            caller.post("cover-quotes", {"trade": "sorting", "heads": 1, "on": "2026-12-01"}).status == status
        )
    for path in ("submit", "publish"):
        assert boss.post(f"rate-tables/{table['id']}/{path}").status == 403
    assert boss.post(f"rate-tables/{table['id']}/withdraw", {"reason": "nope"}).status == 403
    assert boss.post("products/casual_accident/offer", {"active": False}).status == 403
    ranking = {"codes": [], "effective_from": "2080-01-01"}
    assert boss.send("PUT", "product-rankings/top_up", ranking).status == 403


def test_a_machine_may_draft_but_not_review(county, second):
    """The second look is a person's: a machine's client and its owner would be one person twice."""
    client = machine(second, ["rates:write"])
    table = a_draft(client, a_product(client))
    client.must("POST", f"rate-tables/{table['id']}/submit")
    assert client.post(f"rate-tables/{table['id']}/publish").status == 403
    refused = second.post("api-clients", {"name": "审核机", "scopes": ["rates:review"]})
    check_problem(refused, 422, "choice_unknown", "scopes.0")


def test_codes_that_cannot_be_are_not_found(officer):
    for code in ("%00", "a%00b", "x" * 200, "Größe", "..%2f"):
        assert officer.get(f"products/{code}").status in (404, 400)
        assert officer.post(f"products/{code}/offer", {"active": True}).status in (404, 400)


def test_a_repeated_draft_with_its_key_is_one_draft(officer):
    product = a_product(officer)
    body = {
        "product": product,
        "effective_from": str(today(officer.county)),
        "source": "试验",
        "content": content(),
    }
    key = uuid7().hex
    first = officer.post("rate-tables", body, key=key)
    again = officer.post("rate-tables", body, key=key)
    assert (first.status, again.status) == (201, 201)
    assert first.body == again.body
    assert len(officer.must("GET", f"rate-tables?product={product}")["items"]) == 1


def test_the_market_clock_decides_what_is_past(officer):
    yesterday = market_now().astimezone(SHANGHAI).date() - timedelta(days=1)
    table = a_draft(officer, a_product(officer), effective_from=str(yesterday))
    check_problem(officer.post(f"rate-tables/{table['id']}/submit"), 422, "rate_table_in_past")
