from __future__ import annotations

from datetime import date, datetime

from kernel.actor import Actor
from kernel.clock import business_day
from tenants.partners.agencies import agency_view, checked_licence, locked_agency, record_change
from tenants.partners.contracts import AgencyView
from tenants.partners.store import WRITE, public_transaction


def license_agency(
    *, code: str, licence: str, licence_until: date | None, actor: Actor, now: datetime
) -> AgencyView:
    """The agency's new permit, which has not ended; `licence_until` None is one without an end. Idempotent.

    Needs `insurers:write`. Raises `forbidden`, `agency_unknown`, `agency_licence_ended`, `text_length`.
    """
    actor.require(WRITE)
    wanted = checked_licence(licence, licence_until, today=business_day(now))
    with public_transaction():
        row = locked_agency(code)
        if (row.licence, row.licence_until) != wanted:
            before = {"was": row.licence, "was_until": str(row.licence_until or "")}
            row.licence, row.licence_until = wanted
            row.save(update_fields=["licence", "licence_until"])
            record_change(
                row,
                "licensed",
                actor=actor,
                now=now,
                licence=row.licence,
                licence_until=str(row.licence_until or ""),
                **before,
            )
    return agency_view(row)
