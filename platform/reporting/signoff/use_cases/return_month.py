from __future__ import annotations

from datetime import date, datetime

from kernel.actor import Actor
from reporting.signoff.contracts import Version
from reporting.signoff.states import VersionState
from reporting.signoff.use_cases._deciding import decide
from tenants.contracts import CountyRef


def return_month(
    *, county: CountyRef, month: date, version: int, reason: str, actor: Actor, now: datetime
) -> Version:
    """The city sends a signed version back and says why; the county may sign anew. As `accept_month`."""
    return decide(county, month, version, VersionState.RETURNED, reason, actor, now)
