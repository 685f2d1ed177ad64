from __future__ import annotations

from datetime import date, datetime

from kernel.actor import Actor
from reporting.signoff.contracts import Version
from reporting.signoff.states import VersionState
from reporting.signoff.use_cases._deciding import decide
from tenants.contracts import CountyRef


def accept_month(
    *, county: CountyRef, month: date, version: int, note: str = "", actor: Actor, now: datetime
) -> Version:
    """The city accepts a signed version: it is in force from now on, and the one before is `revised`.
    Accepting the version in force again changes nothing.

    Needs `city:sign`. Raises `forbidden`, `month_version_unknown`, `month_own_signature`, `month_not_intact`,
    `stale_state`, `text_length`.
    """
    return decide(county, month, version, VersionState.ACCEPTED, note, actor, now)
