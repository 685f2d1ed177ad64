from __future__ import annotations

from datetime import datetime

from kernel.actor import Actor
from kernel.identifiers import clean_text
from tenants.partners.agencies import agency_view, locked_agency, record_change
from tenants.partners.contracts import AgencyView
from tenants.partners.store import WRITE, public_transaction


def suspend_agency(*, code: str, reason: str, actor: Actor, now: datetime) -> AgencyView:
    """The agency acts nowhere until it is resumed. Idempotent.

    Needs `insurers:write`. Raises `forbidden`, `agency_unknown`, `text_length`.
    """
    return _set_active(code, False, reason, actor, now)


def resume_agency(*, code: str, reason: str, actor: Actor, now: datetime) -> AgencyView:
    """The agency may act again. As `suspend_agency`."""
    return _set_active(code, True, reason, actor, now)


def _set_active(code: str, active: bool, reason: str, actor: Actor, now: datetime) -> AgencyView:
    actor.require(WRITE)
    why = clean_text(reason, "reason", 200, min_len=1)
    with public_transaction():
        row = locked_agency(code)
        if row.active != active:
            row.active = active
            row.save(update_fields=["active"])
            record_change(row, "resumed" if active else "suspended", actor=actor, now=now, reason=why)
    return agency_view(row)
