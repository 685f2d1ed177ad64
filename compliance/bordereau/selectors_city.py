"""What the city may see of one county's settlements with insurers, and of its loss ratio: sums, nobody's
policy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from compliance.bordereau.contracts import LossRatio, SettlementView
from compliance.bordereau.models import Settlement
from compliance.bordereau.selectors import loss_ratio, settlement_view
from compliance.bordereau.states import SettlementState
from kernel.actor import Actor

MAX_PAGE = 100


@dataclass(frozen=True, slots=True)
class CitySettlements:
    """A page, newest first; `more` says whether older ones follow."""

    rows: tuple[SettlementView, ...]
    more: bool


def settlements_for_city(
    *,
    actor: Actor,
    first: int,
    before: UUID | None = None,
    insurer: str | None = None,
    state: SettlementState | None = None,
) -> CitySettlements:
    """Settlements of the open county in one query. `before` is the id of the last one of the page before.
    Needs `city:read`."""
    actor.require("city:read")
    wanted = Settlement.objects.order_by("-id")
    if before is not None:
        wanted = wanted.filter(id__lt=before)
    if insurer is not None:
        wanted = wanted.filter(insurer=insurer)
    if state is not None:
        wanted = wanted.filter(state=state)
    size = max(1, min(first, MAX_PAGE))
    found = [settlement_view(row) for row in wanted[: size + 1]]
    return CitySettlements(rows=tuple(found[:size]), more=len(found) > size)


def loss_ratio_for_city(*, actor: Actor, first: date, last: date, insurer: str | None = None) -> LossRatio:
    """The open county's loss ratio by trade, small cells hidden as for the county itself. Needs
    `city:read`. Raises `bordereau_span`."""
    actor.require("city:read")
    return loss_ratio(first, last, insurer)
