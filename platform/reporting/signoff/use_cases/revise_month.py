from __future__ import annotations

from datetime import date, datetime

from kernel.actor import Actor
from kernel.identifiers import clean_text
from reporting.signoff.contracts import Difference, MonthFigures, Version
from reporting.signoff.errors import MONTH_NOT_ACCEPTED, MONTH_UNCHANGED
from reporting.signoff.models import MonthVersion
from reporting.signoff.use_cases._signing import changes_against, sign
from tenants.contracts import CountyRef


def revise_month(
    *, county: CountyRef, month: date, digest: str, reason: str, actor: Actor, now: datetime
) -> Version:
    """The county signs what an accepted month's figures have become since, and says why they changed. The
    accepted version stays in force until the city accepts this one.

    As `sign_month`, and raises `month_not_accepted`, `month_unchanged`, `text_length`.
    """
    why = clean_text(reason, "reason", 300, min_len=2)
    named = f"{month:%Y-%m}"

    def since(accepted: MonthVersion | None, figures: MonthFigures) -> tuple[Difference, ...]:
        if accepted is None:
            raise MONTH_NOT_ACCEPTED.error(field="month", month=named)
        changes = changes_against(accepted, figures)
        if not changes:
            raise MONTH_UNCHANGED.error(field="month", month=named)
        return changes

    return sign(county, month, digest, why, since, actor=actor, now=now)
