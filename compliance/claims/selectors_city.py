"""What the city may see of one county's claims: states, moments and amounts. Nobody's name, words or
papers, no number by which an insurer or a bank would know the person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models.functions import Coalesce

from compliance.claims.contracts import ClaimStatistics, Due, Reporter
from compliance.claims.models import Claim
from compliance.claims.selectors import counted
from compliance.claims.states import ClaimState
from kernel.actor import Actor
from kernel.clock import day_bounds
from kernel.sorting import BY_AMOUNT, Sorting, in_order

MAX_PAGE = 100


@dataclass(frozen=True, slots=True)
class CityClaim:
    """One claim, without the injured person. `on` is the day worked; amounts in fen, None until decided
    and paid. `due` is what the insurer owes next, `overdue_since` set once its moment has passed."""

    id: UUID
    policy_id: UUID
    order_id: UUID
    insurer: str
    layer: str
    trade: str
    on: date
    state: ClaimState
    injured: bool
    reporter: Reporter
    channel: str
    reported_at: datetime
    acknowledged_at: datetime | None
    cover_fen: int
    accepted_fen: int | None
    reason_code: str
    decided_at: datetime | None
    paid_fen: int | None
    paid_at: datetime | None
    ended_at: datetime | None
    due: Due | None
    due_at: datetime | None
    overdue_since: datetime | None


@dataclass(frozen=True, slots=True)
class CityClaims:
    """A page in the order asked for, newest first by itself; `more` says whether others follow."""

    rows: tuple[CityClaim, ...]
    more: bool


def claims_for_city(
    *,
    actor: Actor,
    first: int,
    before: UUID | None = None,
    state: ClaimState | None = None,
    insurer: str | None = None,
    trade: str | None = None,
    from_day: date | None = None,
    to_day: date | None = None,
    sorting: Sorting = Sorting.NEWEST,
    beyond: int | None = None,
) -> CityClaims:
    """Claims of the open county reported on the Shanghai days `from_day` to `to_day`, both included, in
    one query; by amount is by what was accepted, 0 until decided. `before` is the id of the last one of the
    page before, `beyond` its amount. Needs `city:drill`; the caller writes
    the audit row, since it knows the purpose."""
    actor.require("city:drill")
    rows = Claim.objects.all()
    if sorting in BY_AMOUNT:
        rows = rows.annotate(amount_fen=Coalesce("accepted_fen", 0))
    wanted = in_order(rows, sorting, amount="amount_fen", before=before, beyond=beyond)
    if state is not None:
        wanted = wanted.filter(state=state)
    if insurer is not None:
        wanted = wanted.filter(insurer=insurer)
    if trade is not None:
        wanted = wanted.filter(trade=trade)
    if from_day is not None:
        wanted = wanted.filter(reported_at__gte=day_bounds(from_day)[0])
    if to_day is not None:
        wanted = wanted.filter(reported_at__lt=day_bounds(to_day)[1])
    size = max(1, min(first, MAX_PAGE))
    found = list(wanted[: size + 1])
    return CityClaims(rows=tuple(_claim(row) for row in found[:size]), more=len(found) > size)


def claim_statistics_for_city(*, actor: Actor, first: date, last: date) -> ClaimStatistics:
    """Counts and amounts of the open county's claims reported on the Shanghai days. Needs `city:read`.
    Raises `invalid_value` for an empty span or one of more than a year."""
    actor.require("city:read")
    return counted(first=first, last=last)


def _claim(row: Claim) -> CityClaim:
    return CityClaim(
        id=row.id,
        policy_id=row.policy_id,
        order_id=row.order_id,
        insurer=row.insurer,
        layer=row.layer,
        trade=row.trade,
        on=row.on,
        state=ClaimState(row.state),
        injured=row.injured,
        reporter=Reporter(row.reporter),
        channel=row.channel,
        reported_at=row.reported_at,
        acknowledged_at=row.acknowledged_at,
        cover_fen=row.cover_fen,
        accepted_fen=row.accepted_fen,
        reason_code=row.reason_code,
        decided_at=row.decided_at,
        paid_fen=row.paid_fen,
        paid_at=row.paid_at,
        ended_at=row.ended_at,
        due=Due(row.due) if row.due else None,
        due_at=row.due_at,
        overdue_since=row.overdue_since,
    )
