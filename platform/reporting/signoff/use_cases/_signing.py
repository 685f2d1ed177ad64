"""What signing and revising have in common."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from django.db.models import Max

from kernel.actor import Actor
from kernel.clock import business_day
from kernel.models import FactQueue
from reporting.contracts import FreshnessState
from reporting.moment import one_moment
from reporting.selectors import freshness
from reporting.signoff import store
from reporting.signoff.contracts import Difference, MonthFigures, Version, differences
from reporting.signoff.errors import MONTH_BEHIND, MONTH_CHANGED, MONTH_NOT_OVER
from reporting.signoff.models import Month, MonthVersion
from reporting.signoff.rules import last_day
from reporting.signoff.selectors import figures_of, version_view
from reporting.signoff.states import VersionState
from tenants.contracts import CountyRef
from tenants.county import run_in_county

Changes = Callable[[MonthVersion | None, MonthFigures], tuple[Difference, ...]]
"""From the version in force and today's figures to what the new version changes; refuses what it may not."""


def sign(
    county: CountyRef,
    month: date,
    digest: str,
    reason: str,
    changes: Changes,
    *,
    actor: Actor,
    now: datetime,
) -> Version:
    """A new version of the month for the city to decide about. Signing the waiting figures again changes
    nothing; other figures take the place of the waiting ones, which are withdrawn."""
    actor.require(store.SIGN)
    figures = _complete_figures(county, month, now=now)
    if figures.digest != digest.strip().lower():
        raise MONTH_CHANGED.error(field="digest")
    with store.locked_month(county.id, month, now=now) as row:
        waiting = store.in_state(row, VersionState.SIGNED)
        if waiting is not None and waiting.digest == figures.digest:
            return version_view(waiting)
        changed = changes(store.in_state(row, VersionState.ACCEPTED), figures)
        if waiting is not None:
            store.move(waiting, VersionState.WITHDRAWN, actor=actor, now=now)
        made = _make(row, figures, changed, reason, actor=actor, now=now)
        store.record(made, "", actor=actor, now=now, note=reason)
        return version_view(made)


def changes_against(accepted: MonthVersion, figures: MonthFigures) -> tuple[Difference, ...]:
    return differences(MonthFigures.of(accepted.document), figures)


def _complete_figures(county: CountyRef, month: date, *, now: datetime) -> MonthFigures:
    """The month's figures at one moment, once it is over and nothing waits to be folded into them."""
    if business_day(now) <= last_day(month):
        raise MONTH_NOT_OVER.error(field="month", month=f"{month:%Y-%m}")
    with run_in_county(county):
        waiting = FactQueue.objects.count()
    with one_moment():
        [known] = freshness([county])
        if waiting or known.state is not FreshnessState.FRESH:
            raise MONTH_BEHIND.error(field="month", waiting=max(waiting, known.waiting_facts or 0))
        return figures_of(county.id, month)


def _make(
    month: Month,
    figures: MonthFigures,
    changed: tuple[Difference, ...],
    reason: str,
    *,
    actor: Actor,
    now: datetime,
) -> MonthVersion:
    last = MonthVersion.objects.filter(month=month).aggregate(last=Max("number"))["last"] or 0
    return MonthVersion.objects.create(
        month=month,
        number=last + 1,
        state=VersionState.SIGNED,
        document=figures.document(),
        digest=figures.digest,
        changes=[[change.metric, change.trade, change.was, change.now] for change in changed],
        reason=reason,
        signed_by=actor.key,
        signed_at=now,
    )
