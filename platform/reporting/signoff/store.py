"""Signed months on the city's login: one moment of the figures, locks, and the record of each move."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from uuid import UUID

from django.db import router, transaction

from kernel.actor import Actor
from kernel.states import step
from reporting.signoff.errors import VERSION_UNKNOWN
from reporting.signoff.models import Month, MonthChange, MonthVersion
from reporting.signoff.states import VERSION, VersionState

SIGN, READ, DECIDE = "months:sign", "months:read", "city:sign"


@contextmanager
def locked_month(county_id: UUID, month: date, *, now: datetime) -> Iterator[Month]:
    """The county's month, made if it is new, and held alone until the block's transaction ends."""
    with transaction.atomic(using=router.db_for_write(Month)):
        Month.objects.get_or_create(county_id=county_id, month=month, defaults={"touched_at": now})
        row = Month.objects.select_for_update().get(county_id=county_id, month=month)
        yield row
        Month.objects.filter(pk=row.pk).update(touched_at=now)


def in_state(month: Month, state: VersionState) -> MonthVersion | None:
    return MonthVersion.objects.filter(month=month, state=state).first()


def version_of(month: Month, number: int) -> MonthVersion:
    """The version, or `month_version_unknown`."""
    found = MonthVersion.objects.filter(month=month, number=number).first()
    if found is None:
        raise VERSION_UNKNOWN.error(field="version", month=f"{month.month:%Y-%m}", number=number)
    return found


def move(version: MonthVersion, to: VersionState, *, actor: Actor, now: datetime, note: str = "") -> None:
    """Moves a version of a locked month and keeps who did it."""
    record(version, step(version, to, machine=VERSION), actor=actor, now=now, note=note)


def decide(version: MonthVersion, to: VersionState, *, actor: Actor, now: datetime, note: str) -> None:
    """The city's word on a version."""
    move(version, to, actor=actor, now=now, note=note)
    version.decided_by, version.decided_at, version.note = actor.key, now, note
    version.save(update_fields=["decided_by", "decided_at", "note"])


def record(version: MonthVersion, frm: str, *, actor: Actor, now: datetime, note: str = "") -> None:
    MonthChange.objects.create(
        version=version,
        frm=frm,
        to=version.state,
        actor=actor.key,
        channel=actor.channel,
        note=note,
        request_id=actor.request_id,
        at=now,
    )
