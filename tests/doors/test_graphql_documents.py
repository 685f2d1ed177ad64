"""Kept documents: asked for by name or by hash, alone taken where the setting says so, and each one sound."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest
from graphql import OperationDefinitionNode

from cityql import documents, limits, schema
from cityql.documents import FOLDER, kept
from tests.doors.graphql_helpers import city_token, codes, post
from tests.identity.helpers import new_phone, sign_up

pytestmark = [pytest.mark.usefixtures("counties"), pytest.mark.urls("tests.doors.graphql_urls")]

SOURCE = "query Names($slug: String!) { county(slug: $slug) { name nameEn } }\n"
NAMES = {"county": {"name": "将乐县", "nameEn": "Jiangle"}}
SLUG = {"slug": "jiangle"}


def digest(source: str) -> str:
    return sha256(source.encode()).hexdigest()


def by_hash(source: str) -> dict[str, object]:
    return {"persistedQuery": {"version": 1, "sha256Hash": digest(source)}}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """One kept document, in a folder of this test alone."""
    (tmp_path / "names.graphql").write_text(SOURCE, encoding="utf-8")
    monkeypatch.setattr(documents, "FOLDER", tmp_path)
    kept.cache_clear()
    yield tmp_path
    kept.cache_clear()


def said(body, **extra):
    return post(body, token=city_token(), **extra)


@pytest.mark.usefixtures("folder")
def test_a_document_by_its_name_or_its_hash():
    for body in (
        {"documentId": "names", "variables": SLUG},
        {"extensions": by_hash(SOURCE), "variables": SLUG},
        {"extensions": by_hash(SOURCE), "query": SOURCE, "variables": SLUG, "operationName": "Names"},
        {"query": SOURCE, "variables": SLUG, "extensions": {"tracing": {"a": 1}}},
        {"query": SOURCE, "variables": SLUG, "extensions": None},
    ):
        status, answer = said(body)
        assert (status, answer["data"]["county"]["name"]) == (200, "将乐县"), body


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({"documentId": "nobody"}, 404, "graphql_document_unknown", "documentId"),
        ({"documentId": "../persisted/names"}, 404, "graphql_document_unknown", "documentId"),
        ({"documentId": "names.graphql"}, 404, "graphql_document_unknown", "documentId"),
        ({"documentId": ""}, 404, "graphql_document_unknown", "documentId"),
        ({"documentId": "x" * 100_000}, 404, "graphql_document_unknown", "documentId"),
        ({"documentId": 5}, 400, "graphql_request_invalid", "documentId"),
        ({"documentId": "names", "query": SOURCE}, 400, "graphql_request_invalid", "documentId"),
        (
            {"documentId": "names", "extensions": by_hash(SOURCE)},
            400,
            "graphql_request_invalid",
            "documentId",
        ),
        (
            {"extensions": by_hash("{ trades { code } }")},
            404,
            "graphql_document_unknown",
            "extensions.persistedQuery.sha256Hash",
        ),
        (
            {"extensions": by_hash(SOURCE), "query": "{ trades { code } }"},
            400,
            "graphql_document_hash",
            "extensions.persistedQuery.sha256Hash",
        ),
        ({"extensions": []}, 400, "graphql_request_invalid", "extensions"),
        ({"extensions": {"persistedQuery": 1}}, 400, "graphql_request_invalid", "extensions.persistedQuery"),
        (
            {"extensions": {"persistedQuery": {"version": 2, "sha256Hash": digest(SOURCE)}}},
            400,
            "graphql_request_invalid",
            "extensions.persistedQuery",
        ),
        *(
            (
                {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": wrong}}},
                400,
                "graphql_request_invalid",
                "extensions.persistedQuery.sha256Hash",
            )
            for wrong in (None, 5, "", "a" * 63, "g" * 64, digest(SOURCE).upper(), "0" * 65)
        ),
        ({"extensions": {"persistedQuery": None}}, 400, "graphql_request_invalid", "query"),
        ({"documentId": None}, 400, "graphql_request_invalid", "query"),
    ],
)
def test_what_names_no_document(body, status, code, field):
    answered, answer = said(body)
    assert (answered, codes(answer)) == (status, [code])
    assert answer["errors"][0]["extensions"]["field"] == field
    assert len(json.dumps(answer)) < 2_000


@pytest.mark.usefixtures("folder")
def test_variables_are_checked_and_the_cost_is_measured_each_time(folder):
    (folder / "rows.graphql").write_text(
        'query Rows($n: Int!) { county(slug: "jiangle") { orders(purpose: "审计", first: $n) { '
        "edges { node { id places { id no } } } } } }"
    )
    kept.cache_clear()
    assert said({"documentId": "rows", "variables": {"n": 1}})[0] == 200
    assert codes(said({"documentId": "rows", "variables": {"n": 10**7}})[1]) == ["graphql_too_costly"]
    assert codes(said({"documentId": "names"})[1]) == ["graphql_invalid"]


@pytest.mark.usefixtures("folder")
def test_strangers_learn_of_no_document():
    for body in ({"documentId": "names"}, {"documentId": "nobody"}, {"extensions": by_hash(SOURCE)}):
        assert (post(body)[0], codes(post(body)[1])) == (401, ["unauthenticated"])
        assert post(body, token=sign_up(new_phone()))[0] == 403


@pytest.mark.usefixtures("folder")
def test_only_kept_documents_from_analysts_where_the_setting_says_so(settings):
    own, analyst = "{ trades { code } }", city_token("city_analyst")
    assert post({"query": own}, token=analyst)[0] == 200
    settings.LINGGONG_GRAPHQL_PERSISTED_ONLY = True
    status, answer = post({"query": own}, token=analyst)
    assert (status, codes(answer)) == (403, ["graphql_documents_only"])
    status, answer = post({"query": "{ __schema { types { name } } }"}, token=analyst)
    assert (status, codes(answer)) == (403, ["graphql_documents_only"])
    for body in ({"documentId": "names"}, {"extensions": by_hash(SOURCE)}, {"query": SOURCE}):
        assert post({**body, "variables": SLUG}, token=analyst)[0] == 200, body
    assert post({"query": own}, token=city_token())[0] == 200, "administrators may write their own"


def test_a_query_is_parsed_and_validated_once(monkeypatch):
    source = '{ county(slug: "jiangle") { slug codeOnce: code } }'
    assert said({"query": source})[0] == 200
    monkeypatch.setattr(limits, "parse", None)
    monkeypatch.setattr(schema, "validate_document", None)
    assert said({"query": source})[0] == 200
    monkeypatch.undo()
    wrong = "{ counties { nobodyKnows } }"
    first = said({"query": wrong})
    monkeypatch.setattr(schema, "validate_document", None)
    again = said({"query": wrong})
    assert (first[0], codes(first[1])) == (again[0], codes(again[1])) == (400, ["graphql_invalid"])


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.graphql")), ids=lambda path: path.stem)
def test_each_kept_document_is_sound(path):
    """It fits the schema and the limits, its one operation has a name, and nothing in it is left over."""
    document = kept().by_name[path.stem]
    assert document.source == path.read_text(encoding="utf-8")
    parsed = limits.read(document.source, None, {})
    [operation] = [node for node in parsed.definitions if isinstance(node, OperationDefinitionNode)]
    assert operation.name is not None
    assert not schema._faults(document.source)
