from __future__ import annotations

from datetime import date, datetime

from django.db import connection

from compliance.fund import rules
from compliance.fund.contracts import ProgramView
from compliance.fund.errors import PROGRAM_OVERLAPS
from compliance.fund.models import Program
from compliance.fund.selectors import program_views
from compliance.fund.states import PROGRAM, ProgramState
from kernel import audit
from kernel.actor import Actor
from kernel.clock import business_day
from kernel.identifiers import clean_text
from kernel.money import check_fen
from kernel.states import begin
from tenants import gate


def start_program(
    *,
    name: str,
    from_day: date,
    to_day: date,
    budget_fen: int,
    slice_fen: int = 50_000,
    actor: Actor,
    now: datetime,
) -> ProgramView:
    """Opens basic cover for a span of days, both included, with a budget. The money for it comes by
    `deposit`. `slice_fen` is how much is set aside at a time for drawing.

    Raises `forbidden`, `program_days`, `program_overlaps` (one open program a day), `amount_invalid`.
    """
    actor.require("fund:write")
    gate.may_begin()
    rules.check_days(from_day, to_day, today=business_day(now))
    check_fen(budget_fen, field="budget_fen")
    check_fen(slice_fen, field="slice_fen", maximum=budget_fen)
    with connection.cursor() as cursor:  # two starters at once would not see each other's rows
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' fund', 0))")
    other = Program.objects.filter(
        state=ProgramState.OPEN, from_day__lte=to_day, to_day__gte=from_day
    ).first()
    if other is not None:
        raise PROGRAM_OVERLAPS.error(
            field="from_day", name=other.name, from_day=str(other.from_day), to_day=str(other.to_day)
        )
    row = Program.objects.create(
        name=clean_text(name, "name", 80),
        from_day=from_day,
        to_day=to_day,
        budget_fen=budget_fen,
        slice_fen=slice_fen,
        state=ProgramState.OPEN,
        started_at=now,
        started_by=actor.key,
    )
    begin(row, machine=PROGRAM, actor=actor, now=now)
    detail = {"budget_fen": budget_fen, "from_day": str(from_day), "to_day": str(to_day)}
    audit.record(actor, "fund.program_started", subject=row.id, purpose=row.name, now=now, detail=detail)
    return program_views([row])[0]
