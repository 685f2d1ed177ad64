from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError

from compliance.bordereau import rules, selectors
from compliance.bordereau.access import SETTLE
from compliance.bordereau.contracts import SettlementView
from compliance.bordereau.errors import (
    MONTH_INVALID,
    SETTLEMENT_EXISTS,
    SPAN_NOT_OVER,
)
from compliance.bordereau.models import Settlement
from compliance.bordereau.states import OPEN, SETTLEMENT, SettlementState
from kernel.actor import Actor
from kernel.clock import business_day
from kernel.states import begin


def draft_settlement(*, insurer: str, month: date, actor: Actor, now: datetime) -> SettlementView:
    """Opens the settlement of a month that is over. A later one of the same month moves what changed
    since the earlier was paid.

    Raises `forbidden`, `month_invalid`, `bordereau_not_over`, `settlement_exists` while one is open.
    """
    actor.require(SETTLE)
    if month.day != 1:
        raise MONTH_INVALID.error(field="month")
    last = rules.last_of(month)
    if last >= business_day(now):
        raise SPAN_NOT_OVER.error(field="month", last=last.isoformat())
    if Settlement.objects.filter(insurer=insurer, month=month, state__in=OPEN).exists():
        raise SETTLEMENT_EXISTS.error(field="month")
    row = Settlement(
        insurer=insurer, month=month, state=SettlementState.DRAFT, drafted_by=actor.key, drafted_at=now
    )
    try:
        row.save(force_insert=True)
    except IntegrityError as fault:
        if "settlement_one_open" in str(fault):
            raise SETTLEMENT_EXISTS.error(field="month") from None
        raise
    begin(row, machine=SETTLEMENT, actor=actor, now=now)
    return selectors.settlement_view(row)
