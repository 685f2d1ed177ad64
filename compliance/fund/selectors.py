"""Reads of one open county's fund. Everything returned is evaluated."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Sum

from compliance.fund.contracts import (
    ChoiceView,
    DepositView,
    DifferenceView,
    Drawn,
    FundView,
    Party,
    ProgramView,
    ReserveView,
    Target,
)
from compliance.fund.errors import PROGRAM_NOT_FOUND
from compliance.fund.models import Choice, Deposit, Difference, Draw, Program, Reserve, Slice
from compliance.fund.states import ProgramState, ReserveState
from ledger import selectors as ledger
from ledger.contracts import AccountKind


def program_on(day: date) -> ProgramView | None:
    """The open program whose days the day is among, if there is one. Two queries."""
    rows = Program.objects.filter(state=ProgramState.OPEN, from_day__lte=day, to_day__gte=day)
    found = program_views(rows[:1])
    return found[0] if found else None


def program_view(program_id: UUID) -> ProgramView:
    """Raises `program_not_found`."""
    found = program_views(Program.objects.filter(id=program_id))
    if not found:
        raise PROGRAM_NOT_FOUND.error(field="program_id")
    return found[0]


def programs() -> list[ProgramView]:
    """All programs, the newest first."""
    return program_views(Program.objects.order_by("-from_day", "-id"))


def fund() -> FundView:
    """What lies where, and what every program has spent."""
    listed = tuple(programs())
    held = ledger.account(AccountKind.COVER_FUND)
    sliced = Slice.objects.aggregate(fen=Sum("left_fen"))["fen"] or 0
    return FundView(
        balance_fen=held.balance_fen if held else 0,
        sliced_fen=int(sliced),
        programs=listed,
        reserve=reserve(),
    )


def reserve() -> ReserveView | None:
    """The declared reserve, if the county has one."""
    row = Reserve.objects.filter(state=ReserveState.DECLARED).first()
    if row is None:
        return None
    held = ledger.account_by_id(row.account_id)
    return ReserveView(row.id, row.document, row.declared_at, held.balance_fen if held else 0)


def draws_of(policy_ids: Iterable[UUID]) -> dict[UUID, tuple[Drawn, ...]]:
    """What programs paid for these policies, in the order it was drawn. Policies without are absent."""
    found: dict[UUID, tuple[Drawn, ...]] = {}
    for row in Draw.objects.filter(policy_id__in=list(policy_ids)).order_by("drawn_at", "id"):
        found[row.policy_id] = (*found.get(row.policy_id, ()), drawn_view(row))
    return found


def difference_of(policy_id: UUID) -> DifferenceView | None:
    """What the reserve paid for this policy, if it did."""
    row = Difference.objects.filter(policy_id=policy_id).first()
    if row is None:
        return None
    return DifferenceView(row.policy_id, row.insurer, row.amount_fen, row.returned_fen, row.paid_at)


def deposits(*, after: UUID | None = None, limit: int = 50) -> list[DepositView]:
    """Public money in and out, the newest first, older than `after`."""
    rows = Deposit.objects.order_by("-id")
    if after is not None:
        rows = rows.filter(id__lt=after)
    return [deposit_view(row) for row in rows[:limit]]


def opted_out(
    *, worker_id: UUID | None = None, employer_id: UUID | None = None, order_id: UUID | None = None
) -> ChoiceView | None:
    """The standing refusal of basic cover by any of these, the worker's before the employer's before the
    order's; None when nobody declined. One query."""
    asked = {Party.WORKER: worker_id, Party.EMPLOYER: employer_id, Party.ORDER: order_id}
    named = {party: party_id for party, party_id in asked.items() if party_id is not None}
    rows = Choice.objects.filter(party_id__in=list(named.values())).order_by(
        "party", "party_id", "-at", "-id"
    )
    newest = {
        Party(row.party): row
        for row in rows.distinct("party", "party_id")
        if named.get(Party(row.party)) == row.party_id
    }
    standing = [newest[party] for party in asked if party in newest and newest[party].declined]
    return choice_view(standing[0]) if standing else None


def choices(party: Party, party_id: UUID) -> list[ChoiceView]:
    """Everything this party ever chose, the newest first."""
    rows = Choice.objects.filter(party=party, party_id=party_id).order_by("-at", "-id")
    return [choice_view(row) for row in rows[:100]]


def program_views(rows: Iterable[Program]) -> list[ProgramView]:
    listed = list(rows)
    left = {
        row["program_id"]: int(row["fen"])
        for row in Slice.objects.filter(program__in=listed).values("program_id").annotate(fen=Sum("left_fen"))
    }
    return [_program(row, left.get(row.id, 0)) for row in listed]


def drawn_view(row: Draw) -> Drawn:
    return Drawn(
        policy_id=row.policy_id,
        occasion=row.occasion,
        program_id=row.program_id,
        insurer=row.insurer,
        amount_fen=row.amount_fen,
        returned_fen=row.returned_fen,
        drawn_at=row.drawn_at,
    )


def deposit_view(row: Deposit) -> DepositView:
    return DepositView(
        id=row.id,
        target=Target(row.target),
        amount_fen=row.amount_fen,
        reference=row.reference,
        transfer_id=row.transfer_id,
        by=row.by,
        at=row.at,
    )


def choice_view(row: Choice) -> ChoiceView:
    return ChoiceView(
        id=row.id,
        party=Party(row.party),
        party_id=row.party_id,
        declined=row.declined,
        reason=row.reason,
        by=row.by,
        channel=row.channel,
        at=row.at,
    )


def _program(row: Program, left_fen: int) -> ProgramView:
    spent_fen = row.granted_fen - left_fen
    return ProgramView(
        id=row.id,
        name=row.name,
        from_day=row.from_day,
        to_day=row.to_day,
        budget_fen=row.budget_fen,
        slice_fen=row.slice_fen,
        spent_fen=spent_fen,
        remaining_fen=row.budget_fen - spent_fen,
        state=ProgramState(row.state),
        started_at=row.started_at,
        closed_at=row.closed_at,
    )
