"""Which cover was in force when something happened."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from compliance.insurance.contracts import PolicyView
from compliance.insurance.models import Policy
from compliance.insurance.selectors import as_view
from compliance.insurance.states import SOLD


def policies_at(assignment_id: UUID, moment: datetime) -> list[PolicyView]:
    """The assignment's policies, of whatever layer, by which an insurer carried the risk at the moment:
    issued and begun by then, and not yet ended. Oldest first. One query."""
    rows = Policy.objects.filter(assignment_id=assignment_id, state__in=sorted(SOLD), replacing=False)
    return [view for row in rows.order_by("requested_at", "id") if _carried(view := as_view(row), moment)]


def insurers_of(assignment_ids: Iterable[UUID]) -> dict[UUID, tuple[str, ...]]:
    """Who insures or insured each assignment; those never covered are absent. One query."""
    found: dict[UUID, tuple[str, ...]] = {}
    rows = Policy.objects.filter(assignment_id__in=list(assignment_ids), state__in=sorted(SOLD))
    for row in rows.order_by("requested_at", "id"):
        earlier = found.get(row.assignment_id, ())
        if row.insurer not in earlier:
            found[row.assignment_id] = (*earlier, row.insurer)
    return found


def _carried(policy: PolicyView, moment: datetime) -> bool:
    if policy.covers_from is None or moment < policy.covers_from:
        return False
    return moment <= min(policy.covers_until, policy.ended_at or policy.covers_until)
