from __future__ import annotations

import re
from datetime import date, datetime

from django.db import IntegrityError

from kernel.actor import Actor
from kernel.clock import business_day
from kernel.identifiers import clean_text, parse_credit_code
from tenants.partners.agencies import agency_view, checked_licence, record_change
from tenants.partners.contracts import AgencyView
from tenants.partners.errors import AGENCY_CODE, AGENCY_CREDIT_CODE_TAKEN, AGENCY_EXISTS
from tenants.partners.models import Agency
from tenants.partners.store import WRITE, public_transaction

_CODE = re.compile(r"[a-z][a-z0-9-]{1,38}[a-z0-9]\Z")


def register_agency(
    *,
    code: str,
    name: str,
    name_en: str,
    credit_code: str,
    licence: str,
    licence_until: date | None,
    actor: Actor,
    now: datetime,
) -> AgencyView:
    """A labour agency with its credit code (GB 32100) and its permit for human resource services
    (人力资源市场暂行条例, article 18). Repeating it with the same words changes nothing.

    Needs `insurers:write`, the scope of the city's partners. Raises `forbidden`, `agency_code`,
    `agency_exists`, `agency_credit_code_taken`, `agency_licence_ended`, `text_length`,
    `credit_code_format`, `credit_code_checksum`.
    """
    actor.require(WRITE)
    if not _CODE.match(code):
        raise AGENCY_CODE.error(field="code")
    company = parse_credit_code(credit_code, field="credit_code")
    number, until = checked_licence(licence, licence_until, today=business_day(now))
    wanted = {
        "name": clean_text(name, "name", 60, min_len=1),
        "name_en": clean_text(name_en, "name_en", 80, min_len=1),
        "credit_code": company,
        "licence": number,
        "licence_until": until,
    }
    with public_transaction():
        try:
            row, made = Agency.objects.get_or_create(
                code=code, defaults={**wanted, "since": business_day(now)}
            )
        except IntegrityError:
            taken = Agency.objects.filter(credit_code=company).values_list("code", flat=True).first()
            if taken is None:
                raise
            raise AGENCY_CREDIT_CODE_TAKEN.error(field="credit_code", agency=taken) from None
        if not made and any(getattr(row, column) != value for column, value in wanted.items()):
            raise AGENCY_EXISTS.error(field="code", agency=code)
        if made:
            said = {column: str(value) for column, value in wanted.items() if value is not None}
            record_change(row, "registered", actor=actor, now=now, **said)
    return agency_view(row)
