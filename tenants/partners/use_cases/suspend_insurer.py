from __future__ import annotations

from datetime import datetime

from kernel.actor import Actor
from kernel.identifiers import clean_text
from tenants.partners.contracts import InsurerView
from tenants.partners.selectors import forget
from tenants.partners.store import WRITE, locked, public_transaction, record, view


def suspend_insurer(*, code: str, reason: str, actor: Actor, now: datetime) -> InsurerView:
    """No new business with the insurer in any county; what is in force stays, and its claims go on.

    Idempotent. Needs `insurers:write`. Raises `forbidden`, `insurer_unknown`, `text_length`.
    """
    return _set_active(code, False, reason, actor, now)


def resume_insurer(*, code: str, reason: str, actor: Actor, now: datetime) -> InsurerView:
    """New business again. As `suspend_insurer`."""
    return _set_active(code, True, reason, actor, now)


def _set_active(code: str, active: bool, reason: str, actor: Actor, now: datetime) -> InsurerView:
    actor.require(WRITE)
    why = clean_text(reason, "reason", 200, min_len=1)
    with public_transaction():
        row = locked(code)
        if row.active != active:
            row.active = active
            row.save(update_fields=["active"])
            record(row, "resumed" if active else "suspended", actor=actor, now=now, reason=why)
    forget()
    return view(row)
