"""Fixed buckets of pay. A norm is then the same whoever counts it, and no single wage leaves its county."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from typing import Final


def _bounds() -> tuple[int, ...]:
    """Upper bounds in fen, each at most a twentieth above the one before, from 1 yuan to a million."""
    bounds = [1_00]
    while bounds[-1] < 1_000_000_00:
        bounds.append(bounds[-1] * 21 // 20)
    return tuple(bounds)


BOUNDS: Final = _bounds()
"""Never changed, only added to, with a rebuild. A last bucket, `len(BOUNDS)`, is open."""


def bucket_of(rate_fen: int) -> int:
    """The bucket of a rate: above one bound, at most the next."""
    return bisect_left(BOUNDS, rate_fen)


def upper_fen(bucket: int) -> int:
    """The most that a bucket holds; of the open one, its lower bound."""
    return BOUNDS[min(bucket, len(BOUNDS) - 1)]


def quantile_bucket(counts: Sequence[tuple[int, int]], percent: int) -> int:
    """The bucket of the smallest value that at least `percent` % of the cases do not exceed. `counts` are
    (bucket, cases) by bucket, at least one case."""
    rank = -(-sum(cases for _, cases in counts) * percent // 100)
    seen = accumulate(cases for _, cases in counts)
    return next(bucket for (bucket, _), upto in zip(counts, seen, strict=True) if upto >= rank)
