"""Wages of finished work that are overdue, and counties that pay slowly as a rule."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from kernel.clock import business_day
from reporting.watch.contracts import Finding
from reporting.watch.finders.looking import Looking, Seen, rows

OVERDUE, SLOW = 0, 1

_OVERDUE: Final = """
SELECT county_id, count(*), min(due_at), sum(owed_fen)::bigint FROM public.watch_personbooking
WHERE paid_at IS NULL AND due_at IS NOT NULL AND due_at < %(due)s AND county_id = ANY(%(counties)s)
GROUP BY county_id
"""
_PACE: Final = """
SELECT county_id, count(*),
    percentile_disc(0.95) WITHIN GROUP (ORDER BY paid_at - finished_at), max(paid_at), min(paid_at)
FROM public.watch_personbooking
WHERE paid_at IS NOT NULL AND paid_at > %(since)s AND paid_at <= %(now)s AND finished_at IS NOT NULL
    AND county_id = ANY(%(counties)s)
GROUP BY county_id HAVING count(*) >= %(min_paid)s
"""


def find(looking: Looking) -> Seen:
    """Two alerts a county at most: what is overdue now, and the pace of what was paid. Only of counties
    whose facts are all in, for a payment may be among those that wait."""
    findings = [*_overdue(looking), *_slow(looking)]
    return Seen(findings, lambda alert: alert.county_id in looking.fresh)


def _overdue(looking: Looking) -> list[Finding]:
    due = looking.now - timedelta(hours=looking.thresholds["grace_hours"])
    found = rows(_OVERDUE, {"due": due, "counties": list(looking.fresh)})
    return [
        Finding(
            key=looking.key(county_id, OVERDUE),
            county_id=county_id,
            first=business_day(oldest),
            last=looking.today,
            cases=places,
            mark=places,
            numbers={
                "kind": OVERDUE,
                "places": places,
                "owed_fen": owed_fen,
                "oldest_hours": (looking.now - oldest) // timedelta(hours=1),
                "grace_hours": looking.thresholds["grace_hours"],
                "due_s": int(due.timestamp()),
            },
        )
        for county_id, places, oldest, owed_fen in found
        if places >= looking.thresholds["min_cases"]
    ]


def _slow(looking: Looking) -> list[Finding]:
    since = looking.now - timedelta(days=looking.thresholds["recent_days"])
    most = timedelta(hours=looking.thresholds["p95_hours"])
    found = rows(
        _PACE,
        {
            "since": since,
            "now": looking.now,
            "counties": list(looking.fresh),
            "min_paid": looking.thresholds["min_paid"],
        },
    )
    return [
        Finding(
            key=looking.key(county_id, SLOW),
            county_id=county_id,
            first=business_day(earliest),
            last=business_day(latest),
            cases=places,
            mark=pace // timedelta(days=1),
            numbers={
                "kind": SLOW,
                "places": places,
                "p95_hours": pace // timedelta(hours=1),
                "norm_hours": looking.thresholds["p95_hours"],
            },
        )
        for county_id, places, pace, latest, earliest in found
        if pace > most
    ]
