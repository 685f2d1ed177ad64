"""Small cells. Money and ratios of fewer than `SMALL_CELL` policies or claims would tell one person's case,
so they are hidden, with as many others as it takes that the total less what is shown tells no more. Pure.

This holds inside one answer. Who may ask for many answers (the city's staff) could still compare them; what
leaves the city goes out as one answer.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from reporting.contracts import SMALL_CELL
from reporting.metrics import BY_CODE, Metric, Ratio, Terms

Key = TypeVar("Key", bound=Hashable)
Sums = Mapping[str, int]


def terms(sums: Sums, of: Terms) -> int:
    return sum(sign * sums.get(code, 0) for code, sign in of.items())


def bases(one: object) -> tuple[Terms, ...]:
    """What counts the cases of a metric; none for one that tells of nobody."""
    if isinstance(one, Ratio):
        return one.cases
    if isinstance(one, Metric) and one.cases is not None:
        return (one.cases,)
    return ()


def hidden(one: object, rows: Mapping[Key, Sums], total: Sums) -> tuple[frozenset[Key], bool]:
    """The rows whose value of the metric is not shown, and whether the total is not either."""
    if isinstance(one, Ratio) and one.cases:
        # whoever is shown a ratio and all parts of it but one is shown that part
        parts = [_own(BY_CODE[code], rows, total) for code in (*one.part, *one.whole)]
        parts.append(_own(one, rows, total))
        gone = frozenset[Key]().union(*(keys for keys, _ in parts))
        return _complement(one, gone, rows, total, any(whole for _, whole in parts))
    return _own(one, rows, total)


def _own(one: object, rows: Mapping[Key, Sums], total: Sums) -> tuple[frozenset[Key], bool]:
    small = frozenset(key for key, sums in rows.items() if _is_small(one, sums))
    return _complement(one, small, rows, total, _is_small(one, total))


def _is_small(one: object, sums: Sums) -> bool:
    return any(0 < terms(sums, base) < SMALL_CELL for base in bases(one))


def _complement(
    one: object, gone: frozenset[Key], rows: Mapping[Key, Sums], total: Sums, whole: bool
) -> tuple[frozenset[Key], bool]:
    """Hides the smallest others until what is hidden is of several rows and of enough cases, or else the
    total: the total less the rows shown is the sum of the rows hidden."""
    for base in bases(one):
        weights = {key: terms(sums, base) for key, sums in rows.items()}
        others = sorted(
            (key for key, cases in weights.items() if cases and key not in gone), key=lambda key: weights[key]
        )
        while not whole and not _enough([weights[key] for key in gone if weights[key]]):
            if not others:
                whole = True
                break
            gone |= {others.pop(0)}
    return gone, whole


def _enough(cases: Sequence[int]) -> bool:
    return not cases or (len(cases) > 1 and sum(cases) >= SMALL_CELL)


def hidden_running(one: object, rows: Iterable[tuple[Key, Sums]]) -> tuple[frozenset[Key], bool]:
    """The same for running totals in order, each given with what it adds: one is shown when nothing or enough
    has come since the last that was. Also tells whether the last one is hidden."""
    gone: set[Key] = set()
    pending = [0] * len(bases(one))
    for key, added in rows:
        pending = [waiting + terms(added, base) for waiting, base in zip(pending, bases(one), strict=True)]
        if any(0 < waiting < SMALL_CELL for waiting in pending):
            gone.add(key)
        else:
            pending = [0] * len(pending)
    return frozenset(gone), any(pending)
