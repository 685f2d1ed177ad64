"""What the REST door says about itself: the OpenAPI, its pages, the catalogue of codes."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.validation import validate_schema

import linggong.urls  # noqa: F401  # loads every room, so that the catalogue is whole
from api import catalogue, schema
from api.endpoint import Act
from api.v1.urls import MARKET, SANDBOX
from kernel.errors import CATALOGUE


@pytest.mark.parametrize(
    ("name", "render"), [("openapi.json", schema.render), ("errors.md", catalogue.render_markdown)]
)
def test_committed_documents_are_fresh(checkout, name, render):
    committed = (checkout / "docs" / name).read_text(encoding="utf-8")
    assert committed == render(), f"docs/{name} lags behind the code: run `linggong write docs`"


def test_the_document_is_valid_openapi_31_without_a_warning():
    schema.document.cache_clear()
    document = schema.document()
    validate_schema(document)
    assert not GENERATOR_STATS
    assert document["openapi"].startswith("3.1")


def operations():
    for path, item in schema.document()["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def test_every_operation_is_described_secured_and_says_how_it_refuses():
    ids = set()
    for path, method, operation in operations():
        where = f"{method} {path}"
        assert operation["summary"], where
        assert operation["operationId"] not in ids, where
        ids.add(operation["operationId"])
        assert operation["security"], where
        assert method in ("get", "post", "put"), where
        problems = [
            response
            for status, response in operation["responses"].items()
            if status == "default" or status >= "400"
        ]
        assert len(problems) >= 4, where
        for response in problems:
            content = response["content"]["application/problem+json"]
            assert content["schema"] == {"$ref": "#/components/schemas/Problem"}, where


def test_money_verbs_declare_their_key():
    required = {
        operation["operationId"]
        for _, _, operation in operations()
        for parameter in operation.get("parameters", ())
        if parameter.get("name") == "Idempotency-Key" and parameter.get("required")
    }
    assert required == {
        "publish_order",
        "confirm_order",
        "cancel_order",
        "add_cover_day",
        "mark_no_show",
        "top_up",
        "withdraw_from_workers_wallet",
        "withdraw_from_employers_wallet",
        "deposit_to_fund",
        "pay_back_from_fund",
        "pay_settlement",
    }


def test_request_bodies_take_no_unknown_fields():
    schemas = schema.document()["components"]["schemas"]
    bodies = [name for name in schemas if name.endswith("In")]
    assert len(bodies) > 15
    assert all(schemas[name]["additionalProperties"] is False for name in bodies)


def test_no_operation_needs_patch():
    acts = [act for pattern in (*MARKET, *SANDBOX) for act in pattern.callback.cls.acts.items()]
    assert {method for method, _ in acts} == {"GET", "POST", "PUT"}
    assert all(isinstance(act, Act) for _, act in acts)


def test_the_documents_pages_load_nothing_from_elsewhere(counties):
    client = Client()
    page = client.get("/jiangle/api/v1/docs")
    assert page.status_code == 200
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.content.decode())
    assert len(loaded) == 4
    for address in loaded:
        assert address.startswith("/static/")
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert len(answer.content) > 100
    kinds = {address.rpartition(".")[2]: client.get(address).headers["Content-Type"] for address in loaded}
    assert kinds["js"].startswith("text/javascript")
    assert kinds["css"].startswith("text/css")


@pytest.mark.parametrize(
    "name", ["../../../etc/passwd", "%2e%2e/%2e%2e/etc/passwd", "api/", "api", "nothing.js", "a%00b"]
)
def test_static_files_are_those_of_the_apps_alone(counties, name):
    assert Client().get(f"/static/{name}").status_code in (400, 404)


def test_the_served_document_names_its_county_and_hides_the_sandbox(counties, settings):
    served = Client().get("/shaxian/api/v1/openapi.json").json()
    assert served["servers"][0]["variables"]["county"]["default"] == "shaxian"
    assert "/sandbox/clock" in served["paths"]
    settings.LINGGONG_SANDBOX = False
    served = Client().get("/shaxian/api/v1/openapi.json").json()
    assert not [path for path in served["paths"] if "sandbox" in path]
    assert Client().get("/atlantis/api/v1/openapi.json").json()["code"] == "county_unknown"


def test_the_catalogue_has_an_anchor_and_both_texts_for_every_code(counties):
    page = Client().get("/api/errors").content.decode()
    for code, refusal in CATALOGUE.items():
        assert f'id="{code}"' in page
        assert re.search("[\u4e00-\u9fff]", refusal.zh), code
        assert not re.search("[\u4e00-\u9fff]", refusal.en), code
    assert "http" not in page.replace("https://www.w3.org", "")


def test_unknown_addresses_are_problems_too(counties):
    for path in ("/nowhere", "/jiangle/api/v2/me", "/jiangle"):
        answer = Client().get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_the_committed_document_is_json(checkout):
    assert json.loads((checkout / "docs/openapi.json").read_text())["info"]["title"]
