"""Explaining every fen of the fund: what this room notes against what the ledger holds.

Run inside an open county. Each statement is of one moment, the whole is not: what is found while
others draw, look at again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import F, Sum

from compliance.fund.models import Deposit, Difference, Draw, Program, Slice
from compliance.fund.states import ProgramState
from kernel.clock import day_bounds
from ledger import selectors as ledger
from ledger.contracts import AccountKind, partner_account_id

_LAST_DAY: Final = date(9999, 12, 30)
_PAID, _REFUNDED = "basic_premium", "basic_premium_refund"
_DIFFERENCE, _DIFFERENCE_BACK = "premium_difference", "premium_difference_refund"


def verify_fund() -> list[str]:
    """What does not agree, in words; empty when all is well.

    Each slice's note equals its account and the slices of a closed program are empty; each program has
    granted no more than its budget, and what it granted lies in slices or was drawn and not given back;
    the fund's account holds deposits less what was granted, the reserve's less its differences; each
    insurer's account got for each policy what was drawn or paid for it.
    """
    problems: list[str] = []
    for check in _CHECKS:
        problems += check()
    return problems


def _slices() -> list[str]:
    accounts = ledger.accounts(AccountKind.COVER_FUND_SLICE, list(Slice.objects.values_list("id", flat=True)))
    problems = []
    for row in Slice.objects.select_related("program").order_by("id"):
        held = accounts[row.id].balance_fen if row.id in accounts else 0
        if held != row.left_fen:
            problems.append(f"slice {row.id} notes {row.left_fen} fen, its account holds {held} fen")
        if row.program.state == ProgramState.CLOSED and row.left_fen:
            problems.append(f"slice {row.id} of a closed program has {row.left_fen} fen")
    return problems


def _programs() -> list[str]:
    left = _sums(Slice.objects.values("program_id").annotate(fen=Sum("left_fen")))
    spent = _sums(Draw.objects.values("program_id").annotate(fen=Sum(F("amount_fen") - F("returned_fen"))))
    problems = []
    for row in Program.objects.order_by("id"):
        made = left.get(row.id, 0) + spent.get(row.id, 0)
        if made != row.granted_fen:
            problems.append(f"program {row.id} granted {row.granted_fen} fen, {made} fen are drawn or left")
        if row.granted_fen > row.budget_fen:
            problems.append(f"program {row.id} granted {row.granted_fen} fen of {row.budget_fen} fen")
    return problems


def _accounts() -> list[str]:
    deposits = dict(
        Deposit.objects.values_list("target").annotate(fen=Sum("amount_fen")).values_list("target", "fen")
    )
    granted = Program.objects.aggregate(fen=Sum("granted_fen"))["fen"] or 0
    differences = Difference.objects.aggregate(fen=Sum(F("amount_fen") - F("returned_fen")))["fen"] or 0
    expected = {
        AccountKind.COVER_FUND: int(deposits.get("fund", 0)) - int(granted),
        AccountKind.COVER_RESERVE: int(deposits.get("reserve", 0)) - int(differences),
    }
    held = ledger.collected()
    return [
        f"{kind} holds {held[kind]} fen, deposits and payments make {fen} fen"
        for kind, fen in expected.items()
        if held[kind] != fen
    ]


def _payments() -> list[str]:
    owed: dict[str, dict[tuple[UUID, str], int]] = {}
    first: dict[str, datetime] = {}
    for model, at, paid, refunded in (
        (Draw, "drawn_at", _PAID, _REFUNDED),
        (Difference, "paid_at", _DIFFERENCE, _DIFFERENCE_BACK),
    ):
        rows = model.objects.values_list("insurer", "policy_id", "amount_fen", "returned_fen", at)
        for insurer, policy_id, amount_fen, returned_fen, moment in rows:
            of = owed.setdefault(insurer, {})
            first[insurer] = min(moment, first.get(insurer, moment))
            of[policy_id, paid] = of.get((policy_id, paid), 0) + amount_fen
            if returned_fen:
                of[policy_id, refunded] = of.get((policy_id, refunded), 0) - returned_fen
    return [
        problem for insurer in sorted(owed) for problem in _insurer(insurer, owed[insurer], first[insurer])
    ]


def _insurer(insurer: str, owed: dict[tuple[UUID, str], int], since: datetime) -> list[str]:
    account = ledger.account(AccountKind.PREMIUM_PAYABLE, partner_account_id(insurer))
    _, for_ever = day_bounds(_LAST_DAY)
    purposes = {_PAID, _REFUNDED, _DIFFERENCE, _DIFFERENCE_BACK}
    moved = {
        (line.subject, line.purpose): line.into_fen - line.out_fen
        for line in (ledger.movements(account.id, since, for_ever) if account else ())
        if line.purpose in purposes
    }
    return [
        f"policy {key[0]}: {owed.get(key, 0)} fen of {key[1]} noted for {insurer}, {moved.get(key, 0)} moved"
        for key in sorted(owed.keys() | moved.keys())
        if owed.get(key, 0) != moved.get(key, 0)
    ]


def _sums(rows: Any) -> dict[UUID, int]:
    return {row["program_id"]: int(row["fen"]) for row in rows}


_CHECKS: Final[tuple[Callable[[], list[str]], ...]] = (_slices, _programs, _accounts, _payments)
