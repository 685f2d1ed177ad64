"""Small cells: which cells of a table may not be shown, so that neither a cell, nor what is left of a total,
nor what is left of a row or column tells of a few people. Pure.

A cell is small when what it rests on counts one to four cases. Beside small cells others are hidden until
every slice that could be added up (the whole, each county, each trade, each period) hides either nothing or
at least two cells that rest on ten cases together. Zeros are shown: there is nobody to tell of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from reporting.contracts import SMALL_CELL

Key = tuple[str, ...]
"""A row by the values of its dimensions, in one order for all rows."""

ENOUGH = 2 * SMALL_CELL


def hidden(cases: Mapping[Key, Sequence[int] | None]) -> tuple[set[Key], bool]:
    """Rows whose cell of one metric is hidden, and whether the total of all must be hidden as well.

    `cases` gives for each row the numbers of cases its cell rests on; None is a cell that is hidden already,
    resting on nobody knows what.
    """
    chosen = {key for key, numbers in cases.items() if is_small(numbers)}
    slices = list(_slices(cases))
    while grown := {key for part in slices if (key := _next(part, chosen, cases)) is not None}:
        chosen |= grown
    return chosen, not _safe([key for key in cases if key in chosen], cases)


def is_small(numbers: Sequence[int] | None) -> bool:
    return numbers is None or any(0 < abs(number) < SMALL_CELL for number in numbers)


def _weight(numbers: Sequence[int] | None) -> int:
    return min((abs(number) for number in numbers), default=0) if numbers is not None else 0


def _safe(inside: Sequence[Key], cases: Mapping[Key, Sequence[int] | None]) -> bool:
    """Hidden cells of one slice tell nothing when they are none, or several that rest on enough."""
    return not inside or (len(inside) > 1 and sum(_weight(cases[key]) for key in inside) >= ENOUGH)


def _next(part: list[Key], chosen: set[Key], cases: Mapping[Key, Sequence[int] | None]) -> Key | None:
    """The lightest cell that has to be hidden next in a slice; None when it is safe, or has no other."""
    if _safe([key for key in part if key in chosen], cases):
        return None
    others = [key for key in part if key not in chosen and _weight(cases[key])]
    return min(others, key=lambda key: (_weight(cases[key]), key), default=None)


def _slices(keys: Iterable[Key]) -> Iterable[list[Key]]:
    """All rows together, and rows that agree in some, not all, of their dimensions."""
    rows = list(keys)
    size = len(rows[0]) if rows else 0
    for kept in range(max(size, 1)):
        for places in combinations(range(size), kept):
            parts: dict[Key, list[Key]] = {}
            for key in rows:
                parts.setdefault(tuple(key[place] for place in places), []).append(key)
            yield from parts.values()
