"""The executor's short way says what graphql-core's own way says, of right values and of wrong ones."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import pytest
import strawberry
from hypothesis import given, settings
from hypothesis import strategies as st
from strawberry.schema.config import StrawberryConfig

from cityql import rendering
from cityql.scalars import INT64, Int64


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


strawberry.enum(Colour)


@strawberry.type
class Leaf:
    text: str
    name: str | None
    number: int
    count: int | None
    fen: Int64
    share: float | None
    flag: bool
    key: strawberry.ID
    at: datetime
    day: date | None
    colour: Colour
    shade: Colour | None
    words: list[str]
    numbers: list[int | None] | None


@strawberry.type
class Branch:
    title: str
    leaf: Leaf
    maybe: Leaf | None
    leaves: list[Leaf]
    few: list[Leaf | None] | None

    @strawberry.field
    def asked(self, times: int = 2) -> str:
        """A field that works for its value, which no renderer may pass over."""
        return self.title * times


HELD: list[Any] = []


@strawberry.type
class Query:
    @strawberry.field
    def branches(self) -> list[Branch] | None:
        return HELD[0]

    @strawberry.field
    def branch(self) -> Branch | None:
        return HELD[0][0]


CONFIG = StrawberryConfig(scalar_map={Int64: INT64})
OURS = strawberry.Schema(query=Query, execution_context_class=rendering.Executor, config=CONFIG)
THEIRS = strawberry.Schema(query=Query, config=CONFIG)

LEAF = "text name number count fen share flag key at day colour shade words numbers"
QUERIES = [
    f"{{ branches {{ title leaf {{ {LEAF} }} maybe {{ {LEAF} }} leaves {{ {LEAF} }} few {{ {LEAF} }} }} }}",
    "{ branch { __typename t: title leaf { ...l } few { a: text ...l } } } fragment l on Leaf {" + LEAF + "}",
    "{ branches { asked(times: 3) leaves { text } } }",
    "query($no: Boolean = false) { branch { title @include(if: $no) leaf { number @skip(if: true) key } } }",
    "{ branch { leaf { text } leaf { number } leaves { words } } }",
]


def leaf(**values: Any) -> Leaf:
    usual: dict[str, Any] = {
        "text": "零工",
        "name": None,
        "number": 2**31 - 1,
        "count": -(2**31),
        "fen": Int64(2**53 - 1),
        "share": 1.5,
        "flag": False,
        "key": strawberry.ID("k"),
        "at": datetime(2041, 2, 3, 4, 5, 6, 7, tzinfo=UTC),
        "day": date(2041, 2, 3),
        "colour": Colour.RED,
        "shade": None,
        "words": ["a", "b"],
        "numbers": [1, None],
    }
    return Leaf(**{**usual, **values})


def branch(**values: Any) -> Branch:
    usual: dict[str, Any] = {
        "title": "t",
        "leaf": leaf(),
        "maybe": None,
        "leaves": [leaf()],
        "few": [None, leaf()],
    }
    return Branch(**{**usual, **values})


def said(schema: strawberry.Schema, query: str) -> Any:
    answer = schema.execute_sync(query)
    errors = [(error.message, error.path, error.locations) for error in answer.errors or ()]
    return answer.data, errors


def assert_the_same(value: Any) -> None:
    HELD[:] = [value]
    for query in QUERIES:
        assert said(OURS, query) == said(THEIRS, query), query


def test_right_values_are_rendered_at_once(monkeypatch):
    """And the executor's own way is not taken for them."""
    HELD[:] = [[branch(maybe=leaf(name="x", shade=Colour.BLUE)), branch(few=None, leaves=[])]]
    wanted = said(THEIRS, QUERIES[0])
    monkeypatch.setattr(rendering.Executor, "collect_and_execute_subfields", None)
    answered = said(OURS, QUERIES[0])
    assert answered == wanted
    assert not answered[1]


def test_fragments_aliases_directives_and_fields_that_work():
    assert_the_same([branch(), branch(maybe=leaf())])


WRONG: list[dict[str, Any]] = [
    {"text": None},
    {"text": 5},
    {"name": True},
    {"number": 2**31},
    {"number": -(2**31) - 1},
    {"number": None},
    {"number": "7"},
    {"number": 1.0},
    {"number": True},
    {"count": "many"},
    {"fen": 2**53},
    {"fen": None},
    {"share": "half"},
    {"share": float("nan")},
    {"flag": None},
    {"flag": 1},
    {"key": 7},
    {"at": None},
    {"at": "2041-02-03"},
    {"day": 5},
    {"colour": None},
    {"colour": "RED"},
    {"colour": "red"},
    {"colour": []},
    {"shade": "violet"},
    {"words": None},
    {"words": [None]},
    {"words": "ab"},
    {"words": 5},
    {"numbers": (1, 2)},
    {"numbers": ["x"]},
    {"text": RuntimeError("a fault of the room's")},
]


@pytest.mark.parametrize("wrong", WRONG, ids=[str(wrong) for wrong in WRONG])
def test_wrong_values_are_said_as_they_always_were(wrong):
    assert_the_same([branch(leaf=leaf(**wrong)), branch()])
    assert_the_same([branch(leaves=[leaf(), leaf(**wrong)]), branch()])
    assert_the_same([branch(few=[leaf(**wrong)]), branch()])


@pytest.mark.parametrize(
    "wrong",
    [
        {"leaf": None},
        {"leaf": 5},
        {"leaves": None},
        {"leaves": [None]},
        {"leaves": leaf()},
        {"leaves": ()},
        {"maybe": "x"},
        {"title": None},
        {"few": "x"},
    ],
    ids=str,
)
def test_wrong_objects_and_lists(wrong):
    assert_the_same([branch(), branch(**wrong)])
    assert_the_same([branch(**wrong)])


@settings(max_examples=40)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "text": st.one_of(st.text(), st.none(), st.integers()),
            "number": st.one_of(st.integers(), st.none(), st.floats(), st.booleans()),
            "fen": st.one_of(st.integers(), st.none()),
            "share": st.one_of(st.floats(), st.integers(), st.none()),
            "flag": st.one_of(st.booleans(), st.none()),
            "colour": st.one_of(st.sampled_from(Colour), st.text(), st.none()),
            "words": st.one_of(st.none(), st.lists(st.one_of(st.text(), st.none()), max_size=3)),
            "numbers": st.one_of(st.none(), st.lists(st.one_of(st.integers(), st.none()), max_size=3)),
        },
    )
)
def test_any_values_at_all(values):
    assert_the_same([branch(leaves=[leaf(**values)])])
