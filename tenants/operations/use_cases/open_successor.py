from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from kernel.actor import Actor
from tenants.contracts import CountyState
from tenants.models import County
from tenants.operations.contracts import NewCounty, OperationKind, OperationView
from tenants.operations.errors import COUNTY_SUCCEEDED, PREDECESSORS_INVALID
from tenants.operations.models import Operation
from tenants.operations.states import PENDING
from tenants.operations.store import WRITE, locked, public_transaction
from tenants.operations.use_cases._request import checked, request

MOST = 10


def open_successor(
    *, predecessors: Sequence[str], county: NewCounty, actor: Actor, now: datetime
) -> OperationView:
    """Asks for a county that takes over from others on the day it opens, as 三元区 did from 梅列区 and 三元区
    in 2021 (国函〔2021〕10号). No row moves: from that day the predecessors wind down, they close when their
    obligations have ended, and reports map their figures by date. Their codes are retired.

    Wages of 0 stand for the predecessors' highest. Needs `counties:write`. Raises as `onboard_county`,
    and `predecessors_invalid`, `county_unknown`, `county_succeeded`.
    """
    actor.require(WRITE)
    slugs = tuple(sorted(predecessors))
    if not 1 <= len(slugs) <= MOST or len(set(slugs)) != len(slugs):
        raise PREDECESSORS_INVALID.error(field="predecessors")
    with public_transaction():
        rows = [locked(slug, field="predecessors") for slug in slugs]
        if len({row.sandbox for row in rows}) != 1:
            raise PREDECESSORS_INVALID.error(field="predecessors")
        wanted = checked(_with_defaults(county, rows), now=now)
        told = request(OperationKind.SUCCEED, wanted, predecessors=slugs, actor=actor, now=now)
        for row in rows:
            _check_free(row, but=told)
        return told


def _with_defaults(county: NewCounty, rows: Sequence[County]) -> NewCounty:
    return replace(
        county,
        sandbox=rows[0].sandbox,
        min_wage_month_fen=county.min_wage_month_fen or max(row.min_wage_month_fen for row in rows),
        min_wage_hour_fen=county.min_wage_hour_fen or max(row.min_wage_hour_fen for row in rows),
    )


def _check_free(row: County, *, but: OperationView) -> None:
    """A county has one successor. The row is locked, so two requests for it come one after the other."""
    pending = Operation.objects.filter(
        kind=OperationKind.SUCCEED, state__in=PENDING, parameters__predecessors__contains=row.slug
    ).exclude(pk=but.id)
    decided = row.succeeded_by_id is not None or row.state in (CountyState.WINDING_DOWN, CountyState.CLOSED)
    if decided or pending.exists():
        raise COUNTY_SUCCEEDED.error(field="predecessors", county=row.slug)
