"""Scalars beyond GraphQL's own."""

from __future__ import annotations

from typing import Final, NewType

import strawberry

MAX_SAFE: Final = 2**53 - 1

Int64 = NewType("Int64", int)


def _whole(value: object) -> int:
    if type(value) is not int or abs(value) > MAX_SAFE:
        raise ValueError("a whole number below 2^53 is wanted")
    return value


INT64 = strawberry.scalar(
    name="Int64",
    description=(
        "整数，绝对值小于 2^53，JavaScript 可精确读取；金额以分计。"
        "A whole number below 2^53, which JavaScript reads exactly; money is in fen."
    ),
    serialize=_whole,
    parse_value=_whole,
)
