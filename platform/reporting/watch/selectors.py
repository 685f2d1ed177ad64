"""Reads of alerts and rules, evaluated; nobody is named in any of them."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from django.db.models import Q

from kernel.actor import Actor
from reporting.watch import settings
from reporting.watch.contracts import AlertChangeView, AlertPage, AlertState, AlertView, Rule, RuleView
from reporting.watch.errors import ALERT_UNKNOWN
from reporting.watch.models import Alert, AlertChange
from reporting.watch.reasons import reason
from reporting.watch.store import READ
from tenants import directory

MAX_PAGE: Final = 100


def alerts(
    *,
    actor: Actor,
    first: int,
    before: UUID | None = None,
    state: AlertState | None = None,
    rule: Rule | None = None,
    county: str | None = None,
) -> AlertPage:
    """Alerts, newest first; `county` (a slug) as the one or the other county of it. One query. Needs
    `city:read`. Raises `forbidden`, `county_unknown`."""
    actor.require(READ)
    wanted = Alert.objects.order_by("-id")
    if before is not None:
        wanted = wanted.filter(id__lt=before)
    if state is not None:
        wanted = wanted.filter(state=state)
    if rule is not None:
        wanted = wanted.filter(rule=rule)
    if county is not None:
        ref = directory.by_slug(county)
        wanted = wanted.filter(Q(county_id=ref.id) | Q(other_county_id=ref.id))
    size = max(1, min(first, MAX_PAGE))
    rows = list(wanted[: size + 1])
    return AlertPage(rows=tuple(view(row) for row in rows[:size]), more=len(rows) > size)


def alert(alert_id: UUID, *, actor: Actor) -> AlertView:
    """One alert with everything that was done to it, oldest first. Needs `city:read`. Raises `forbidden`,
    `alert_unknown`."""
    actor.require(READ)
    return view_with_history(row(alert_id))


def row(alert_id: UUID) -> Alert:
    found = Alert.objects.filter(pk=alert_id).first()
    if found is None:
        raise ALERT_UNKNOWN.error(field="id")
    return found


def rules(*, actor: Actor, on: date) -> tuple[RuleView, ...]:
    """The rules as they are in force on a day. One query. Needs `city:read`."""
    actor.require(READ)
    return settings.all_rules(on)


def view_with_history(row: Alert) -> AlertView:
    changes = AlertChange.objects.filter(alert=row).order_by("id")
    return view(row, changes=tuple(_change(change) for change in changes))


def view(row: Alert, *, changes: tuple[AlertChangeView, ...] = ()) -> AlertView:
    zh, en = reason(Rule(row.rule), row.numbers)
    return AlertView(
        id=row.id,
        rule=Rule(row.rule),
        state=AlertState(row.state),
        county=directory.by_id(row.county_id).slug,
        other_county=directory.by_id(row.other_county_id).slug if row.other_county_id else None,
        trade=row.trade,
        first=row.first,
        last=row.last,
        cases=row.cases,
        numbers=row.numbers,
        reason_zh=zh,
        reason_en=en,
        held=row.held,
        opened_at=row.opened_at,
        seen_at=row.seen_at,
        closed_at=row.closed_at,
        changes=changes,
    )


def _change(change: AlertChange) -> AlertChangeView:
    return AlertChangeView(
        frm=AlertState(change.frm) if change.frm else None,
        to=AlertState(change.to),
        actor=change.actor,
        note=change.note,
        at=change.at,
    )
