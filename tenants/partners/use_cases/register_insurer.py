from __future__ import annotations

import re
from datetime import datetime

from kernel.actor import Actor
from kernel.clock import business_day
from kernel.identifiers import clean_text
from tenants.partners.contracts import InsurerView
from tenants.partners.errors import INSURER_CODE, INSURER_EXISTS
from tenants.partners.models import Insurer
from tenants.partners.selectors import forget
from tenants.partners.store import WRITE, public_transaction, record, view

_CODE = re.compile(r"[a-z][a-z0-9-]{1,38}[a-z0-9]\Z")


def register_insurer(
    *, code: str, name: str, name_en: str, active: bool = True, actor: Actor, now: datetime
) -> InsurerView:
    """A new insurer that counties may connect to. Repeating it with the same names changes nothing.

    The code is for ever: it stands in policies, accounts and addresses. Needs `insurers:write`. Raises
    `forbidden`, `insurer_code`, `insurer_exists`, `text_length`.
    """
    actor.require(WRITE)
    if not _CODE.match(code):
        raise INSURER_CODE.error(field="code")
    names = {
        "name": clean_text(name, "name", 60, min_len=1),
        "name_en": clean_text(name_en, "name_en", 80, min_len=1),
    }
    with public_transaction():
        row, made = Insurer.objects.get_or_create(
            code=code, defaults={**names, "active": active, "since": business_day(now)}
        )
        if not made and (row.name, row.name_en) != (names["name"], names["name_en"]):
            raise INSURER_EXISTS.error(field="code", insurer=code)
        if made:
            record(row, "registered", actor=actor, now=now, **names)
    forget()
    return view(row)
