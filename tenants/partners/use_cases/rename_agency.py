from __future__ import annotations

from datetime import datetime

from kernel.actor import Actor
from kernel.identifiers import clean_text
from tenants.partners.agencies import agency_view, locked_agency, record_change
from tenants.partners.contracts import AgencyView
from tenants.partners.store import WRITE, public_transaction


def rename_agency(*, code: str, name: str, name_en: str, actor: Actor, now: datetime) -> AgencyView:
    """New names for an agency; the code stays. Needs `insurers:write`. Raises `forbidden`,
    `agency_unknown`, `text_length`."""
    actor.require(WRITE)
    wanted = clean_text(name, "name", 60, min_len=1), clean_text(name_en, "name_en", 80, min_len=1)
    with public_transaction():
        row = locked_agency(code)
        if (row.name, row.name_en) != wanted:
            before = {"was": row.name, "was_en": row.name_en}
            row.name, row.name_en = wanted
            row.save(update_fields=["name", "name_en"])
            record_change(row, "renamed", actor=actor, now=now, name=row.name, name_en=row.name_en, **before)
    return agency_view(row)
