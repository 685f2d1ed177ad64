"""Slices of a program: locking, filling, spending and emptying them. Inside the room only.

Locks are taken in this order: the program's row, its slices in id order (or any one that is free), the
ledger's accounts. Whoever spends or gives back holds the program FOR KEY SHARE, which others share;
whoever puts money into slices holds it FOR NO KEY UPDATE, one at a time, beside the spenders; closing
and taking back hold it FOR UPDATE, alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from compliance.fund import rules
from compliance.fund.models import Program, Slice
from compliance.fund.states import ProgramState
from kernel.errors import DomainError
from kernel.ids import uuid7
from ledger import selectors as ledger
from ledger.contracts import AccountKind, Line
from ledger.errors import INSUFFICIENT_FUNDS
from ledger.use_cases.open_account import open_account
from ledger.use_cases.transfer import transfer

WIDTH: Final = 16  # slices of a program: so many transactions draw from it without waiting
_LOCK: Final = "SELECT state, budget_fen, granted_fen, slice_fen FROM fund_program WHERE id = %s "
SHARED: Final = _LOCK + "FOR KEY SHARE"
FILLING: Final = _LOCK + "FOR NO KEY UPDATE"
ALONE: Final = _LOCK + "FOR UPDATE"


@dataclass(slots=True)
class Piece:
    """A locked slice."""

    id: UUID
    account_id: UUID
    left_fen: int


@dataclass(frozen=True, slots=True)
class Locked:
    """A program as its lock found it."""

    state: ProgramState
    budget_fen: int
    granted_fen: int
    slice_fen: int


def lock_program(program_id: UUID, how: str) -> Locked:
    """Locks the program SHARED, FILLING or ALONE and reads it as it is now."""
    ((state, *amounts),) = _fetch(how, [program_id])
    return Locked(ProgramState(state), *amounts)


def free_slice(program_id: UUID, *, at_least: int = 0) -> Piece | None:
    """A slice with so much left that nobody else has locked; the fullest one.

    A slice that was emptied between look and lock is not returned but stays locked; whoever then waits
    for the program would hold up the one who waits for that slice. So nothing found leaves no lock.
    """
    before = transaction.savepoint()
    rows = _fetch(
        "SELECT id, account_id, left_fen FROM fund_slice WHERE program_id = %s AND left_fen >= %s "
        "ORDER BY left_fen DESC, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED",
        [program_id, at_least],
    )
    if not rows:
        transaction.savepoint_rollback(before)
        return None
    transaction.savepoint_commit(before)
    return Piece(*rows[0])


def _free_slices(program_id: UUID) -> list[Piece]:
    rows = _fetch(
        "SELECT id, account_id, left_fen FROM fund_slice WHERE program_id = %s "
        "ORDER BY id FOR NO KEY UPDATE SKIP LOCKED",
        [program_id],
    )
    return [Piece(*row) for row in rows]


def all_slices(program_id: UUID) -> list[Piece]:
    """All slices of the program, locked in id order; waits for those who have one."""
    rows = _fetch(
        "SELECT id, account_id, left_fen FROM fund_slice WHERE program_id = %s ORDER BY id FOR NO KEY UPDATE",
        [program_id],
    )
    return [Piece(*row) for row in rows]


def new_slice(program_id: UUID, *, now: datetime) -> Piece:
    """An empty slice with an account of its own."""
    slice_id = uuid7()
    account_id = open_account(kind=AccountKind.COVER_FUND_SLICE, owner_id=slice_id, now=now)
    Slice.objects.create(id=slice_id, program_id=program_id, account_id=account_id)
    return Piece(slice_id, account_id, 0)


def left_fen(program_id: UUID) -> int:
    """What could be drawn in all: what lies in slices, and what the budget and the money in the fund let be
    put there. Waits for nobody; whoever draws meanwhile makes it less.

    The fund is read first: what another fills into slices in between is counted twice and never missed.
    The caller holds the program SHARED, so nothing is taken back out of slices meanwhile.
    """
    held = ledger.account(AccountKind.COVER_FUND)
    ((sliced_fen, budget_left_fen),) = _fetch(
        "SELECT (SELECT coalesce(sum(left_fen), 0)::bigint FROM fund_slice WHERE program_id = p.id), "
        "budget_fen - granted_fen FROM fund_program AS p WHERE id = %s",
        [program_id],
    )
    return int(sliced_fen) + max(0, min(int(budget_left_fen), held.balance_fen if held else 0))


def fill(program_id: UUID, *, at_least: int, now: datetime) -> None:
    """Brings every slice that nobody else has locked up to the program's `slice_fen` (and `at_least`),
    as far as the budget and the money in the fund go; the first time there are `WIDTH` new ones. The
    caller holds the program FILLING."""
    program = lock_program(program_id, FILLING)
    fund = open_account(kind=AccountKind.COVER_FUND, now=now)
    held = ledger.account(AccountKind.COVER_FUND)
    available_fen = min(program.budget_fen - program.granted_fen, held.balance_fen if held else 0)
    if available_fen <= 0:
        return
    pieces = _free_slices(program_id)
    target_fen = max(program.slice_fen, at_least)
    fillings = rules.fillings(available_fen, target_fen, [piece.left_fen for piece in pieces])
    filled = [(piece, fen) for piece, fen in zip(pieces, fillings, strict=True) if fen]
    for _ in range(WIDTH - Slice.objects.filter(program_id=program_id).count()):
        rest_fen = available_fen - sum(fen for _, fen in filled)
        if rest_fen > 0:
            filled.append((new_slice(program_id, now=now), min(rest_fen, target_fen)))
    try:
        lines = [Line(fund, piece.account_id, fen, "fund_slice", program_id) for piece, fen in filled]
        transfer(lines=lines, now=now)
    except DomainError as refused:
        if refused.refusal is not INSUFFICIENT_FUNDS:  # another program took it since we looked
            raise
        return
    raise_granted(program_id, sum(fen for _, fen in filled))
    for piece, fen in filled:
        change(piece, fen)


def spend(pieces: Sequence[tuple[Piece, int]], *, payee: UUID, subject: UUID, now: datetime) -> None:
    """Pays a premium out of locked slices."""
    lines = [Line(piece.account_id, payee, fen, "basic_premium", subject) for piece, fen in pieces]
    transfer(lines=lines, now=now)
    for piece, fen in pieces:
        change(piece, -fen)


def take_back(program_id: UUID, pieces: Iterable[Piece], *, most_fen: int | None, now: datetime) -> int:
    """Returns what lies in the locked slices to the fund, at most `most_fen`; the fen that went back.
    The caller holds the program ALONE."""
    fund = open_account(kind=AccountKind.COVER_FUND, now=now)
    lines, returned_fen = [], 0
    for piece in pieces:
        fen = piece.left_fen if most_fen is None else min(piece.left_fen, most_fen - returned_fen)
        if fen > 0:
            lines.append(Line(piece.account_id, fund, fen, "fund_slice_return", program_id))
            change(piece, -fen)
            returned_fen += fen
    transfer(lines=lines, now=now)
    return returned_fen


def change(piece: Piece, fen: int) -> None:
    """The slice's note of its account, moved with it."""
    Slice.objects.filter(id=piece.id).update(left_fen=F("left_fen") + fen)
    piece.left_fen += fen


def raise_granted(program_id: UUID, fen: int) -> None:
    """Counts what went into slices; below zero, what came back and may be granted again."""
    Program.objects.filter(id=program_id).update(granted_fen=F("granted_fen") + fen)


def _fetch(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
