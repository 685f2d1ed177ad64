"""What the partners' door says about itself."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator

import linggong.urls  # noqa: F401  # loads every room, so that the catalogue of events is whole
from api.partners import events, schema
from api.partners.door import Reading, Signed
from api.partners.inbound import MESSAGES
from api.partners.urls import urlpatterns
from webhooks.catalogue import event_types


@pytest.mark.parametrize(
    ("name", "render"), [("partners-openapi.json", schema.render), ("events.md", events.render_markdown)]
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


def test_the_document_is_served_without_a_county(counties):
    served = Client().get("/partners/v1/openapi.json")
    assert served.status_code == 200
    assert served.json() == json.loads(schema.render())


def operations():
    for path, item in schema.document()["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def test_whatever_changes_something_is_signed_and_whatever_reads_is_not():
    for path, method, operation in operations():
        headers = {one["name"] for one in operation["parameters"] if one.get("in") == "header"}
        signed = {"webhook-id", "webhook-timestamp", "webhook-signature"} <= headers
        assert signed == (method in ("post", "put")), (method, path)
    for pattern in urlpatterns:
        for method, act in pattern.callback.cls.acts.items():
            if method == "GET":
                assert act.public or (isinstance(act, Reading) and act.scope == "partner:read")
            else:
                assert isinstance(act, Signed)
                assert act.scope == "partner:write"
            assert method in ("GET", "POST", "PUT")


def test_every_signed_body_names_its_operation_and_the_ids_of_its_address():
    """Else a message could be moved to another address: a signature does not cover it."""
    types = []
    for pattern in urlpatterns:
        for method, act in pattern.callback.cls.acts.items():
            if method == "GET":
                continue
            fields = act.takes().fields
            assert "type" in fields, act
            assert fields["type"].required
            types += list(fields["type"].choices)
            for name in pattern.pattern.converters:
                assert name == "county" or fields[name].required, (act, name)
    assert len(types) == len(set(types)), "two operations with the same name of their bodies"


def test_every_operation_is_described_and_says_how_it_refuses():
    ids = set()
    for path, method, operation in operations():
        where = f"{method} {path}"
        assert operation["summary"], where
        assert operation["operationId"] not in ids, where
        ids.add(operation["operationId"])
        problems = [status for status in operation["responses"] if status == "default" or status >= "400"]
        assert len(problems) >= 4, where


def test_request_bodies_take_no_unknown_fields():
    schemas = schema.document()["components"]["schemas"]
    bodies = [name for name in schemas if name.endswith("In")]
    assert len(bodies) > 10
    assert all(schemas[name]["additionalProperties"] is False for name in bodies)


def test_the_contract_names_every_type_of_message(checkout):
    contract = (checkout / "docs/partners.md").read_text(encoding="utf-8")
    for name in MESSAGES:
        assert f"| `{name}` |" in contract


def test_every_example_in_the_catalogue_fits_its_schema():
    shown = events.render_markdown()
    for found in event_types().values():
        Draft202012Validator(found.schema).validate(found.example)
        assert f"## `{found.type}`" in shown
