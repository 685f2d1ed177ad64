"""The policy's values, their bounds, and that its three descriptions agree."""

from __future__ import annotations

from dataclasses import fields

import pytest

from kernel.errors import DomainError
from tenants.policy.contracts import FIELDS, Policy
from tenants.policy.models import CountyPolicy
from tenants.policy.rules import check_values


def test_fields_model_and_contract_name_the_same_values():
    about_the_row = {"id", "revision", "effective_from"}
    assert {f.name for f in fields(Policy)} - about_the_row == set(FIELDS)
    columns = {f.name for f in CountyPolicy._meta.concrete_fields}
    assert columns - about_the_row - {"published_at", "published_by"} == set(FIELDS)


def test_every_value_says_its_unit_meaning_and_source():
    for name, field in FIELDS.items():
        assert field.unit, name
        assert field.zh, name
        assert field.en, name
        assert field.source, name
        assert field.minimum <= (field.default or field.minimum) <= field.maximum, name


@pytest.mark.parametrize("value", [0, -1, 2_001_000_000, True, 20.5, "2150", None])
def test_a_value_out_of_bounds_or_of_another_type_is_refused_by_name(value):
    with pytest.raises(DomainError) as refusal:
        check_values({"min_wage_hour_fen": value})
    assert (refusal.value.code, refusal.value.field) == ("policy_value_invalid", "min_wage_hour_fen")


def test_an_unknown_value_is_refused():
    with pytest.raises(DomainError) as refusal:
        check_values({"tea_breaks": 3})
    assert refusal.value.code == "policy_value_unknown"
