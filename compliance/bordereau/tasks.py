"""Timers of the lists, one county a call. Each is safe to run twice, beside itself, and to kill."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from compliance.bordereau import rules
from compliance.bordereau.models import IssuedList
from compliance.bordereau.use_cases.issue_list import issue_list
from compliance.insurance.selectors_lists import insurers_between
from kernel.actor import SYSTEM
from kernel.clock import business_day
from tenants.county import CountyRef, run_in_county

_DAYS_BACK: Final = 7  # a timer that stood still for a week catches up


def issue_lists(county: CountyRef) -> int:
    """Gives out the daily lists of the last days that are over, and of the last month once it is; returns
    how many. One transaction a list: a storage that fails holds up no other county's."""
    with run_in_county(county) as work:
        today = business_day(work.now)
        wanted = [
            (insurer, first, last)
            for first, last in _spans(today)
            for insurer in insurers_between(first, last)
        ]
        known = set(
            IssuedList.objects.filter(last__gte=today - timedelta(days=62)).values_list(
                "insurer", "first", "last"
            )
        )
    missing = [one for one in wanted if one not in known]
    for insurer, first, last in missing:
        with run_in_county(county) as work:
            issue_list(insurer=insurer, first=first, last=last, actor=SYSTEM, now=work.now)
    return len(missing)


def _spans(today: date) -> list[tuple[date, date]]:
    days = [today - timedelta(days=back) for back in range(_DAYS_BACK, 0, -1)]
    month = rules.month_of(rules.month_of(today) - timedelta(days=1))
    return [*((day, day) for day in days), (month, rules.last_of(month))]
