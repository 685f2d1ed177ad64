"""Prices and documents, without a database."""

from __future__ import annotations

import copy
import json
import random
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from compliance.rates import rules
from compliance.rates.contracts import Change, TableContent
from compliance.rates.document import as_json, canonical, digest, parse_content, read_content, stored
from compliance.rates.errors import TableFaults
from kernel.errors import DomainError
from tests.compliance.people import refused
from tests.compliance.rates.made import content, document, documents


def premium(table: TableContent, **changes) -> int:
    asked = {"trade": "sorting", "heads": 1, "days": 1, "level": None, "age": 30}
    return rules.price(table, **{**asked, **changes}).premium_fen


# -- one price -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "fen"),
    [
        ({}, 300),
        ({"level": "plus"}, 450),
        ({"age": 51}, 400),  # 399.9
        ({"heads": 10}, 270),
        ({"heads": 9}, 300),
        ({"days": 2}, 600),
        ({"days": 4}, 1050),  # 300 + 300 + 225 + 225
        ({"trade": "moving"}, 455),
        ({"trade": "moving", "level": "plus"}, 683),  # 682.5, half up
        ({"trade": "moving", "level": "plus", "age": 65}, 910),  # 909.7725
        ({"trade": "moving", "level": "plus", "age": 65, "heads": 10, "days": 3}, 2252),  # 2251.686…
    ],
)
def test_prices_by_hand(asked, fen):
    assert premium(content(), **asked) == fen


def test_a_price_never_leaves_the_bounds_of_a_person_and_day():
    low, high = {"min_premium_fen": 350}, {"max_premium_fen": 250}
    assert premium(content(**low)) == 350
    assert premium(content(**low), days=3) == 1050
    assert premium(content(**high)) == 250
    assert premium(content(**high), days=3) == 750


def test_covers_follow_the_class():
    found = rules.price(content(), trade="moving", heads=1, days=1, level="plus", age=20)
    assert (found.risk_class, found.death_disability_cover_fen, found.medical_cover_fen) == (
        2,
        50_000_000,
        666_000,
    )


def test_the_dearest_age_is_what_an_employer_holds():
    table = content()
    found = rules.dearest(table, trade="sorting", heads=1, days=1, level=None)
    assert found.premium_fen == premium(table, age=65) == 400
    assert rules.insurable_ages(table) == (16, 65)


@pytest.mark.parametrize(
    ("asked", "code", "field"),
    [
        ({"trade": "astronaut"}, "trade_not_rated", "trade"),
        ({"trade": "height_work"}, "class_not_insurable", "trade"),
        ({"trade": "logging_help"}, "class_not_insurable", "trade"),
        ({"level": "gold"}, "level_unknown", "level"),
        ({"age": 15}, "age_not_insurable", "age"),
        ({"age": 66}, "age_not_insurable", "age"),
        ({"age": 30.0}, "invalid_value", "age"),
        ({"heads": 0}, "invalid_value", "heads"),
        ({"heads": True}, "invalid_value", "heads"),
        ({"heads": 10_001}, "invalid_value", "heads"),
        ({"days": 0}, "invalid_value", "days"),
        ({"days": 367}, "invalid_value", "days"),
    ],
)
def test_prices_that_are_refused(asked, code, field):
    with refused(code, field):
        premium(content(), **asked)


def test_the_insurers_reason_is_told():
    with pytest.raises(DomainError) as refusal:
        premium(content(), trade="height_work")
    assert "高处作业须另行投保" in refusal.value.text("zh")
    with pytest.raises(DomainError) as refusal:
        premium(content(), age=12)
    assert "未满十六周岁" in refusal.value.text("zh")


# -- any price -------------------------------------------------------------------------------------


@st.composite
def asked(draw: st.DrawFn):
    table = parse_content(_of(draw(documents())))
    trades = [trade for trade, occupation in table.occupations.items() if occupation.risk_class]
    assume(trades)
    return table, {
        "trade": draw(st.sampled_from(sorted(trades))),
        "heads": draw(st.integers(1, 10_000)),
        "days": draw(st.integers(1, 365)),
        "level": draw(st.sampled_from([None, *(level.code for level in table.levels)])),
    }


def _of(data):
    """The document, unless the parser dislikes one of its texts (white space at an end, for one)."""
    _, faults = read_content(data)
    assume(not faults)
    return data


@given(asked(), st.data())
def test_a_price_is_the_exact_product_rounded_half_up_once_and_bounded(case, data):
    table, question = case
    bands = [band for band in table.age_bands if not band.refused]
    band = data.draw(st.sampled_from(bands))
    level = next((x for x in table.levels if x.code == question["level"]), table.levels[0])
    number = table.occupations[question["trade"]].risk_class
    days = sum(
        max((s for s in table.days if s.from_day <= day), key=lambda s: s.from_day).factor_permille
        for day in range(1, question["days"] + 1)
    )
    heads = max((s for s in table.heads if s.from_heads <= question["heads"]), key=lambda s: s.from_heads)
    exact = Fraction(next(rate.premium_fen for rate in table.classes if rate.risk_class == number))
    for factor in (
        level.factor_permille,
        band.factor_permille,
        heads.factor_permille,
        table.county_factor_permille,
        days,
    ):
        exact *= Fraction(factor, 1000)
    rounded = int(exact + Fraction(1, 2))
    least, most = table.min_premium_fen * question["days"], table.max_premium_fen * question["days"]
    assert rules.price(table, **question, age=band.to_age).premium_fen == min(max(rounded, least), most)


@given(asked())
def test_more_days_never_cost_less_and_no_age_costs_more_than_the_dearest(case):
    table, question = case
    longer = {**question, "days": question["days"] + 1}
    dearest = rules.dearest(table, **question)
    assert rules.dearest(table, **longer).premium_fen >= dearest.premium_fen
    prices = [
        rules.price(table, **question, age=band.from_age).premium_fen
        for band in table.age_bands
        if not band.refused
    ]
    assert max(prices) == dearest.premium_fen


@given(asked(), st.integers(1, 100_000))
def test_a_higher_base_premium_never_lowers_a_price(case, more):
    table, question = case
    data = as_json(table)
    for rate in data["classes"]:
        rate["premium_fen"] = min(rate["premium_fen"] + more, 1_000_000)
    raised = parse_content(data)
    assert rules.dearest(raised, **question).premium_fen >= rules.dearest(table, **question).premium_fen


# -- documents -------------------------------------------------------------------------------------


@given(documents(), st.randoms(use_true_random=False))
def test_a_document_has_one_spelling_and_one_digest(data, chance: random.Random):
    table = parse_content(_of(data))
    text = canonical(table)
    shuffled = _shuffled(json.loads(text), chance)
    assert canonical(parse_content(shuffled)) == text
    assert stored(text) == table
    assert digest(text) == digest(canonical(parse_content(as_json(table))))


def _shuffled(value, chance: random.Random):
    if isinstance(value, dict):
        names = list(value)
        chance.shuffle(names)
        return {name: _shuffled(value[name], chance) for name in names}
    return [_shuffled(item, chance) for item in value] if isinstance(value, list) else value


def test_any_other_value_has_another_digest():
    seen = {digest(canonical(content()))}
    for path, value in _leaves(document()):
        if type(value) is int:
            other = copy.deepcopy(document())
            _set(other, path, value + 1)
            table, faults = read_content(other)
            if not faults:
                seen.add(digest(canonical(table)))
    assert len(seen) > 20


def _leaves(value, path=()):
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(item, (*path, key))
    else:
        yield path, value


def _set(value, path, leaf):
    for key in path[:-1]:
        value = value[key]
    value[path[-1]] = leaf


@pytest.mark.parametrize("wrong", [None, True, "300", 300.0, -1, 10**12, [], {}])
def test_every_number_is_checked_and_named(wrong):
    for path, value in _leaves(document()):
        if type(value) is int:
            data = copy.deepcopy(document())
            _set(data, path, wrong)
            _, faults = read_content(data)
            assert ".".join(map(str, path)) in {fault.place for fault in faults}, (path, faults)


def test_every_missing_member_and_every_unknown_one_is_named():
    optional = {"death_disability_permille", "medical_permille", "reason", "refused"}
    for path, _ in _leaves(document()):
        data = copy.deepcopy(document())
        parent = data
        for key in path[:-1]:
            parent = parent[key]
        parent["surprise"] = 1
        if path[-1] not in optional:
            del parent[path[-1]]
        named = {fault.place for fault in read_content(data)[1]}
        assert ".".join(map(str, (*path[:-1], "surprise"))) in named
        assert (".".join(map(str, path)) in named) == (path[-1] not in optional)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"levels": []}, "levels"),
        ({"levels": [*document()["levels"], document()["levels"][0]]}, "levels.2.code"),
        ({"classes": document()["classes"][:1]}, "occupations.moving.risk_class"),
        ({"classes": [*document()["classes"], document()["classes"][0]]}, "classes.2.risk_class"),
        ({"occupations": {}}, "occupations"),
        ({"occupations": {"Sorting!": {"risk_class": 1}}}, "occupations.Sorting!"),
        ({"occupations": {"sorting": {"risk_class": 1, "reason": "x"}}}, "occupations.sorting.reason"),
        ({"age_bands": [{"from_age": 16, "to_age": 70, "refused": True}]}, "age_bands"),
        ({"age_bands": [{"from_age": 20, "to_age": 19, "factor_permille": 1}]}, "age_bands.0.to_age"),
        (
            {
                "age_bands": [
                    {"from_age": 16, "to_age": 30, "factor_permille": 1000},
                    {"from_age": 30, "to_age": 40, "factor_permille": 1000},
                ]
            },
            "age_bands.1.from_age",
        ),
        ({"days": [{"from_day": 2, "factor_permille": 1000}]}, "days.0.from_day"),
        ({"heads": [{"from_heads": 1, "factor_permille": 1}] * 2}, "heads.1.from_heads"),
        ({"max_premium_fen": 100}, "max_premium_fen"),
    ],
)
def test_what_does_not_fit_together_is_named_and_nothing_else(changes, place):
    with pytest.raises(TableFaults) as refusal:
        parse_content(document(**changes))
    assert [fault.place for fault in refusal.value.faults] == [place]
    assert refusal.value.code == "rate_table_invalid"


@pytest.mark.parametrize("data", [None, 1, "x", [], {}, {"levels": None}])
def test_what_is_no_table_at_all(data):
    with refused("rate_table_invalid"):
        parse_content(data)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=10,
    ),
    st.sampled_from(sorted(document())),
)
def test_whatever_stands_in_a_part_is_answered_with_a_fault(value, part):
    _, faults = read_content(document(**{part: value}))
    if not faults:
        assert type(value) is int
    assert all(fault.place and fault.zh and fault.en for fault in faults)


def test_a_trade_the_city_does_not_have_is_named():
    _, faults = read_content(document(), trades={"sorting", "moving", "height_work"})
    assert [fault.place for fault in faults] == ["occupations.logging_help"]


# -- difference ------------------------------------------------------------------------------------


def test_two_tables_side_by_side():
    other = document(
        levels=[document()["levels"][0]],
        classes=[{"risk_class": 1, "premium_fen": 310}, document()["classes"][1]],
        occupations={**document()["occupations"], "moving": {"risk_class": 1}, "tiling": {"risk_class": 2}},
        age_bands=[*document()["age_bands"][1:], {"from_age": 66, "to_age": 70, "factor_permille": 2000}],
        max_premium_fen=1200,
    )
    found = rules.changes(content(), parse_content(other))
    told = {change.path: (change.before, change.after) for change in found}
    assert told == {
        "levels": ("standard, plus", "standard"),
        "levels.plus.name": ("加强", None),
        "levels.plus.death_disability_cover_fen": (100_000_000, None),
        "levels.plus.medical_cover_fen": (2_000_000, None),
        "levels.plus.factor_permille": (1500, None),
        "classes.1.premium_fen": (300, 310),
        "occupations.moving.risk_class": (2, 1),
        "occupations.tiling.risk_class": (None, 2),
        "age_bands.0-15.refused": ("refused", None),
        "age_bands.0-15.reason": ("未满十六周岁", None),
        "age_bands.66-70.factor_permille": (None, 2000),
        "max_premium_fen": (1000, 1200),
    }
    assert all(change.label and change.label_en for change in found)
    assert isinstance(found[0], Change)


@given(documents(), documents())
def test_no_change_means_the_same_document(one, two):
    a, b = parse_content(_of(one)), parse_content(_of(two))
    assert rules.changes(a, a) == []
    assert (rules.changes(a, b) == []) == (canonical(a) == canonical(b))
