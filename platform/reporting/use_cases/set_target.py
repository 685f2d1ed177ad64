from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import router, transaction

from kernel.actor import Actor
from reporting.contracts import Dimension, Span, TargetView
from reporting.dictionary import declarations
from reporting.errors import METRIC_UNKNOWN, TARGET_PERIOD, TARGET_VALUE
from reporting.models import Target, TargetChange
from reporting.periods import start_of
from tenants import directory
from tenants.errors import COUNTY_UNKNOWN

WRITE = "figures:write"
_MOST = 2**53 - 1  # what every reader of JSON can hold


def set_target(
    *,
    metric: str,
    county: str | None,
    span: Span,
    starts: date,
    value: int | None,
    actor: Actor,
    now: datetime,
) -> TargetView | None:
    """Sets what is to be reached of a metric in a month or a year, by a county (slug) or by the whole city;
    None takes the target away. The same value again changes nothing and leaves no record.

    Raises `forbidden`, `metric_unknown`, `county_unknown`, `target_period_invalid`, `target_value_invalid`.
    """
    actor.require(WRITE)
    if metric not in declarations():
        raise METRIC_UNKNOWN.error(field="metric", metric=metric[:40])
    if value is not None and (type(value) is not int or not 0 <= value <= _MOST):
        raise TARGET_VALUE.error(field="value")
    if start_of(starts, Dimension.MONTH if span is Span.MONTH else Dimension.YEAR) != starts:
        raise TARGET_PERIOD.error(field="starts")
    named = {ref.slug: ref.id for ref in directory.all_counties()}
    if county is not None and county not in named:
        raise COUNTY_UNKNOWN.error(field="county")
    which: dict[str, Any] = {
        "metric": metric,
        "county_id": named[county] if county is not None else None,
        "span": str(span),
        "starts": starts,
    }
    with transaction.atomic(using=router.db_for_write(Target)):
        row = Target.objects.select_for_update().filter(**which).first()
        before = row.value if row else None
        if before == value:
            return TargetView(metric, county, span, starts, value) if value is not None else None
        if value is None:
            Target.objects.filter(**which).delete()
        else:
            Target.objects.update_or_create(**which, defaults={"value": value})
        TargetChange.objects.create(
            **which,
            before=before,
            value=value,
            actor=actor.key,
            channel=actor.channel,
            request_id=actor.request_id,
            at=now,
        )
    return TargetView(metric, county, span, starts, value) if value is not None else None
