"""Attacks on the city's door by somebody who is let in: queries and bodies, and the code each is refused by.

`test_graphql_attacks.py` holds that they are; `make bench ONLY=graphql-attacks` measures what each costs.
"""

from __future__ import annotations

import json
from typing import Any

TYPES = "{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }"


def fragments(count: int, spreads: int) -> str:
    """A chain in which each fragment spreads the next one several times."""
    return (
        "".join(f"fragment f{n} on Query {{ {f'...f{n + 1} ' * spreads}}} " for n in range(count))
        + f"fragment f{count} on Query {{ counties {{ slug }} }} "
    )


def deep(depth: int) -> str:
    return '{ county(slug: "jiangle") ' + "{ freshness " * depth + "{ state }" + " }" * (depth + 1)


ATTACKS: dict[str, tuple[str, str]] = {
    "depth": (deep(12), "graphql_too_deep"),
    "depth of thousands": (deep(3_000), "graphql_too_long"),
    "depth within the tokens": (deep(300), "graphql_too_deep"),
    "braces only": ("{" * 900, "graphql_syntax"),
    "inline fragments in inline fragments": ("{" + "... {" * 150 + "a" + "}" * 151, "graphql_too_deep"),
    "depth through fragments": (
        '{ county(slug: "jiangle") { ...a } } fragment a on CountyDetail { freshness { ...b } } '
        "fragment b on Freshness { " + "county { " * 10 + "x" + " }" * 11,
        "graphql_too_deep",
    ),
    "aliases": (
        "{" + " ".join(f"a{n}: trades {{ code }}" for n in range(100)) + "}",
        "graphql_too_many_aliases",
    ),
    "aliases of a leaf": (
        "{ counties {" + " ".join(f"a{n}: slug" for n in range(200)) + "} }",
        "graphql_too_many_aliases",
    ),
    "aliased reports": (
        "{"
        + " ".join(
            f'a{n}: cityReport(first: "2000-01-01", last: "2009-12-31") {{ rowCount }}' for n in range(16)
        )
        + "}",
        "graphql_too_many_aliases",
    ),
    "aliases through fragments": (
        (
            "{ counties { ...f } trades { code } ...g } fragment f on County { a: slug b: slug c: slug } "
            "fragment g on Query { p: counties { ...f } q: counties { ...f } r: counties { ...f } "
            "s: counties { ...f } }"
        ),
        "graphql_too_many_aliases",
    ),
    "fragments that double": ("{ ...f0 } " + fragments(30, 2), "graphql_too_many_fields"),
    "fragments that multiply by eight": ("{ ...f0 } " + fragments(12, 8), "graphql_too_many_fields"),
    "a fragment of itself": ("{ ...f } fragment f on Query { ...f }", "graphql_fragment_cycle"),
    "a ring of fragments": (
        "{ ...a } fragment a on Query { ...b } fragment b on Query { ...c } fragment c on Query { ...a }",
        "graphql_fragment_cycle",
    ),
    "a ring nobody spreads": (
        "{ trades { code } } fragment a on Query { ...b } fragment b on Query { ...a }",
        "graphql_fragment_cycle",
    ),
    "a fragment that is not there": ("{ ...nobody }", "graphql_fragment_unknown"),
    "many unused fragments": (
        "{ trades { code } } "
        + " ".join(f"fragment f{n} on Query {{ trades {{ code }} }}" for n in range(90)),
        "graphql_invalid",
    ),
    "tokens": ("{ " + "trades { code } " * 2_000 + "}", "graphql_too_long"),
    "a megabyte of query": ("{ trades { code } #" + "x" * 900_000 + "\n}", "graphql_too_long"),
    "a megabyte in one name": ("{ " + "a" * 900_000 + " }", "graphql_too_long"),
    "a megabyte in one text": ('{ county(slug: "' + "a" * 900_000 + '") { slug } }', "graphql_too_long"),
    "comments": ("#\n" * 5_000 + "{ trades { code } }", "graphql_too_long"),
    "directives": ("{ trades " + "@include(if: true) " * 130 + "{ code } }", "graphql_too_many_directives"),
    "unknown directives": ("{ trades " + "@a " * 450 + "{ code } }", "graphql_too_many_directives"),
    "a directive twice": ("{ trades @skip(if: false) @skip(if: false) { code } }", "graphql_invalid"),
    "deferred work": ("{ ... @defer { trades { code } } }", "graphql_invalid"),
    "one field a thousand times": ("{ counties { " + "slug " * 970 + "} }", "graphql_invalid"),
    "fields that do not merge": (
        "{ " + " ".join(f'county(slug: "c{n}") {{ slug }}' for n in range(110)) + " }",
        "graphql_invalid",
    ),
    "circular introspection": (TYPES, "graphql_invalid"),
    "introspection in a fragment": (
        (
            "{ __schema { types { ...t } } } fragment t on __Type { fields { type { ...u } } } "
            "fragment u on __Type { fields { type { fields { name } } } }"
        ),
        "graphql_invalid",
    ),
    "introspection by name, deep": (
        '{ __type(name: "Query") ' + "{ ofType " * 30 + "{ name }" + " }" * 31,
        "graphql_too_deep",
    ),
    "rows without end": (
        (
            '{ cityReport(first: "2020-01-01", last: "2029-12-31", groupBy: [COUNTY, DAY, TRADE]) '
            "{ rows(first: 2000000000) { day figures { orders } } } }"
        ),
        "graphql_too_costly",
    ),
    "a list in a list": (
        "{ "
        + " ".join(
            f'a{n}: county(slug: "jiangle") {{ orders(purpose: "审计", first: 100) '
            "{ edges { node { places { id no state endReason covered wonAt quantity } } } } }"
            for n in range(15)
        )
        + " }",
        "graphql_too_costly",
    ),
    "every list of every county": (
        "{ "
        + " ".join(f'a{n}: county(slug: "jiangle") {{ ...all }}' for n in range(15))
        + """ } fragment all on CountyDetail {
            claims(purpose: "审计", first: 100) { edges { node { id state trade day dueAt reportedAt } } }
            deliveries(purpose: "审计", first: 100) { edges { node { id state type attempts createdAt } } }
            rateTables(first: 50) { edges { node { content { occupations { trade riskClass reason } } } } }
        }""",
        "graphql_too_costly",
    ),
    "a list of lists by fragments": (
        """{ county(slug: "jiangle") { ...a ...b } }
        fragment a on CountyDetail { ...b } fragment b on CountyDetail { ...a }""",
        "graphql_fragment_cycle",
    ),
    "a list without its purpose": (
        '{ county(slug: "jiangle") { claims { edges { cursor } } } }',
        "graphql_invalid",
    ),
    "a purpose that is null": (
        '{ county(slug: "jiangle") { deliveries(purpose: null) { edges { cursor } } } }',
        "graphql_invalid",
    ),
    "people in claims": (
        '{ county(slug: "jiangle") { claims(purpose: "审计") { edges { node { workerId words } } } } }',
        "graphql_invalid",
    ),
    "one key for two lists": (
        """{ county(slug: "jiangle") {
            a: claims(purpose: "审计") { pageInfo { hasNextPage } }
            a: claims(purpose: "抽查") { pageInfo { hasNextPage } }
        } }""",
        "graphql_invalid",
    ),
    "deep values": ("{ county(slug: " + "[" * 300 + "]" * 300 + ") { slug } }", "graphql_too_deep"),
    "a value of many members": (
        '{ cityReport(first: "2020-01-01", last: "2020-01-02", counties: ['
        + '"a" ' * 900
        + "]) { rowCount } }",
        "graphql_argument",
    ),
    "a query as a mutation": ("mutation { trades { code } }", "graphql_invalid"),
    "a mutation as a query": ('{ suspendInsurer(code: "x", reason: "y") { code } }', "graphql_invalid"),
    "many changes at once": (
        "mutation {"
        + " ".join(f'a{n}: suspendInsurer(code: "sandbox", reason: "r") {{ code }}' for n in range(10))
        + "}",
        "graphql_mutation_alone",
    ),
    "a subscription": ("subscription { trades { code } }", "graphql_no_subscriptions"),
    "a schema of one's own": ("{ trades { code } } type Query { a: Int }", "graphql_invalid"),
    "two anonymous queries": ("{ trades { code } } { trades { code } }", "graphql_operation"),
    "many variables": (
        "query(" + " ".join(f"$v{n}: Int" for n in range(200)) + ") { trades { code } }",
        "graphql_invalid",
    ),
    "a number beyond all": ("{ counties { slug } x(first: " + "9" * 5_000 + ") }", "graphql_invalid"),
    "a float beyond all": (
        '{ cityReport(first: 1e400, last: "2020-01-01") { rowCount } }',
        "graphql_invalid",
    ),
    "an integer beyond 32 bits": (
        '{ cityReport(first: "2020-01-01", last: "2020-01-02") { rows(skip: 99999999999) { day } } }',
        "graphql_invalid",
    ),
    "SQL in a name": ('{ county(slug: "x\'; DROP SCHEMA public; --") { slug } }', "county_unknown"),
    "NUL in a name": ('{ county(slug: "\\u0000") { slug } }', "county_unknown"),
    "a surrogate in a name": ('{ county(slug: "\\uD800") { slug } }', "graphql_syntax"),
    "a path in a name": ('{ county(slug: "../../public") { slug } }', "county_unknown"),
    "Python's own names": ("{ counties { __class__ __dict__ } }", "graphql_invalid"),
    "private fields": ('{ county(slug: "jiangle") { desk } }', "graphql_invalid"),
    "nothing": ("", "graphql_syntax"),
    "every figure of every day": (
        '{ figures(first: "2020-01-01", last: "2029-12-31", limit: 2000, groupBy: [COUNTY, DAY], metrics: ['
        + '"wages_fen" ' * 90
        + "]) { rows { values { value text } } } }",
        "graphql_too_costly",
    ),
    "figures of fifteen decades": (
        "{"
        + " ".join(
            f'a{n}: figures(first: "2020-01-01", last: "2029-12-31", groupBy: [DAY], metrics: ["wages_fen"]) '
            "{ rows { first values { value text before change } } }"
            for n in range(15)
        )
        + "}",
        "graphql_too_costly",
    ),
    "more figures than a list holds": (
        '{ figures(first: "2020-01-01", last: "2020-01-02", metrics: [' + '"x" ' * 400 + "]) { behind } }",
        "graphql_argument",
    ),
    "figures of a thousand years": (
        '{ figures(first: "0001-01-01", last: "9999-12-31", metrics: ["wages_fen"]) { behind } }',
        "report_range_invalid",
    ),
    "rows below zero": (
        '{ figures(first: "2020-01-01", last: "2020-01-02", metrics: ["x"], limit: -2147483648) { more } }',
        "invalid_value",
    ),
    "a metric made of SQL": (
        '{ figures(first: "2020-01-01", last: "2020-01-02", metrics: ["1); DROP TABLE x; --"]) { behind } }',
        "metric_unknown",
    ),
    "an order made of SQL": (
        '{ figures(first: "2020-01-01", last: "2020-01-02", metrics: [], orderBy: "id; --") { more } }',
        "metric_unknown",
    ),
    "comments between every two letters": ("{" + "#a\n" * 200 + "trades { code } }", "graphql_too_long"),
    "names that look alike": ("{ \u0441ounties { slug } }", "graphql_syntax"),
    "text turned around": ('{ county(slug: "\u202eelgnaij") { slug } }', "county_unknown"),
    "accents without end": ('{ county(slug: "' + "a\u0301" * 9_000 + '") { slug } }', "county_unknown"),
    "block texts": ("{ county(slug: " + '"""' + "\n" * 9_000 + '"""' + ") { slug } }", "county_unknown"),
    "fragments of one another's types": (
        "{ counties { ...f } } fragment f on FigureRow { town }",
        "graphql_invalid",
    ),
    "directives in a fragment many times spread": (
        "{ " + "...f " * 20 + "} fragment f on Query { trades @skip(if: true) @include(if: false) { code } }",
        "graphql_too_many_directives",
    ),
}


BODIES: dict[str, tuple[bytes, int, str]] = {
    "nothing": (b"", 415, "graphql_content_type"),
    "a batch": (b'[{"query": "{ trades { code } }"}]', 400, "graphql_batch"),
    "a batch of many": (
        json.dumps([{"query": "{ trades { code } }"}] * 1_000).encode(),
        400,
        "graphql_batch",
    ),
    "an empty batch": (b"[]", 400, "graphql_batch"),
    "a text": (b'"{ trades { code } }"', 400, "graphql_request_invalid"),
    "null": (b"null", 400, "graphql_request_invalid"),
    "no query": (b"{}", 400, "graphql_request_invalid"),
    "a query that is none": (b'{"query": ["{ trades { code } }"]}', 400, "graphql_request_invalid"),
    "variables that are none": (b'{"query": "{a}", "variables": [1]}', 400, "graphql_request_invalid"),
    "a name that is none": (b'{"query": "{a}", "operationName": 5}', 400, "graphql_request_invalid"),
    "unknown members": (b'{"query": "{a}", "id": "persisted"}', 400, "graphql_unknown_member"),
    "a member twice": (b'{"query": "{a}", "query": "{b}"}', 400, "json_duplicate_key"),
    "NaN": (b'{"query": "{a}", "variables": {"a": NaN}}', 400, "json_nan"),
    "a huge number": (
        b'{"query": "{a}", "variables": {"a": ' + b"9" * 400 + b"}}",
        400,
        "json_number_too_large",
    ),
    "10,000 deep": (b'{"variables": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", 400, "json_too_deep"),
    "10,000 deep, open": (b'{"a":' * 10_000, 400, "json_too_deep"),
    "NUL": (b'{"query": "{a}\\u0000"}', 400, "json_nul"),
    "a lone surrogate": (b'{"query": "{a}", "variables": {"a": "\\ud800"}}', 400, "json_surrogate"),
    "no UTF-8": (b'{"query": "\xff"}', 400, "json_encoding"),
    "a byte order mark": (b'\xef\xbb\xbf{"query": "{a}"}', 400, "json_bom"),
    "more than a megabyte": (b'{"query": "' + b"a" * 1_100_000 + b'"}', 413, "graphql_body_too_large"),
    "a name with NUL": (b'{"query": "{a}", "operationName": "\\u0000"}', 400, "json_nul"),
}


def _variables(value: Any) -> bytes:
    return json.dumps(
        {"query": "query($v: [String!]) { trades { code } }", "variables": {"v": value}}
    ).encode()


FIGURES = (
    'query($m: [String!]!, $n: Int) { figures(first: "2020-01-01", last: "2029-12-31", metrics: $m, '
    "limit: $n, groupBy: [DAY]) { rows { values { value } } } }"
)


def _asked(**variables: Any) -> bytes:
    return json.dumps({"query": FIGURES, "variables": variables}).encode()


FLOODS: dict[str, tuple[bytes, str]] = {
    "a megabyte of variables": (_variables(["a" * 1_000] * 1_000), "graphql_invalid"),
    "variables of many members": (_variables({f"k{n}": n for n in range(60_000)}), "graphql_invalid"),
    "a megabyte of numbers": (_variables(list(range(120_000))), "graphql_invalid"),
    "a megabyte of nothing": (b'{"query": "{ trades { code } }"' + b" " * 1_040_000, "json_invalid"),
    "metrics by variable": (_asked(m=["wages_fen"] * 50_000, n=2_000), "graphql_too_costly"),
    "rows by variable": (_asked(m=["wages_fen"], n=2**40), "graphql_too_costly"),
    "a hash of a megabyte": (
        json.dumps(
            {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "a" * 1_000_000}}}
        ).encode(),
        "graphql_request_invalid",
    ),
    "a document's name of a megabyte": (
        json.dumps({"documentId": "../" * 300_000}).encode(),
        "graphql_document_unknown",
    ),
}
