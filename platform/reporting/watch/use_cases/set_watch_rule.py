from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from kernel.actor import Actor
from kernel.clock import business_day
from reporting.watch import store
from reporting.watch.contracts import THRESHOLDS, Rule, RuleView
from reporting.watch.errors import RULE_DAY, THRESHOLD_RANGE, THRESHOLD_UNKNOWN
from reporting.watch.models import RuleSetting
from reporting.watch.settings import in_force


def set_watch_rule(
    *,
    rule: Rule,
    enabled: bool,
    thresholds: Mapping[str, int],
    effective_from: date | None,
    actor: Actor,
    now: datetime,
) -> RuleView:
    """The rule's thresholds from a day on, today by default; those not given stay as they are on that day.
    Returns the rule as it will be then. Repeating it changes nothing.

    Needs `watch:write`. Raises `forbidden`, `watch_rule_day`, `watch_threshold_unknown`,
    `watch_threshold_range`.
    """
    actor.require(store.WRITE)
    today = business_day(now)
    day = effective_from or today
    if day < today:
        raise RULE_DAY.error(field="effective_from", today=today.isoformat())
    for name, value in thresholds.items():
        _check(rule, name, value)
    with store.public_transaction():
        store.lock_settings(rule)
        rows = list(RuleSetting.objects.filter(rule=rule).order_by("-revision")[:1])
        before = in_force(rule, day)
        wanted = {**before.thresholds, **thresholds}
        if before.revision and (before.enabled, dict(before.thresholds)) == (enabled, wanted):
            return before
        RuleSetting.objects.create(
            rule=rule,
            revision=rows[0].revision + 1 if rows else 1,
            effective_from=day,
            enabled=enabled,
            thresholds=wanted,
            actor=actor.key,
            channel=actor.channel,
            request_id=actor.request_id,
            at=now,
        )
        return in_force(rule, day)


def _check(rule: Rule, name: str, value: int) -> None:
    known = THRESHOLDS[rule].get(name)
    if known is None:
        raise THRESHOLD_UNKNOWN.error(field="thresholds", rule=str(rule), name=name[:40])
    if not known.minimum <= value <= known.maximum:
        raise THRESHOLD_RANGE.error(
            field="thresholds", name=name, minimum=known.minimum, maximum=known.maximum
        )
