from __future__ import annotations

from datetime import date, datetime

from kernel.actor import Actor
from kernel.clock import business_day
from kernel.errors import STALE_STATE
from kernel.identifiers import clean_text
from tenants import directory
from tenants.contracts import CountyRef, CountyState, DesignationView
from tenants.models import City, County, Designation, RetiredCode
from tenants.operations import rules
from tenants.operations.errors import COUNTY_RENAMED_THAT_DAY
from tenants.operations.store import WRITE, locked, public_transaction, record
from tenants.operations.use_cases._request import check_code_free


def rename_county(
    *,
    slug: str,
    name: str,
    name_en: str,
    valid_from: date,
    code: str | None = None,
    actor: Actor,
    now: datetime,
) -> CountyRef:
    """New names for a county from a Shanghai day on, and a new division code where one is given, as 沙县
    (350427) became 沙县区 (350405) in 2021. Address, schema and figures stay; an old code is retired.

    Repeating it changes nothing. Needs `counties:write`. Raises `forbidden`, `county_unknown`,
    `stale_state` for a closed county, `county_day_past`, `county_day_far`, `county_renamed_that_day`,
    `county_code_invalid`, `county_code_taken`, `text_length`.
    """
    actor.require(WRITE)
    rules.check_day(valid_from, today=business_day(now), field="valid_from")
    names = (clean_text(name, "name", 40, min_len=1), clean_text(name_en, "name_en", 60, min_len=1))
    with public_transaction():
        row = locked(slug)
        if row.state == CountyState.CLOSED:
            raise STALE_STATE.error(field="county", is_=row.state, wants="renamed")
        before = _before(row, valid_from)
        wanted = DesignationView(code or before.code, *names, valid_from)
        if before != wanted:
            _write(row, before, wanted, actor=actor, now=now)
    directory.forget()
    return directory.by_slug(slug)


def _before(row: County, day: date) -> DesignationView:
    """What the county is called on the day, before this change; its first name where it begins later."""
    named = Designation.objects.filter(county=row, valid_from__lte=day).order_by("-valid_from").first()
    found = named or Designation.objects.filter(county=row).earliest("valid_from")
    return DesignationView(found.code, found.name, found.name_en, found.valid_from)


def _write(
    row: County, before: DesignationView, wanted: DesignationView, *, actor: Actor, now: datetime
) -> None:
    if before.valid_from == wanted.valid_from:
        raise COUNTY_RENAMED_THAT_DAY.error(field="valid_from", day=wanted.valid_from.isoformat())
    if (before.code, before.name, before.name_en) == (wanted.code, wanted.name, wanted.name_en):
        return  # it is called so already
    if wanted.code != before.code:
        rules.check_code(wanted.code, city=City.objects.get(pk=row.city_id).code)
        check_code_free(wanted.code, but=row)
        RetiredCode.objects.get_or_create(code=before.code, defaults={"county": row})
    Designation.objects.create(
        county=row,
        code=wanted.code,
        name=wanted.name,
        name_en=wanted.name_en,
        valid_from=wanted.valid_from,
    )
    record(
        row,
        "renamed",
        actor=actor,
        now=now,
        code=wanted.code,
        name=wanted.name,
        name_en=wanted.name_en,
        valid_from=wanted.valid_from.isoformat(),
        was_code=before.code,
        was=before.name,
        was_en=before.name_en,
    )
