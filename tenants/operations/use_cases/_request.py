"""Writing an operation down: checked now, carried out later by whoever has the rights."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError

from kernel.actor import Actor
from kernel.clock import business_day
from kernel.errors import DomainError
from kernel.identifiers import clean_text
from kernel.money import check_fen
from tenants.models import City, County, Designation, RetiredCode
from tenants.operations import rules
from tenants.operations.contracts import (
    NewCounty,
    OperationKind,
    OperationState,
    OperationView,
    Side,
    as_parameters,
)
from tenants.operations.errors import COUNTY_CODE_TAKEN, COUNTY_SLUG_TAKEN
from tenants.operations.models import Operation
from tenants.operations.states import PENDING, STEPS
from tenants.operations.store import view

MAX_MONTH_FEN = 100_000_00
MAX_HOUR_FEN = 1_000_00


def checked(county: NewCounty, *, now: datetime) -> NewCounty:
    """The county with its names cleaned, or what is wrong with it. The bounds of wages are those of a
    county's policy."""
    rules.check_slug(county.slug)
    rules.check_code(county.code, city=City.objects.order_by("code")[0].code)
    rules.check_day(county.opens_on, today=business_day(now), field="opens_on")
    check_fen(county.min_wage_month_fen, field="min_wage_month_fen", minimum=100, maximum=MAX_MONTH_FEN)
    check_fen(county.min_wage_hour_fen, field="min_wage_hour_fen", minimum=100, maximum=MAX_HOUR_FEN)
    return NewCounty(
        code=county.code,
        slug=county.slug,
        name=clean_text(county.name, "name", 40, min_len=1),
        name_en=clean_text(county.name_en, "name_en", 60, min_len=1),
        opens_on=county.opens_on,
        min_wage_month_fen=county.min_wage_month_fen,
        min_wage_hour_fen=county.min_wage_hour_fen,
        sandbox=county.sandbox,
    )


def request(
    kind: OperationKind,
    county: NewCounty,
    *,
    predecessors: tuple[str, ...] = (),
    actor: Actor,
    now: datetime,
) -> OperationView:
    """The operation, new or the very same one that is under way. Wants the public transaction.

    Raises `county_slug_taken`, `county_code_taken`.
    """
    parameters = as_parameters(county, predecessors)
    if same := _same(kind, parameters):
        return same
    check_free(county.slug, county.code)
    row = Operation(
        kind=kind,
        state=OperationState.QUEUED,
        slug=county.slug,
        code=county.code,
        parameters=parameters,
        side=Side.OWNER,
        requested_by=actor.key,
        channel=actor.channel,
        request_id=actor.request_id,
        requested_at=now,
    )
    try:
        row.save(force_insert=True)
    except IntegrityError as fault:  # another request at the same moment
        raise _taken(str(fault), county) from None
    assert STEPS[kind][0].side is Side.OWNER
    return view(row, [])


def check_free(slug: str, code: str) -> None:
    """Raises unless short name and code were never a county's and are not about to be."""
    pending = Operation.objects.filter(state__in=PENDING)
    if County.objects.filter(slug=slug).exists() or pending.filter(slug=slug).exists():
        raise COUNTY_SLUG_TAKEN.error(field="slug", slug=slug)
    check_code_free(code)


def check_code_free(code: str, *, but: County | None = None) -> None:
    """Raises unless no county has, had or is about to have the code, `but` that county itself."""
    named = Designation.objects.filter(code=code)
    schemas = County.objects.filter(schema_name=f"c{code}")
    retired = RetiredCode.objects.filter(code=code)
    if but is not None:
        named, retired = named.exclude(county=but), retired.exclude(county=but)
        schemas = schemas.exclude(pk=but.pk)
    pending = Operation.objects.filter(state__in=PENDING, code=code)
    if named.exists() or schemas.exists() or retired.exists() or pending.exists():
        raise COUNTY_CODE_TAKEN.error(field="code", code=code)


def _same(kind: OperationKind, parameters: dict[str, Any]) -> OperationView | None:
    row = Operation.objects.filter(
        kind=kind, slug=parameters["slug"], parameters=parameters, state__in=PENDING
    ).first()
    return view(row, list(row.steps.order_by("id"))) if row else None


def _taken(fault: str, county: NewCounty) -> DomainError:
    if "operation_once_a_code" in fault:
        return COUNTY_CODE_TAKEN.error(field="code", code=county.code)
    return COUNTY_SLUG_TAKEN.error(field="slug", slug=county.slug)
