"""What a figure is and how it is printed."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """`ratio` is ours against the peer, or the value itself where the bar is absolute."""

    bench: str
    ratio: float
    bar: float
    better: str  # "higher" or "lower"
    against: str
    value: float
    unit: str
    runs: int
    note: str = ""

    @property
    def reached(self) -> bool:
        return self.ratio >= self.bar if self.better == "higher" else self.ratio <= self.bar

    def print(self) -> None:
        print(json.dumps({**asdict(self), "reached": self.reached}, ensure_ascii=False), flush=True)


def rounded(value: float) -> float:
    """Four significant digits: more would be noise."""
    return float(f"{value:.4g}")


def in_turn(ours: Callable[[], float], peer: Callable[[], float], runs: int) -> tuple[float, float, float]:
    """Measures both sides alternately; returns the median of the pairwise ratios and both medians.
    One uncounted pair goes first."""
    ours(), peer()
    pairs = [(ours(), peer()) for _ in range(runs)]
    return (
        statistics.median(one / other for one, other in pairs),
        statistics.median(one for one, _ in pairs),
        statistics.median(other for _, other in pairs),
    )


def p95(values: Sequence[float]) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
