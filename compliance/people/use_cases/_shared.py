"""Shared by the verbs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError

from compliance.people.models import Consent, Worker, WorkerTrade
from compliance.people.rules import trade_codes
from compliance.people.selectors import INSURANCE
from kernel.actor import Actor
from tenants import catalogue


def known_trades(codes: Iterable[object], *, field: str) -> tuple[str, ...]:
    """Codes of the city's catalogue, once each, or `trade_unknown`."""
    checked = trade_codes(codes, field=field)
    for code in checked:
        catalogue.trade(code, field=field)
    return checked


def write_trades(worker: Worker, *, can_do: Iterable[str], want_to_do: Iterable[str]) -> None:
    """Makes the worker's trade rows say just this."""
    can, want = set(can_do), set(want_to_do)
    WorkerTrade.objects.filter(worker=worker).delete()
    WorkerTrade.objects.bulk_create(
        [
            WorkerTrade(worker=worker, trade=code, can_do=code in can, want_to_do=code in want)
            for code in sorted(can | want)
        ]
    )


def write_consent(subject: UUID, *, version: str, actor: Actor, now: datetime) -> None:
    Consent.objects.create(subject=subject, version=version, at=now, actor=actor.key, channel=actor.channel)


def write_insurance_consent(subject: UUID, *, given: bool, actor: Actor, now: datetime) -> None:
    Consent.objects.create(
        subject=subject,
        purpose=INSURANCE,
        given=given,
        at=now,
        actor=actor.key,
        channel=actor.channel,
    )


def broke(fault: IntegrityError, *columns: str) -> bool:
    """Whether the database refused a duplicate in one of the columns, and not something else."""
    cause = fault.__cause__
    constraint = getattr(getattr(cause, "diag", None), "constraint_name", None) or ""
    return any(column in constraint for column in columns)
