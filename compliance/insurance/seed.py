"""A sandbox county starts connected with the insurer in the house."""

from __future__ import annotations

from datetime import datetime

from compliance.insurance.models import Connection
from compliance.insurance.states import CONNECTION, ConnectionState
from compliance.insurance.use_cases.connect_insurer import HOUSE
from kernel import states
from kernel.actor import Actor
from tenants.partners.contracts import SANDBOX_INSURER


def seed(*, now: datetime, actor: Actor) -> None:
    """Does nothing where the connection is there."""
    row, made = Connection.objects.get_or_create(
        insurer=SANDBOX_INSURER,
        defaults={
            "adapter": HOUSE,
            "fallback_after_minutes": 15,
            "state": ConnectionState.ACTIVE,
            "connected_at": now,
            "connected_by": actor.key,
        },
    )
    if made:
        states.begin(row, machine=CONNECTION, actor=actor, now=now)
