"""How a query is measured before anything runs it. Pure: no server is asked."""

from __future__ import annotations

import pytest
from graphql import get_introspection_query, parse

from cityql import limits
from kernel.errors import DomainError


def refusal(source: str, variables: dict | None = None, operation: str | None = None) -> str | None:
    try:
        limits.read(source, operation, variables or {})
    except DomainError as error:
        return error.code
    return None


def nested(depth: int, leaf: str = "x") -> str:
    return "{" + "a{" * (depth - 1) + leaf + "}" * depth


def test_depth_is_of_fields():
    assert refusal(nested(limits.MAX_DEPTH)) is None
    assert refusal(nested(limits.MAX_DEPTH + 1)) == "graphql_too_deep"
    assert refusal("{" + "...{" * 20 + "x" + "}" * 21) is None  # inline fragments nest nothing by themselves
    assert refusal("{" + "...{" * 60 + "x" + "}" * 61) == "graphql_too_deep"


def test_depth_counts_through_fragments():
    chain = (
        "".join(f"fragment f{n} on Q {{ a {{ ...f{n + 1} }} }} " for n in range(12))
        + "fragment f12 on Q { x }"
    )
    assert refusal("{ ...f0 } " + chain) == "graphql_too_deep"


def test_the_order_of_fragments_hides_no_depth():
    """A fragment measured at a shallow place and spread at a deep one counts from the deep one."""
    source = "{ ...deep " + nested(6, "...deep")[1:] + " fragment deep on Q " + nested(6)
    assert refusal(source) == "graphql_too_deep"


@pytest.mark.parametrize("count", [1, limits.MAX_ALIASES])
def test_aliases_up_to_the_limit(count):
    assert refusal("{" + " ".join(f"a{n}: x" for n in range(count)) + "}") is None


def test_aliases_multiply_with_fragments():
    assert refusal("{" + " ".join(f"a{n}: x" for n in range(16)) + "}") == "graphql_too_many_aliases"
    source = "{ a { ...f } b { ...f } c { ...f } } fragment f on Q { p: x q: x r: x s: x t: x u: x }"
    assert refusal(source) == "graphql_too_many_aliases"


def test_fragments_that_double_are_refused_before_they_are_spread():
    doubling = "".join(f"fragment f{n} on Q {{ ...f{n + 1} ...f{n + 1} }} " for n in range(35))
    assert refusal("{ ...f0 } " + doubling + "fragment f35 on Q { x }") == "graphql_too_many_fields"


def test_cycles_and_unknown_fragments():
    assert refusal("{ ...f } fragment f on Q { ...f }") == "graphql_fragment_cycle"
    assert (
        refusal("{ ...f } fragment f on Q { a { ...g } } fragment g on Q { b { ...f } }")
        == "graphql_fragment_cycle"
    )
    assert refusal("{ x } fragment f on Q { ...g } fragment g on Q { ...f }") == "graphql_fragment_cycle"
    assert refusal("{ ...nobody }") == "graphql_fragment_unknown"


def test_directives_are_counted_everywhere():
    flood = " @include(if: true)" * 21
    assert refusal("{ x" + flood + "}") == "graphql_too_many_directives"
    assert refusal("query" + flood + " { x }") == "graphql_too_many_directives"
    assert refusal("{ ... " + flood + "{ x } }") == "graphql_too_many_directives"
    assert refusal("{ ...f" + flood + "} fragment f on Q { x }") == "graphql_too_many_directives"


def test_tokens_comments_and_length():
    assert refusal("{" + " x" * 990 + "}") is None
    assert refusal("{" + " x" * 1_000 + "}") == "graphql_too_long"
    assert refusal("#\n" * 101 + "{ x }") == "graphql_too_long"
    assert refusal("{ x" + " " * 20_000 + "}") == "graphql_too_long"


def test_deep_values_are_refused_by_the_parser():
    assert refusal("{ x(y: " + "[" * 300 + "]" * 300 + ") }") == "graphql_too_deep"


def test_cost_is_first_times_what_is_below():
    rows = "{ county { orders(first: %s) { edges { node { a b c } } } } }"
    small = limits.measure(parse(rows % 1), {}).cost
    large = limits.measure(parse(rows % 100), {}).cost
    assert large - small == 99 * 5
    assert limits.measure(parse("query($n: Int) { orders(first: $n) { x } }"), {"n": 7}).cost == 507
    assert limits.measure(parse("query($n: Int = 9) { orders(first: $n) { x } }"), {}).cost == 509
    assert limits.measure(parse("query($n: Int) { orders(first: $n) { x } }"), {"n": "many"}).cost == 600
    assert refusal("{ orders(first: 999999999) { x } }") == "graphql_too_costly"


def test_each_operation_is_held_to_the_limits():
    """The ones not run are validated all the same."""
    two = "query a { x } query b " + nested(11)
    assert refusal(two, operation="a") == "graphql_too_deep"
    assert refusal("query a { x } query b { x }") == "graphql_operation"
    assert refusal("query a { x } query b { x }", operation="c") == "graphql_operation"
    assert refusal("query a { x } query b { x }", operation="b") is None
    assert refusal("fragment f on Q { x }") == "graphql_operation"


def test_no_subscriptions():
    assert refusal("subscription { x }") == "graphql_no_subscriptions"
    assert refusal("query a { x } subscription b { x }", operation="a") == "graphql_no_subscriptions"


@pytest.mark.parametrize(
    "source",
    [
        "mutation { x y }",
        "mutation { a: x b: x }",
        "mutation { x ... { y } }",
        "mutation { ...f x } fragment f on Mutation { y }",
        "mutation { ...f } fragment f on Mutation { ...g ...g } fragment g on Mutation { x }",
    ],
)
def test_a_mutation_makes_one_change(source):
    assert refusal("mutation { x }") is None
    assert refusal("mutation { ...f } fragment f on Mutation { x }") is None
    assert refusal(source) == "graphql_mutation_alone"


@pytest.mark.parametrize(
    "source", ["", " ", "{", "{ x", "\x00", '{ x(y: "\\ud800") }', "{ x }}", "type A { b: C }"]
)
def test_what_is_no_query(source):
    assert refusal(source) in {"graphql_syntax", "graphql_operation"}


def test_graphiql_may_ask_for_the_schema():
    assert refusal(get_introspection_query()) is None
