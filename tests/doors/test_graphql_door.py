"""Who is let in at /graphql/, and in which form."""

from __future__ import annotations

import json
import re

import pytest
from django.db import OperationalError
from django.test import Client

import kernel.throttle
from cityql import answers, schema, throttle
from kernel.actor import SYSTEM, Channel
from kernel.clock import real_now
from kernel.errors import CATALOGUE, HTTP_STATUS, DomainError
from tenants.identity.authenticate import actor_in_city
from tenants.identity.contracts import Identified
from tenants.identity.use_cases.create_api_client import create_api_client
from tests.doors.graphql_helpers import ask, city_token, codes, post
from tests.identity.helpers import log_in, new_phone, sign_up, staff

pytestmark = [pytest.mark.usefixtures("counties"), pytest.mark.urls("tests.doors.graphql_urls")]

COUNTIES = "{ counties { slug } }"
INTROSPECTION = "{ __schema { types { name } } }"
WRONG = "{ countys { slug } }"


@pytest.mark.parametrize("query", [COUNTIES, INTROSPECTION, WRONG, "{ __typename }", "{", "", "{ county }"])
def test_a_stranger_learns_nothing(query):
    """The same answer whatever is asked: no introspection, no suggestion, no syntax error."""
    status, answer = post({"query": query})
    assert status == 401
    assert codes(answer) == ["unauthenticated"]
    assert answer["errors"][0]["extensions"]["kind"] == "unauthenticated"
    assert "data" not in answer
    text = json.dumps(answer)
    assert not re.search(r"counties|cityReport|Query|slug|Did you mean", text)
    assert answer == {"errors": [{**answer["errors"][0]}]}


def test_strangers_bodies_are_not_even_read():
    for raw in (b"\xff", b"[" * 100_000, b'{"query": "{ a", "query": "b"}'):
        status, answer = post(None, raw=raw)
        assert (status, codes(answer)) == (401, ["unauthenticated"])


def test_a_worker_is_a_stranger_too():
    status, answer = post({"query": INTROSPECTION}, token=sign_up(new_phone()))
    assert (status, codes(answer)) == (403, ["forbidden"])


def test_a_county_administrator_is_no_city_administrator(counties):
    phone, made = staff("county_admin", counties["jiangle"])
    status, answer = post({"query": COUNTIES}, token=log_in(phone, totp_secret=made.totp_secret))
    assert (status, codes(answer)) == (403, ["forbidden"])


def test_the_city_passes_totp_first():
    phone, made = staff("city_admin", None)
    status, _ = post({"query": COUNTIES}, token=log_in(phone, totp_secret=made.totp_secret))
    assert status == 200
    only_code = Identified(user_id=made.user_id, client_id=None, county_id=None, mfa=False)
    with pytest.raises(DomainError, match="totp_required"):
        actor_in_city(only_code, Channel.APP).require("city:read")


def test_machine_clients_belong_to_a_county(counties):
    made = create_api_client(
        actor=SYSTEM, county=counties["jiangle"], name="test", scopes=["orders:read"], now=real_now()
    )
    token = (
        Client()
        .post(
            "/o/token/",
            {"grant_type": "client_credentials", "client_id": made.client_id, "client_secret": made.secret},
        )
        .json()["access_token"]
    )
    status, answer = post({"query": COUNTIES}, headers={"Authorization": f"Bearer {token}"})
    assert (status, codes(answer)) == (403, ["token_other_county"])


@pytest.mark.parametrize("token", ["", "x", "ä", "0" * 32, "a" * 10_000])
def test_tokens_that_do_not_hold(token):
    for headers in ({"X-Session-Token": token}, {"Authorization": f"Bearer {token}"}):
        status, answer = post({"query": COUNTIES}, headers=headers)
        assert (status, codes(answer)) == (401, ["unauthenticated"])


def test_the_answer_carries_the_request_id_and_both_texts():
    status, answer = post(
        {"query": "{"}, token=city_token(), headers={"X-Request-ID": "abc-1", "Accept-Language": "en"}
    )
    assert status == 400
    [error] = answer["errors"]
    assert error["message"].startswith("The query has a syntax error")
    assert error["extensions"]["request_id"] == "abc-1"
    assert set(error["extensions"]["text"]) == {"zh", "en"}
    assert post({"query": "{"}, token=city_token())[1]["errors"][0]["message"].startswith("查询语法有误")


def test_every_refusal_has_the_status_of_its_kind():
    for code, refused in CATALOGUE.items():
        response = answers.refusal(refused.error(), lang="en", request_id="r")
        assert response.status_code == HTTP_STATUS[refused.kind], code


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_only_post(method):
    response = Client().generic(method, "/graphql/?query={counties{slug}}")
    assert response.status_code == 405
    assert response["Allow"] == "POST"


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "",
        "application/json; charset=gbk",
    ],
)
def test_only_json(kind):
    status, answer = post({"query": COUNTIES}, token=city_token(), content_type=kind)
    assert (status, codes(answer)) == (415, ["graphql_content_type"])


def test_calls_from_pages_of_other_sites():
    status, answer = post({"query": COUNTIES}, token=city_token(), headers={"Sec-Fetch-Site": "cross-site"})
    assert (status, codes(answer)) == (403, ["graphql_cross_site"])


def test_one_person_may_ask_so_often_and_no_more(monkeypatch):
    monkeypatch.setattr(throttle, "LIMIT", 2)
    monkeypatch.setattr(kernel.throttle, "WINDOW_SECONDS", 86_400)  # the test must not straddle two windows
    phone, made = staff("city_analyst", None)
    token = log_in(phone, totp_secret=made.totp_secret)
    assert [post({"query": COUNTIES}, token=token)[0] for _ in range(3)] == [200, 200, 429]
    response = Client().post(
        "/graphql/", b"{}", content_type="application/json", headers={"X-Session-Token": token}
    )
    assert codes(response.json()) == ["graphql_too_many_requests"]
    assert int(response["Retry-After"]) > 0
    assert post({"query": COUNTIES}, token=city_token())[0] == 200, "the limit is a person's own"


def test_a_bug_is_masked_and_logged(monkeypatch, caplog):
    def broken(*_args, **_kwargs):
        raise RuntimeError("postgres://secret")

    monkeypatch.setattr(schema, "freshness", broken)
    status, answer = post({"query": COUNTIES}, token=city_token(), headers={"Accept-Language": "en"})
    assert status == 200
    assert answer["data"] is None
    [error] = answer["errors"]
    assert error["extensions"]["code"] == "internal_error"
    assert error["message"] == "Something went wrong on our side"
    assert "secret" not in json.dumps(answer)
    assert "RuntimeError" in caplog.text


def test_a_database_that_is_away_is_named_as_such(monkeypatch):
    def away(*_args, **_kwargs):
        raise OperationalError("connection refused at secret-host")

    monkeypatch.setattr(schema, "freshness", away)
    status, answer = post({"query": COUNTIES}, token=city_token())
    assert (status, codes(answer)) == (200, ["graphql_unavailable"])
    assert "secret-host" not in json.dumps(answer)


def test_the_analyst_reads_but_does_not_drill():
    data = ask(COUNTIES, role="city_analyst")
    assert len(data["counties"]) == 11
    status, answer = post(
        {"query": '{ county(slug: "jiangle") { slug orders(purpose: "审计") { edges { cursor } } } }'},
        token=city_token("city_analyst"),
    )
    assert (status, codes(answer)) == (200, ["forbidden"])
    assert answer["data"] == {"county": {"slug": "jiangle", "orders": None}}
    assert answer["errors"][0]["path"] == ["county", "orders"]


def test_those_let_in_may_read_the_schema():
    data = ask(INTROSPECTION)
    assert {"name": "CityReport"} in data["__schema"]["types"]


def test_no_suggestions_even_for_those_let_in():
    for query in (WRONG, "{ counties { slugg } }", '{ cityReport(frist: "2025-04-01") { rowCount } }'):
        status, answer = post({"query": query}, token=city_token())
        assert status == 400
        assert set(codes(answer)) == {"graphql_invalid"}
        assert "Did you mean" not in json.dumps(answer)


def test_the_schema_on_file_is_the_schema_served(checkout):
    """`linggong graphql-schema` writes it again."""
    assert (checkout / "docs" / "city.graphql").read_text(encoding="utf-8") == schema.render()
