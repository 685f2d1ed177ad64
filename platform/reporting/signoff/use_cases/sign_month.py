from __future__ import annotations

from datetime import date, datetime

from kernel.actor import Actor
from reporting.signoff.contracts import Difference, MonthFigures, Version
from reporting.signoff.errors import MONTH_ACCEPTED
from reporting.signoff.models import MonthVersion
from reporting.signoff.use_cases._signing import sign
from tenants.contracts import CountyRef


def sign_month(*, county: CountyRef, month: date, digest: str, actor: Actor, now: datetime) -> Version:
    """The county signs the figures it has read: `digest` is that of the preview.

    Needs `months:sign`; opens the county by itself. Raises `forbidden`, `month_not_over`, `month_behind`
    while facts wait or the folder stands still, `month_changed` when the figures are no longer those, and
    `month_accepted` when a revision is wanted.
    """

    def first_time(accepted: MonthVersion | None, _figures: MonthFigures) -> tuple[Difference, ...]:
        if accepted is not None:
            raise MONTH_ACCEPTED.error(field="month", month=f"{month:%Y-%m}", number=accepted.number)
        return ()

    return sign(county, month, digest, "", first_time, actor=actor, now=now)
