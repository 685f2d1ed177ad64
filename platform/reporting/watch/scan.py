"""Looking: each rule in a transaction of its own, alone in the city, and what it finds into alerts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Final

from django.db import router, transaction
from django.db.models import Q

from kernel.actor import SYSTEM
from kernel.clock import business_day
from reporting.contracts import FreshnessState
from reporting.selectors import freshness
from reporting.watch import store
from reporting.watch.contracts import AlertState, Finding, Rule
from reporting.watch.finders import double_booking, idle_hall, late_payout, pay_norm, uninsured
from reporting.watch.finders.looking import Looking, Seen
from reporting.watch.models import Alert
from reporting.watch.settings import in_force
from tenants import directory

FINDERS: Final[Mapping[Rule, Callable[[Looking], Seen]]] = {
    Rule.DOUBLE_BOOKING: double_booking.find,
    Rule.PAY_NORM: pay_norm.find,
    Rule.UNINSURED: uninsured.find,
    Rule.IDLE_HALL: idle_hall.find,
    Rule.LATE_PAYOUT: late_payout.find,
}


def scan(*, now: datetime, rules: Collection[Rule] = tuple(Rule)) -> int:
    """Applies the rules as of a moment of the market; returns how many alerts opened, reopened or closed.

    A rule that is switched off finds nothing and ends nothing. Two scanners at once do no harm: the second
    leaves a rule that is being looked at alone.
    """
    return sum(_apply(rule, now=now) for rule in Rule if rule in rules)


def _apply(rule: Rule, *, now: datetime) -> int:
    with transaction.atomic(using=router.db_for_write(Alert)):
        if not store.try_lock(rule):
            return 0
        setting = in_force(rule, business_day(now))
        if not setting.enabled:
            return 0
        counties = {ref.id: ref for ref in directory.all_counties()}
        standing = list(
            Alert.objects.select_for_update()
            .filter(Q(held=True) | ~Q(state=AlertState.CLOSED), rule=rule)
            .order_by("id")
        )
        fresh = {one.county_id for one in freshness(counties.values()) if one.state is FreshnessState.FRESH}
        looking = Looking(rule, now, setting.thresholds, counties, frozenset(fresh), standing)
        return _settle(looking, FINDERS[rule](looking))


def _settle(looking: Looking, seen: Seen) -> int:
    found = {finding.key: finding for finding in seen.findings}
    known = {row.key: row for row in Alert.objects.select_for_update().filter(key__in=list(found))}
    moved = 0
    for key, finding in found.items():
        if key not in known:
            store.open_alert(looking.rule, finding, now=looking.now)
            moved += 1
        else:
            moved += _again(known[key], finding, now=looking.now)
    for alert in looking.standing:
        if alert.key not in found and seen.over(alert):
            moved += _over(alert, now=looking.now)
    return moved


def _again(alert: Alert, finding: Finding, *, now: datetime) -> int:
    """An alert found again. What a person closed stays closed while it is no worse; what ended by itself
    opens anew."""
    store.refresh(alert, finding, now=now)
    if alert.state != AlertState.CLOSED:
        return 0
    if alert.closed_mark is not None and finding.mark <= alert.closed_mark:
        return 0
    store.move(alert, AlertState.OPEN, actor=SYSTEM, now=now)
    return 1


def _over(alert: Alert, *, now: datetime) -> int:
    alert.held, alert.closed_mark = False, None
    alert.save(update_fields=["held", "closed_mark"])
    if alert.state == AlertState.CLOSED:
        return 0
    store.move(alert, AlertState.CLOSED, actor=SYSTEM, now=now)
    return 1
