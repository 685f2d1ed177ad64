"""The insured share of settled orders falls, by more than chance."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from reporting.watch.contracts import Finding
from reporting.watch.finders.looking import Looking, Seen, rows

_SUMS: Final = """
SELECT county_id,
    coalesce(sum(settled) FILTER (WHERE day < %(recent)s), 0)::bigint,
    coalesce(sum(insured) FILTER (WHERE day < %(recent)s), 0)::bigint,
    coalesce(sum(settled) FILTER (WHERE day >= %(recent)s), 0)::bigint,
    coalesce(sum(insured) FILTER (WHERE day >= %(recent)s), 0)::bigint
FROM public.watch_marketday
WHERE county_id = ANY(%(counties)s) AND day BETWEEN %(first)s AND %(last)s
GROUP BY county_id
"""


def fell(base: int, base_insured: int, recent: int, insured: int, *, drop_bp: int, z_tenths: int) -> bool:
    """Whether the recent share is below the base's by at least `drop_bp` and by at least `z_tenths` tenths
    of a standard error of the difference, pooled; exact in whole numbers."""
    down = base_insured * recent - insured * base  # the difference of the shares, times base * recent
    if down <= 0 or down * 10_000 < drop_bp * base * recent:
        return False
    all_orders, all_insured = base + recent, base_insured + insured
    noise = all_insured * (all_orders - all_insured) * base * recent * z_tenths * z_tenths
    return down * down * all_orders * 100 >= noise


def find(looking: Looking) -> Seen:
    """An alert a county. Whole days only: the last one looked at is yesterday. With too few orders nothing
    is said either way, and a standing alert stays."""
    limits = looking.thresholds
    last = looking.today - timedelta(days=1)
    recent_first = last - timedelta(days=limits["recent_days"] - 1)
    first = recent_first - timedelta(days=limits["base_days"])
    days = {"first": first, "recent": recent_first, "last": last, "counties": list(looking.counties)}
    findings, judged = [], set[UUID]()
    for county_id, base, base_insured, recent, insured in rows(_SUMS, days):
        if base < limits["min_base_orders"] or recent < limits["min_orders"]:
            continue
        judged.add(county_id)
        if not fell(
            base, base_insured, recent, insured, drop_bp=limits["drop_bp"], z_tenths=limits["z_tenths"]
        ):
            continue
        share_bp, was_bp = insured * 10_000 // recent, base_insured * 10_000 // base
        findings.append(
            Finding(
                key=looking.key(county_id),
                county_id=county_id,
                first=recent_first,
                last=last,
                cases=recent - insured,
                mark=(was_bp - share_bp) // 1_000,
                numbers={
                    "orders": recent,
                    "insured_orders": insured,
                    "share_bp": share_bp,
                    "base_orders": base,
                    "base_share_bp": was_bp,
                    "base_days": limits["base_days"],
                },
            )
        )
    return Seen(findings, lambda alert: alert.county_id in looking.fresh & judged)
