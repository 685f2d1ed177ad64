"""The dictionary as readers see it: every metric that figures can be asked for, under its theme."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from reporting.contracts import MetricEntry, MetricKind
from reporting.metrics import (
    BALANCES,
    GROUPS,
    METRICS,
    PEOPLE,
    QUANTILES,
    RATIOS,
    RETENTION,
    Balance,
    Metric,
    People,
    Quantile,
    Ratio,
    Retention,
)

Declaration = Metric | People | Ratio | Quantile | Balance | Retention


@cache
def declarations() -> Mapping[str, Declaration]:
    """Every metric that can be asked for, by code; buckets of quantiles cannot."""
    asked = (metric for metric in METRICS if metric.group)
    every: list[Declaration] = [*asked, *PEOPLE, *RATIOS, *QUANTILES, *BALANCES, *RETENTION]
    order = list(GROUPS)
    return {one.code: one for one in sorted(every, key=lambda one: order.index(one.group))}


@cache
def dictionary() -> tuple[MetricEntry, ...]:
    """One entry a metric, by theme."""
    return tuple(_entry(one) for one in declarations().values())


def entry(code: str) -> MetricEntry:
    """Raises KeyError for a code that nobody declared."""
    return by_code()[code]


@cache
def by_code() -> Mapping[str, MetricEntry]:
    """The entries by their codes."""
    return {one.code: one for one in dictionary()}


def _entry(one: Declaration) -> MetricEntry:
    zh, en = GROUPS[one.group]
    kind, unit, formula = _kind(one)
    return MetricEntry(
        code=one.code,
        kind=kind,
        unit=unit,
        zh=one.zh,
        en=one.en,
        formula=formula,
        event=one.event,
        day_cut=one.day_cut,
        good=one.good,
        group=one.group,
        group_zh=zh,
        group_en=en,
    )


def _kind(one: Declaration) -> tuple[MetricKind, str, str]:
    if isinstance(one, People):
        kinds = " or ".join(one.kinds)
        return MetricKind.PEOPLE, "people", f"distinct person keys of role {one.role} over {kinds} facts"
    if isinstance(one, Ratio):
        kind = MetricKind.RATIO if one.unit == "basis points" else MetricKind.AVERAGE
        return kind, one.unit, one.formula
    if isinstance(one, Quantile):
        return MetricKind.QUANTILE, "seconds", one.formula
    if isinstance(one, Balance):
        return MetricKind.BALANCE, one.unit, one.formula
    if isinstance(one, Retention):
        return MetricKind.RATIO, "basis points", one.formula
    return MetricKind.SUM, one.unit, one.formula
