"""Labour agencies' rows on the login that keeps them, the record of each change, and reading them. Few are
asked for and seldom, so nothing is kept in the process."""

from __future__ import annotations

from datetime import date, datetime

from kernel.actor import Actor
from kernel.identifiers import clean_text
from tenants.partners.contracts import AgencyChangeView, AgencyView
from tenants.partners.errors import AGENCY_LICENCE_ENDED, AGENCY_UNKNOWN
from tenants.partners.models import Agency, AgencyChange

MAX_LICENCE = 40


def agencies(active: bool | None = None) -> list[AgencyView]:
    """All agencies by code, or those that are suspended or not."""
    rows = Agency.objects.order_by("code")
    return [agency_view(row) for row in (rows if active is None else rows.filter(active=active))]


def agency(code: str) -> AgencyView:
    """The agency, suspended or not, or `agency_unknown`."""
    row = Agency.objects.filter(pk=code).first() if "\x00" not in code else None
    if row is None:
        raise AGENCY_UNKNOWN.error(field="code", agency=code[:40])
    return agency_view(row)


def agency_changes(code: str) -> list[AgencyChangeView]:
    """Everything that was ever done to an agency's row, oldest first."""
    rows = AgencyChange.objects.filter(agency_id=agency(code).code).order_by("id")
    return [AgencyChangeView(row.agency_id, row.act, row.actor, row.detail, row.at) for row in rows]


def locked_agency(code: str) -> Agency:
    """The agency's row, locked, or `agency_unknown`."""
    row = Agency.objects.select_for_update().filter(pk=code).first() if "\x00" not in code else None
    if row is None:
        raise AGENCY_UNKNOWN.error(field="code", agency=code[:40])
    return row


def checked_licence(licence: str, until: date | None, *, today: date) -> tuple[str, date | None]:
    """A licence that has not ended. Raises `text_length`, `agency_licence_ended`."""
    number = clean_text(licence, "licence", MAX_LICENCE, min_len=4)
    if until is not None and until < today:
        raise AGENCY_LICENCE_ENDED.error(field="licence_until", until=until.isoformat())
    return number, until


def record_change(row: Agency, act: str, *, actor: Actor, now: datetime, **detail: str) -> None:
    AgencyChange.objects.create(
        agency=row,
        act=act,
        actor=actor.key,
        channel=actor.channel,
        detail=detail,
        request_id=actor.request_id,
        at=now,
    )


def agency_view(row: Agency) -> AgencyView:
    return AgencyView(
        code=row.code,
        name=row.name,
        name_en=row.name_en,
        credit_code=row.credit_code,
        licence=row.licence,
        licence_until=row.licence_until,
        active=row.active,
        since=row.since,
    )
