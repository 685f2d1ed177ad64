"""Audit rows about identities, which belong to no county."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.actor import Actor
from tenants.identity.models import IdentityAudit


def record(
    actor: Actor,
    act: str,
    *,
    subject: UUID | str,
    county_id: UUID | None,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Writes one row; `detail` holds codes and ids, no personal data."""
    IdentityAudit.objects.create(
        actor=actor.key,
        channel=actor.channel,
        act=act,
        subject=str(subject),
        county_id=county_id,
        detail=dict(detail or {}),
        request_id=actor.request_id,
        at=now,
    )
