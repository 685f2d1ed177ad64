"""Attacks by somebody who is let in. Each is refused by name; none is a 5xx, none gets data."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cityql import schema
from tests.doors.graphql_attacks import ATTACKS, BODIES, FLOODS
from tests.doors.graphql_helpers import city_token, codes, post

pytestmark = [pytest.mark.usefixtures("counties"), pytest.mark.urls("tests.doors.graphql_urls")]


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_refused_by_name(name):
    query, code = ATTACKS[name]
    status, answer = post({"query": query}, token=city_token())
    assert 200 <= status < 500
    assert code in codes(answer), answer
    assert not any((answer.get("data") or {}).values())
    assert len(json.dumps(answer)) < 20_000, "an answer to an attack is small"


@pytest.mark.parametrize("name", BODIES)
def test_a_body_is_refused_by_name(name):
    raw, status, code = BODIES[name]
    assert (status, [code]) == _status_and_codes(post(None, raw=raw, token=city_token()))


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_is_refused_by_name(name):
    raw, code = FLOODS[name]
    status, answer = post(None, raw=raw, token=city_token())
    assert 400 <= status < 500
    assert set(codes(answer)) == {code}
    assert len(json.dumps(answer)) < 20_000


def _status_and_codes(answered: tuple[int, Any]) -> tuple[int, list[str]]:
    return answered[0], codes(answered[1])


@pytest.mark.parametrize("length", ["-1", "x", "99999999999999999999", "1048577", "０"])
def test_lengths_that_lie(length):
    status, _ = post({"query": "{ trades { code } }"}, token=city_token(), CONTENT_LENGTH=length)
    assert 200 <= status < 500


@pytest.mark.parametrize("first", [None, 0, -1, 1.5, True, "5", [5], {"a": 5}, 2**31, 2**53 - 1])
def test_every_kind_of_value_for_a_number(first):
    orders = 'orders(purpose: "审计", first: $n) { edges { cursor } }'
    query = f'query($n: Int!) {{ county(slug: "jiangle") {{ {orders} }} }}'
    status, answer = post({"query": query, "variables": {"n": first}}, token=city_token())
    assert status < 500
    assert codes(answer)
    assert set(codes(answer)) <= {"graphql_invalid", "invalid_value", "graphql_too_costly"}


def test_nothing_that_was_refused_is_run(monkeypatch):
    monkeypatch.setattr(schema, "SCHEMA", None)
    for name in ("depth", "aliases", "fragments that double", "tokens", "directives", "a list in a list"):
        status, _ = post({"query": ATTACKS[name][0]}, token=city_token())
        assert status == 422, name


def test_refusals_do_not_repeat_the_query_back():
    status, answer = post({"query": "{ counties { " + "z" * 5_000 + " } }"}, token=city_token())
    assert status == 400
    assert len(json.dumps(answer)) < 3_000


def test_strangers_hear_the_same_of_every_attack():
    """Not one name of the schema, whatever is sent: introspection, misspelled fields, floods."""
    asked = {name: {"query": query} for name, (query, _) in ATTACKS.items()}
    asked |= {f"misspelled {name}": {"query": f"{{ {name[:-1]} }}"} for name in root_fields()}
    heard = {json.dumps(_without_id(post(body))) for body in asked.values()}
    assert len(heard) == 1
    [only] = heard
    assert "unauthenticated" in only
    assert not [name for name in (*root_fields(), "__schema", "Query", "mean") if f'"{name}' in only]


def test_nobody_is_told_which_field_was_meant():
    """The door answers what does not exist, and no more: the right name is never in the answer."""
    names = root_fields()
    for start in range(0, len(names), 10):
        part = names[start : start + 10]
        misspelled = [f"{name[:-2]}q{name[-2:]}" for name in part]
        status, answer = post({"query": "{ " + " ".join(misspelled) + " }"}, token=city_token())
        said = json.dumps(answer)
        assert status == 400
        assert "mean" not in said
        assert not [name for name in part if f"'{name}'" in said]


def root_fields() -> list[str]:
    query = schema.SCHEMA._schema.query_type
    assert query is not None
    return sorted(query.fields)


def _without_id(answered: tuple[int, Any]) -> tuple[int, Any]:
    status, answer = answered
    for error in answer["errors"]:
        del error["extensions"]["request_id"]
    return status, answer
