"""Reading the county's policy. Every function wants an open county."""

from __future__ import annotations

from datetime import date

from tenants.policy.contracts import FIELDS, Policy
from tenants.policy.errors import POLICY_MISSING
from tenants.policy.models import CountyPolicy


def policy_on(day: date) -> Policy:
    """The values in force on a Shanghai day; one query. Raises `policy_missing` before the first row."""
    row = (
        CountyPolicy.objects.filter(effective_from__lte=day).order_by("-effective_from", "-revision").first()
    )
    if row is None:
        raise POLICY_MISSING.error(day=day.isoformat())
    return as_policy(row)


def policy_rows(limit: int = 100) -> list[Policy]:
    """The newest rows by the day they take effect, coming and past ones alike."""
    return [
        as_policy(row)
        for row in CountyPolicy.objects.order_by("-effective_from", "-revision")[: max(1, min(limit, 1_000))]
    ]


def later_days(day: date) -> tuple[date, ...]:
    """The days after this one on which a row takes effect, in order."""
    rows = CountyPolicy.objects.filter(effective_from__gt=day).order_by("effective_from")
    return tuple(rows.values_list("effective_from", flat=True).distinct())


def as_policy(row: CountyPolicy) -> Policy:
    values = {name: getattr(row, name) for name in FIELDS}
    return Policy(id=row.id, revision=row.revision, effective_from=row.effective_from, **values)
