"""Alerts on the login that keeps them, and the record of each change."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connections, router, transaction

from kernel.actor import SYSTEM, Actor
from kernel.states import step
from reporting.watch.contracts import AlertState, Finding, Rule
from reporting.watch.errors import ALERT_UNKNOWN
from reporting.watch.models import Alert, AlertChange
from reporting.watch.states import ALERT

WRITE, READ = "watch:write", "city:read"


def public_transaction() -> AbstractContextManager[Any]:
    return transaction.atomic(using=router.db_for_write(Alert))


def try_lock(rule: Rule) -> bool:
    """Whether nobody else looks by the rule until this transaction ends."""
    return bool(_lock("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", f"watch {rule}"))


def lock_settings(rule: Rule) -> None:
    """One change of a rule's thresholds at a time."""
    _lock("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", f"watch settings {rule}")


def _lock(sql: str, name: str) -> object:
    with connections[router.db_for_write(Alert)].cursor() as cursor:
        cursor.execute(sql, [name])
        return cursor.fetchone()[0]


def locked(alert_id: UUID) -> Alert:
    """The alert's row, locked, or `alert_unknown`."""
    row = Alert.objects.select_for_update().filter(pk=alert_id).first()
    if row is None:
        raise ALERT_UNKNOWN.error(field="id")
    return row


def open_alert(rule: Rule, finding: Finding, *, now: datetime) -> Alert:
    alert: Alert = Alert.objects.create(
        key=finding.key,
        rule=rule,
        state=AlertState.OPEN,
        county_id=finding.county_id,
        other_county_id=finding.other_county_id,
        trade=finding.trade,
        first=finding.first,
        last=finding.last,
        cases=finding.cases,
        mark=finding.mark,
        numbers=dict(finding.numbers),
        subject=finding.subject,
        other_subject=finding.other_subject,
        opened_at=now,
        seen_at=now,
    )
    _record(alert, "", actor=SYSTEM, now=now)
    return alert


def refresh(alert: Alert, finding: Finding, *, now: datetime) -> None:
    """What the rule sees now."""
    alert.first, alert.last = finding.first, finding.last
    alert.cases, alert.mark, alert.numbers = finding.cases, finding.mark, dict(finding.numbers)
    alert.held, alert.seen_at = True, now
    alert.save(update_fields=["first", "last", "cases", "mark", "numbers", "held", "seen_at"])


def move(alert: Alert, to: AlertState, *, actor: Actor, now: datetime, note: str = "") -> None:
    """Moves a locked alert and keeps who did it. A person's closing holds against a rule that goes on
    finding the same; the rule's own does not. Raises `stale_state`."""
    frm = step(alert, to, machine=ALERT)
    if to is AlertState.OPEN:
        alert.opened_at, alert.closed_at, alert.closed_mark = now, None, None
    if to is AlertState.CLOSED:
        alert.closed_at = now
        alert.closed_mark = alert.mark if actor is not SYSTEM and alert.held else None
    alert.save(update_fields=["opened_at", "closed_at", "closed_mark"])
    _record(alert, frm, actor=actor, now=now, note=note)


def _record(alert: Alert, frm: str, *, actor: Actor, now: datetime, note: str = "") -> None:
    AlertChange.objects.create(
        alert=alert,
        frm=frm,
        to=alert.state,
        actor=actor.key,
        channel=actor.channel,
        note=note,
        numbers=alert.numbers,
        request_id=actor.request_id,
        at=now,
    )
