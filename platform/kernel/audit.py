"""Audit rows: who looked at or did what, through which channel, and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.actor import Actor
from kernel.models import AuditRow


def record(
    actor: Actor,
    act: str,
    *,
    subject: UUID | None,
    purpose: str,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Writes one audit row in the open county. `detail` holds codes and ids, no personal data."""
    AuditRow.objects.create(
        actor=actor.key,
        channel=actor.channel,
        act=act,
        subject=subject,
        purpose=purpose[:200],
        detail=dict(detail or {}),
        request_id=actor.request_id,
        at=now,
    )
