"""Insurers' rows on the login that keeps them, and the record of each change."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from django.db import router, transaction

from kernel.actor import Actor
from tenants.partners.contracts import InsurerView
from tenants.partners.errors import INSURER_UNKNOWN
from tenants.partners.models import Insurer, InsurerChange

WRITE = "insurers:write"


def public_transaction() -> AbstractContextManager[Any]:
    """A transaction on whichever login keeps public rows: the city's, or the owner's when migrating."""
    return transaction.atomic(using=router.db_for_write(Insurer))


def locked(code: str) -> Insurer:
    """The insurer's row, locked, or `insurer_unknown`."""
    row = Insurer.objects.select_for_update().filter(pk=code).first()
    if row is None:
        raise INSURER_UNKNOWN.error(field="insurer", insurer=code[:40])
    return row


def record(row: Insurer, act: str, *, actor: Actor, now: datetime, **detail: str) -> None:
    InsurerChange.objects.create(
        insurer=row,
        act=act,
        actor=actor.key,
        channel=actor.channel,
        detail=detail,
        request_id=actor.request_id,
        at=now,
    )


def view(row: Insurer) -> InsurerView:
    return InsurerView(code=row.code, name=row.name, name_en=row.name_en, active=row.active, since=row.since)
