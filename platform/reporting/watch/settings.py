"""Which thresholds are in force: the table's latest row for the day, and the defaults for what it lacks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from reporting.watch.contracts import THRESHOLDS, Rule, RuleView
from reporting.watch.models import RuleSetting


def in_force(rule: Rule, on: date) -> RuleView:
    return _view(rule, RuleSetting.objects.filter(rule=rule), on)


def all_rules(on: date) -> tuple[RuleView, ...]:
    """Every rule as it is in force on a day; one query."""
    known = list(RuleSetting.objects.all())
    return tuple(_view(rule, (row for row in known if row.rule == rule), on) for rule in Rule)


def _view(rule: Rule, settings: Iterable[RuleSetting], on: date) -> RuleView:
    defaults = {name: known.default for name, known in THRESHOLDS[rule].items()}
    ordered = sorted(settings, key=lambda row: (row.effective_from, row.revision))
    held = [row for row in ordered if row.effective_from <= on]
    coming = [row.effective_from for row in ordered if row.effective_from > on]
    if not held:
        return RuleView(rule, True, defaults, None, 0, coming[0] if coming else None)
    row = held[-1]
    kept = {name: row.thresholds.get(name, value) for name, value in defaults.items()}
    return RuleView(
        rule=rule,
        enabled=row.enabled,
        thresholds=kept,
        effective_from=row.effective_from,
        revision=row.revision,
        next_from=coming[0] if coming else None,
    )
