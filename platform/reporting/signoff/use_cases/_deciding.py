"""What accepting and returning have in common."""

from __future__ import annotations

from datetime import date, datetime

from kernel.actor import Actor
from kernel.identifiers import clean_text
from reporting.signoff import store
from reporting.signoff.contracts import Version, digest_of
from reporting.signoff.errors import NOT_INTACT, OWN_SIGNATURE, VERSION_UNKNOWN
from reporting.signoff.models import MonthVersion
from reporting.signoff.selectors import month_exists, version_view
from reporting.signoff.states import VersionState
from tenants.contracts import CountyRef


def decide(
    county: CountyRef, month: date, number: int, to: VersionState, note: str, actor: Actor, now: datetime
) -> Version:
    """The city's word on a signed version; repeating it changes nothing."""
    actor.require(store.DECIDE)
    why = clean_text(note, "note", 300, min_len=0 if to is VersionState.ACCEPTED else 2)
    if not month_exists(county.id, month):
        raise VERSION_UNKNOWN.error(field="version", month=f"{month:%Y-%m}", number=number)
    with store.locked_month(county.id, month, now=now) as row:
        version = store.version_of(row, number)
        if version.state == to:
            return version_view(version)
        _check(version, actor)
        replaced = store.in_state(row, VersionState.ACCEPTED) if to is VersionState.ACCEPTED else None
        if replaced is not None and version.state == VersionState.SIGNED:
            store.move(replaced, VersionState.REVISED, actor=actor, now=now)
        store.decide(version, to, actor=actor, now=now, note=why)
        return version_view(version)


def _check(version: MonthVersion, actor: Actor) -> None:
    if version.signed_by == actor.key:
        raise OWN_SIGNATURE.error(field="version")
    if digest_of(version.document) != version.digest:
        raise NOT_INTACT.error(field="version")
