from __future__ import annotations

from datetime import datetime

from kernel.actor import Actor
from kernel.identifiers import clean_text
from tenants.partners.contracts import InsurerView
from tenants.partners.selectors import forget
from tenants.partners.store import WRITE, locked, public_transaction, record, view


def rename_insurer(*, code: str, name: str, name_en: str, actor: Actor, now: datetime) -> InsurerView:
    """New names for an insurer; the code stays. Needs `insurers:write`. Raises `forbidden`,
    `insurer_unknown`, `text_length`."""
    actor.require(WRITE)
    wanted = clean_text(name, "name", 60, min_len=1), clean_text(name_en, "name_en", 80, min_len=1)
    with public_transaction():
        row = locked(code)
        if (row.name, row.name_en) != wanted:
            before = {"was": row.name, "was_en": row.name_en}
            row.name, row.name_en = wanted
            row.save(update_fields=["name", "name_en"])
            record(row, "renamed", actor=actor, now=now, name=row.name, name_en=row.name_en, **before)
    forget()
    return view(row)
