"""Secrets shared with a partner: `in` for what it sends us, `out` for what we ask of its API.

Two keys of a direction are live while one replaces the other, so that nobody has to change at the same
second. All moments are real time, as signatures are.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from kernel import audit
from kernel.actor import Actor
from kernel.clock import real_now
from kernel.ids import uuid7
from webhooks import vault
from webhooks.contracts import KeyView
from webhooks.errors import KEEP_HOURS, PARTNER_KEY_BUSY, PARTNER_KEY_EXISTS, PARTNER_KEY_MISSING
from webhooks.models import PartnerKey
from webhooks.rights import check_may_change
from webhooks.states import Direction

MOST_KEEP_HOURS: Final = 168


def issue_key(*, partner: str, direction: Direction | str, actor: Actor, now: datetime) -> str:
    """A partner's first key of a direction; returns the secret (`whsec_…`), which is shown this once.

    `partner` is an insurer's code. Raises `forbidden`, `partner_key_exists`.
    """
    check_may_change(actor, partner)
    way = Direction(direction)
    if PartnerKey.objects.filter(partner=partner, direction=way, retires_at=None).exists():
        raise PARTNER_KEY_EXISTS.error()
    secret = _add(partner, way)
    audit.record(
        actor, "partner_key.issue", subject=None, purpose="", now=now, detail={"partner": partner, "way": way}
    )
    return secret


def rotate_key(
    *, partner: str, direction: Direction | str, actor: Actor, now: datetime, keep_hours: int = 24
) -> str:
    """A new current key; the one before stays live for `keep_hours` (0 to 168) and any older one ends now.
    Returns the secret, which is shown this once. Raises `forbidden`, `keep_hours`, `partner_key_missing`,
    `partner_key_busy`."""
    check_may_change(actor, partner)
    way = Direction(direction)
    check_keep_hours(keep_hours)
    live = list(_live(partner, way, real_now()).select_for_update().order_by("id"))
    real = real_now()
    current = [key for key in live if key.retires_at is None]
    if not current:
        # None at all, or another request replaced it while this one waited for its lock.
        busy = PartnerKey.objects.filter(partner=partner, direction=way).exists()
        raise (PARTNER_KEY_BUSY if busy else PARTNER_KEY_MISSING).error()
    for key in live:
        ends = real + timedelta(hours=keep_hours) if key.retires_at is None else real
        PartnerKey.objects.filter(id=key.id).update(retires_at=ends)
    secret = _add(partner, way)
    audit.record(
        actor,
        "partner_key.rotate",
        subject=None,
        purpose="",
        now=now,
        detail={"partner": partner, "way": way, "keep_hours": keep_hours},
    )
    return secret


def live_secrets(partner: str, direction: Direction | str) -> list[str]:
    """Secrets that count now, newest first: sign with all, accept any. Two at most; none without a key."""
    rows = _live(partner, Direction(direction), real_now()).order_by("-created_at", "-id")[:2]
    return [vault.opened_key(row.secret_sealed, row=row.id) for row in rows]


def keys(partner: str) -> list[KeyView]:
    """A partner's live keys without their secrets, newest first."""
    rows: Iterable[PartnerKey] = PartnerKey.objects.filter(
        Q(retires_at=None) | Q(retires_at__gt=real_now()), partner=partner
    ).order_by("direction", "-created_at", "-id")
    return [
        KeyView(
            id=row.id,
            partner=row.partner,
            direction=row.direction,
            created_at=row.created_at,
            retires_at=row.retires_at,
        )
        for row in rows
    ]


def check_keep_hours(hours: object) -> int:
    """Whole hours for which an old secret stays live; or `keep_hours`."""
    if isinstance(hours, bool) or not isinstance(hours, int) or not 0 <= hours <= MOST_KEEP_HOURS:
        raise KEEP_HOURS.error(field="keep_hours", most=MOST_KEEP_HOURS)
    return hours


def _live(partner: str, way: Direction, real: datetime) -> QuerySet[PartnerKey]:
    live: QuerySet[PartnerKey] = PartnerKey.objects.filter(
        Q(retires_at=None) | Q(retires_at__gt=real), partner=partner, direction=way
    )
    return live


def _add(partner: str, way: Direction) -> str:
    row_id, secret = uuid7(), vault.new_secret()
    try:
        with transaction.atomic():
            PartnerKey.objects.create(
                id=row_id,
                partner=partner,
                direction=way,
                secret_sealed=vault.sealed_key(secret, row=row_id),
                created_at=real_now(),
            )
    except IntegrityError as fault:
        if "partnerkey_one_current" in str(fault):
            raise PARTNER_KEY_BUSY.error() from None
        raise
    return secret
