"""Pay far from what the city usually pays for a trade and pay basis.

The norm is the median of fixed buckets over all counties. An order is far when it lies both beyond a share of
the median and beyond a fence of interquartile ranges (in buckets, so on a scale of ratios): where pay is
spread widely by nature, a wide range is usual, and one wrong order moves neither.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from reporting.watch.buckets import BOUNDS, quantile_bucket, upper_fen
from reporting.watch.contracts import Finding
from reporting.watch.finders.looking import Looking, Seen, rows

LOW, HIGH = -1, 1

_NORM: Final = """
SELECT trade, basis, bucket, sum(orders)::bigint FROM public.watch_paybucket
WHERE day BETWEEN %(first)s AND %(last)s AND county_id = ANY(%(counties)s)
GROUP BY trade, basis, bucket ORDER BY trade, basis, bucket
"""
_RECENT: Final = """
SELECT county_id, trade, basis, bucket, sum(orders)::bigint, min(day), max(day) FROM public.watch_paybucket
WHERE day BETWEEN %(first)s AND %(last)s AND county_id = ANY(%(counties)s)
GROUP BY county_id, trade, basis, bucket
"""


@dataclass(frozen=True, slots=True)
class Norm:
    """Buckets at or below `low` and at or above `high` are far; either may be beyond every bucket."""

    orders: int
    median: int
    low: int
    high: int

    def side(self, bucket: int) -> int:
        return LOW if bucket <= self.low else HIGH if bucket >= self.high else 0

    def limit_fen(self, side: int) -> int:
        """Low: rates up to this are far; high: rates above it."""
        return upper_fen(self.low) if side == LOW else upper_fen(self.high - 1)


@dataclass(slots=True)
class _Cases:
    orders: int
    first: date
    last: date
    farthest: int


def norm_of(counts: list[tuple[int, int]], *, low_bp: int, high_bp: int, fence_tenths: int) -> Norm:
    """The norm of (bucket, orders), by bucket."""
    low_quarter, median, high_quarter = (quantile_bucket(counts, percent) for percent in (25, 50, 75))
    reach = -(-max(1, high_quarter - low_quarter) * fence_tenths // 10)
    low_fen, high_fen = upper_fen(median) * low_bp // 10_000, -(-upper_fen(median) * high_bp // 10_000)
    low = max((bucket for bucket, bound in enumerate(BOUNDS) if bound <= low_fen), default=-1)
    high = next((n + 1 for n, bound in enumerate(BOUNDS) if bound >= high_fen), len(BOUNDS) + 1)
    return Norm(
        orders=sum(orders for _, orders in counts),
        median=median,
        low=min(low, low_quarter - reach - 1),
        high=max(high, high_quarter + reach + 1),
    )


def find(looking: Looking) -> Seen:
    """An alert a county, trade, basis and side."""
    norms = _norms(looking)
    first = looking.today - timedelta(days=looking.thresholds["recent_days"] - 1)
    found: dict[tuple[UUID, str, int, int], _Cases] = {}
    for county_id, trade, basis, bucket, orders, begun, ended in rows(_RECENT, _days(looking, first)):
        norm = norms.get((trade, basis))
        side = norm.side(bucket) if norm else 0
        if not side:
            continue
        known = found.setdefault((county_id, trade, basis, side), _Cases(0, begun, ended, bucket))
        known.orders += orders
        known.first, known.last = min(known.first, begun), max(known.last, ended)
        known.farthest = min(known.farthest, bucket) if side == LOW else max(known.farthest, bucket)
    findings = [
        _finding(looking, key, cases, norms[key[1], key[2]])
        for key, cases in found.items()
        if cases.orders >= looking.thresholds["min_cases"]
    ]
    return Seen(findings, lambda alert: alert.county_id in looking.fresh)


def _norms(looking: Looking) -> dict[tuple[str, int], Norm]:
    limits = looking.thresholds
    first = looking.today - timedelta(days=limits["norm_days"] - 1)
    counts: defaultdict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
    for trade, basis, bucket, orders in rows(_NORM, _days(looking, first)):
        counts[trade, basis].append((bucket, orders))
    return {
        of: norm_of(
            known,
            low_bp=limits["low_bp"],
            high_bp=limits["high_bp"],
            fence_tenths=limits["fence_tenths"],
        )
        for of, known in counts.items()
        if sum(orders for _, orders in known) >= limits["min_orders"]
    }


def _days(looking: Looking, first: date) -> dict[str, object]:
    return {"first": first, "last": looking.today, "counties": list(looking.counties)}


def _finding(looking: Looking, of: tuple[UUID, str, int, int], cases: _Cases, norm: Norm) -> Finding:
    county_id, trade, basis, side = of
    return Finding(
        key=looking.key(*of),
        county_id=county_id,
        first=cases.first,
        last=cases.last,
        cases=cases.orders,
        mark=cases.orders,
        numbers={
            "side": side,
            "basis": basis,
            "median_fen": upper_fen(norm.median),
            "limit_fen": norm.limit_fen(side),
            "farthest_fen": upper_fen(cases.farthest),
            "norm_orders": norm.orders,
            "norm_days": looking.thresholds["norm_days"],
        },
        trade=trade,
    )
