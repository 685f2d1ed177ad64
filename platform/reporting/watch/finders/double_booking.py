"""One person, two counties, overlapping hours.

Bookings are looked at once, as they come: each new one is held against all others of the person, so of two
that commit at the same moment the later look sees both, whichever it was. Nobody is named anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from kernel.clock import business_day
from reporting.watch.contracts import Finding
from reporting.watch.finders.looking import Looking, Seen, rows
from reporting.watch.models import Alert

AT_ONCE: Final = 2_000

# What a folder has locked at the moment is left for the next look.
_TAKE: Final = """
UPDATE public.watch_personbooking SET unchecked = false
WHERE booking IN (
    SELECT booking FROM public.watch_personbooking WHERE unchecked
    ORDER BY booking LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING booking
"""
_PAIRS: Final = """
SELECT DISTINCT least(one.booking, two.booking), greatest(one.booking, two.booking),
    greatest(one.starts_at, two.starts_at), least(one.ends_at, two.ends_at)
FROM public.watch_personbooking one
JOIN public.watch_personbooking two ON two.person_key = one.person_key
    AND two.county_id <> one.county_id AND two.starts_at < one.ends_at AND two.ends_at > one.starts_at
WHERE one.booking = ANY(%(taken)s) AND one.person_key <> '' AND two.person_key <> ''
    AND one.county_id = ANY(%(counties)s) AND two.county_id = ANY(%(counties)s)
"""
_COUNTIES: Final = """
SELECT booking, county_id, trade FROM public.watch_personbooking WHERE booking = ANY(%(bookings)s)
"""
_FREED: Final = """
SELECT booking FROM public.watch_personbooking WHERE booking = ANY(%(bookings)s) AND freed
"""


def find(looking: Looking) -> Seen:
    """An alert a pair of bookings; over once one of them is given up."""
    taken = [booking for (booking,) in rows(_TAKE, {"limit": AT_ONCE})]
    pairs = list(rows(_PAIRS, {"taken": taken, "counties": list(looking.counties)})) if taken else []
    booked = {part for one, two, _, _ in pairs for part in (one, two)}
    of = {row[0]: row[1:] for row in rows(_COUNTIES, {"bookings": list(booked)})} if booked else {}
    least = timedelta(minutes=looking.thresholds["overlap_minutes"])
    findings = []
    for one, two, starts_at, ends_at in pairs:
        if ends_at - starts_at < least:
            continue
        # the county with the lower code first, whichever was booked first
        one, two = sorted((one, two), key=lambda booking: looking.counties[of[booking][0]].code)
        minutes = (ends_at - starts_at) // timedelta(minutes=1)
        findings.append(
            Finding(
                key=looking.key(*sorted((one, two))),
                county_id=of[one][0],
                other_county_id=of[two][0],
                first=business_day(starts_at),
                last=business_day(ends_at - timedelta(microseconds=1)),
                cases=1,
                mark=1,
                numbers={"overlap_minutes": minutes, "starts_s": int(starts_at.timestamp())},
                trade=of[one][1] if of[one][1] == of[two][1] else "",
                subject=one,
                other_subject=two,
            )
        )
    freed = _freed(looking.standing)
    return Seen(findings, lambda alert: alert.subject in freed or alert.other_subject in freed)


def _freed(standing: Sequence[Alert]) -> set[UUID]:
    bookings = [part for alert in standing for part in (alert.subject, alert.other_subject)]
    return {booking for (booking,) in rows(_FREED, {"bookings": bookings})} if bookings else set()
