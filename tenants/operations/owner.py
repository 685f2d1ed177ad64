"""The owner's steps: roles, schemas, tables, and whose successor a county is. For the owner's process."""

from __future__ import annotations

from datetime import date

from tenants.models import City, County, Designation, RetiredCode
from tenants.operations.carry_out import carry_out
from tenants.operations.contracts import Side, county_of
from tenants.operations.errors import COUNTY_CODE_TAKEN, COUNTY_SUCCEEDED
from tenants.operations.models import Operation
from tenants.operations.store import asked_by, locked, record
from tenants.provision import CountySpec, provision


def run_owner_steps() -> int:
    """Does every step that waits for the owner; returns how many were done."""
    return carry_out(Side.OWNER, {"tables": _tables, "succession": _succession})


def _tables(operation: Operation) -> None:
    wanted = county_of(operation.parameters)
    spec = CountySpec(
        code=wanted.code,
        slug=wanted.slug,
        name=wanted.name,
        name_en=wanted.name_en,
        min_wage_month_fen=wanted.min_wage_month_fen,
        min_wage_hour_fen=wanted.min_wage_hour_fen,
        sandbox=wanted.sandbox,
    )
    opened = provision(
        spec,
        city=_city(operation),
        now=operation.requested_at,
        since=wanted.opens_on,
        opens_on=wanted.opens_on,
        by=asked_by(operation),
    )
    if not opened and not County.objects.filter(schema_name=spec.schema, slug=spec.slug).exists():
        raise COUNTY_CODE_TAKEN.error(field="code", code=spec.code)


def _city(operation: Operation) -> City:
    """The city whose code the county's begins with."""
    return City.objects.get(code__startswith=operation.code[:4])


def _succession(operation: Operation) -> None:
    wanted, actor = county_of(operation.parameters), asked_by(operation)
    successor = locked(wanted.slug)
    for slug in operation.parameters["predecessors"]:
        row = locked(slug)
        if row.succeeded_by_id not in (None, successor.id):
            raise COUNTY_SUCCEEDED.error(field="predecessors", county=slug)
        row.succeeded_by, row.succeeded_on = successor, wanted.opens_on
        row.save(update_fields=["succeeded_by", "succeeded_on"])
        code = _code_on(row, wanted.opens_on)
        RetiredCode.objects.get_or_create(code=code, defaults={"county": successor})
        record(
            row,
            "succeeded",
            actor=actor,
            now=operation.requested_at,
            by=successor.slug,
            on=wanted.opens_on.isoformat(),
            code=code,
        )


def _code_on(county: County, day: date) -> str:
    """The code that the county has on the day; its first where it begins later."""
    named = Designation.objects.filter(county=county)
    found = named.filter(valid_from__lte=day).order_by("-valid_from").first() or named.earliest("valid_from")
    return found.code
