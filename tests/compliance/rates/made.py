"""Made-up rate tables, and the people who draft and publish them."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from compliance.rates.contracts import TableContent
from compliance.rates.document import parse_content
from compliance.rates.use_cases import draft_table, publish_table, submit_table
from kernel.actor import Actor
from tests.compliance.people import actor_with

DOCUMENT: dict[str, Any] = {
    "levels": [
        {
            "code": "standard",
            "name": "标准",
            "death_disability_cover_fen": 60_000_000,
            "medical_cover_fen": 1_000_000,
            "factor_permille": 1000,
        },
        {
            "code": "plus",
            "name": "加强",
            "death_disability_cover_fen": 100_000_000,
            "medical_cover_fen": 2_000_000,
            "factor_permille": 1500,
        },
    ],
    "classes": [
        {"risk_class": 1, "premium_fen": 300},
        {"risk_class": 2, "premium_fen": 455, "death_disability_permille": 500, "medical_permille": 333},
    ],
    "occupations": {
        "sorting": {"risk_class": 1},
        "moving": {"risk_class": 2},
        "height_work": {"risk_class": 0, "reason": "高处作业须另行投保"},
        "logging_help": {"risk_class": 0},
    },
    "age_bands": [
        {"from_age": 0, "to_age": 15, "refused": True, "reason": "未满十六周岁"},
        {"from_age": 16, "to_age": 50, "factor_permille": 1000},
        {"from_age": 51, "to_age": 65, "factor_permille": 1333},
    ],
    "days": [{"from_day": 1, "factor_permille": 1000}, {"from_day": 3, "factor_permille": 750}],
    "heads": [{"from_heads": 1, "factor_permille": 1000}, {"from_heads": 10, "factor_permille": 900}],
    "county_factor_permille": 1000,
    "min_premium_fen": 200,
    "max_premium_fen": 1000,
}


def document(**changes: Any) -> dict[str, Any]:
    return {**DOCUMENT, **changes}


def content(**changes: Any) -> TableContent:
    return parse_content(document(**changes))


def officer() -> Actor:
    return actor_with("insurance_officer")


def published(
    work: Any, product: str, effective_from: date, made: TableContent | None = None, **changes: Any
) -> UUID:
    """A version drafted by one officer and published by another."""
    one, two = officer(), officer()
    table_id = draft_table(
        product=product,
        effective_from=effective_from,
        content=made or content(**changes),
        source="test",
        actor=one,
        now=work.now,
    )
    submit_table(table_version_id=table_id, actor=one, now=work.now)
    publish_table(table_version_id=table_id, actor=two, now=work.now)
    return table_id


# -- any table at all ------------------------------------------------------------------------------

_codes = st.from_regex(r"[a-z][a-z0-9_]{1,39}", fullmatch=True)
_factors = st.integers(1, 100_000)
_texts = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"), exclude_characters="\u3000"),
    min_size=1,
    max_size=30,
)


def _rising(most: int) -> st.SearchStrategy[list[int]]:
    return st.sets(st.integers(2, most), max_size=5).map(lambda found: [1, *sorted(found)])


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Any document that may be a table: what the parser refuses of its texts is left out by `assume`."""
    classes = sorted(draw(st.sets(st.integers(1, 6), min_size=1)))
    edges = sorted(draw(st.sets(st.integers(0, 120), min_size=2, max_size=8)))
    bands: list[dict[str, Any]] = []
    for start, end in zip(edges[::2], edges[1::2], strict=False):
        ages = {"from_age": start, "to_age": end}
        if bands and draw(st.booleans()):
            reason = draw(st.just({}) | st.fixed_dictionaries({"reason": _texts}))
            bands.append({**ages, "refused": True, **reason})
        else:
            bands.append({**ages, "factor_permille": draw(_factors)})
    occupations: dict[str, Any] = {}
    for trade in draw(st.sets(_codes, min_size=1, max_size=6)):
        number = draw(st.sampled_from([0, *classes]))
        reason = {"reason": draw(_texts)} if number == 0 and draw(st.booleans()) else {}
        occupations[trade] = {"risk_class": number, **reason}
    least, most = sorted((draw(st.integers(0, 1_000_000)), draw(st.integers(1, 1_000_000))))
    return {
        "levels": [
            {
                "code": code,
                "name": draw(_texts),
                "death_disability_cover_fen": draw(st.integers(1, 10**11)),
                "medical_cover_fen": draw(st.integers(0, 10**11)),
                "factor_permille": draw(_factors),
            }
            for code in draw(st.lists(_codes, unique=True, min_size=1, max_size=3))
        ],
        "classes": [
            {
                "risk_class": number,
                "premium_fen": draw(st.integers(1, 1_000_000)),
                "death_disability_permille": draw(_factors),
                "medical_permille": draw(st.integers(0, 100_000)),
            }
            for number in classes
        ],
        "occupations": occupations,
        "age_bands": bands,
        "days": [{"from_day": n, "factor_permille": draw(_factors)} for n in draw(_rising(366))],
        "heads": [{"from_heads": n, "factor_permille": draw(_factors)} for n in draw(_rising(10_000))],
        "county_factor_permille": draw(_factors),
        "min_premium_fen": least,
        "max_premium_fen": most,
    }
