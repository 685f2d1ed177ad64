"""Locking accounts and writing transfers. Inside the room only: other rooms call the use cases.

Locks are FOR NO KEY UPDATE, taken in id order. `write` is one statement whatever the number of lines.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from kernel.errors import DomainError
from kernel.money import yuan
from ledger.contracts import GUARDED, UNCOVERED, AccountKind, Phase
from ledger.errors import ACCOUNT_UNKNOWN, INSUFFICIENT_FUNDS
from ledger.rules import Balance


class LedgerBroken(RuntimeError):
    """A guarded write met an account that its lock should have kept as it was. A defect, no refusal."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of transfers to be written."""

    id: UUID
    phase: Phase
    debit: UUID
    credit: UUID
    amount_fen: int
    purpose: str
    subject: UUID
    pending: UUID | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What is added to a locked account's balance and held amount."""

    balance_fen: int
    held_fen: int = 0


_LOCK = """
WITH locked AS (
    SELECT id, kind, guarded, balance_fen, held_fen FROM ledger_account
    WHERE id = ANY(%s::uuid[]) AND (guarded OR (id = ANY(%s::uuid[]) AND kind <> ALL(%s::text[])))
    ORDER BY id FOR NO KEY UPDATE
)
SELECT id, kind, guarded, balance_fen, held_fen, true FROM locked
UNION ALL
SELECT id, kind, guarded, balance_fen, held_fen, false FROM ledger_account
WHERE id = ANY(%s::uuid[]) AND NOT guarded AND NOT (id = ANY(%s::uuid[]) AND kind <> ALL(%s::text[]))
"""

_WRITE = """
WITH changed AS (
    UPDATE ledger_account AS a
    SET balance_fen = a.balance_fen + c.balance_fen, held_fen = a.held_fen + c.held_fen
    FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[]) AS c (id, balance_fen, held_fen)
    WHERE a.id = c.id
      AND (c.balance_fen >= c.held_fen OR a.balance_fen + c.balance_fen >= a.held_fen + c.held_fen)
    RETURNING a.id
), written AS (
    INSERT INTO ledger_transfer
        (id, phase, debit, credit, amount_fen, purpose, subject, pending_id, expires_at, at)
    SELECT t.*, %s::timestamptz
    FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::uuid[], %s::bigint[], %s::text[], %s::uuid[],
                %s::uuid[], %s::timestamptz[]) AS t
), queued AS (
    INSERT INTO ledger_collectqueue (account_id, transfer_id, amount_fen)
    SELECT q.* FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[]) AS q
)
SELECT count(*) FROM changed
"""

_FOLD = """
WITH taken AS (
    DELETE FROM ledger_collectqueue WHERE id IN (
        SELECT id FROM ledger_collectqueue WHERE account_id = ANY(%s::uuid[]) ORDER BY account_id, id LIMIT %s
    ) RETURNING account_id, amount_fen
), sums AS (
    SELECT account_id, sum(amount_fen)::bigint AS amount_fen, count(*) AS taken FROM taken GROUP BY account_id
)
UPDATE ledger_account AS a SET balance_fen = a.balance_fen + s.amount_fen, folded_at = %s
FROM sums AS s WHERE a.id = s.account_id
RETURNING a.id, a.balance_fen, s.taken
"""


def lock(ids: Collection[UUID], *, spending: Collection[UUID], now: datetime) -> dict[UUID, Balance]:
    """Reads the accounts and locks, in id order, those whose row will be written: the guarded ones,
    and collecting ones that pay (`spending`) and must stay covered; the latter are folded first.
    Raises `account_unknown`.
    """
    everyone, payers, uncovered = list(ids), list(spending), [kind.value for kind in UNCOVERED]
    rows = _fetch(_LOCK, [everyone, payers, uncovered, everyone, payers, uncovered])
    accounts = {row[0]: Balance(row[0], AccountKind(row[1]), *row[2:]) for row in rows}
    if len(accounts) != len(set(everyone)):
        raise ACCOUNT_UNKNOWN.error()
    collecting = [account.id for account in accounts.values() if account.locked and not account.guarded]
    if collecting:
        for account_id, balance_fen, _ in _fetch(_FOLD, [collecting, None, now]):
            accounts[account_id].balance_fen = balance_fen
    return accounts


def fold(*, now: datetime, limit: int) -> int:
    """Folds up to `limit` queue rows of all collecting accounts, locked in id order. Returns how many.

    The lock comes in a statement of its own: the next one sees what the previous folder committed.
    """
    guarded = [kind.value for kind in GUARDED]
    collecting = [
        row[0]
        for row in _fetch(
            "SELECT id FROM ledger_account WHERE kind <> ALL(%s::text[]) ORDER BY id FOR NO KEY UPDATE",
            [guarded],
        )
    ]
    return sum(taken for _, _, taken in _fetch(_FOLD, [collecting, limit, now]))


def write(
    entries: Sequence[Entry],
    *,
    changes: Mapping[UUID, Change],
    collected: Sequence[tuple[UUID, UUID, int]] = (),
    now: datetime,
) -> None:
    """Writes transfers, the changes to their locked accounts and queue rows (account, transfer,
    signed fen). A payer left with less than its holds is not written, and all of it is undone."""
    entry_columns = [
        [entry.id for entry in entries],
        [entry.phase.value for entry in entries],
        [entry.debit for entry in entries],
        [entry.credit for entry in entries],
        [entry.amount_fen for entry in entries],
        [entry.purpose for entry in entries],
        [entry.subject for entry in entries],
        [entry.pending for entry in entries],
        [entry.expires_at for entry in entries],
    ]
    parameters = [
        list(changes),
        [change.balance_fen for change in changes.values()],
        [change.held_fen for change in changes.values()],
        now,
        *entry_columns,
        *([row[column] for row in collected] for column in range(3)),
    ]
    ((changed,),) = _fetch(_WRITE, parameters)
    if changed != len(changes):
        raise LedgerBroken(f"{len(changes) - changed} accounts did not cover what was asked of them")


def insufficient(shortfall_fen: int, field: str | None) -> DomainError:
    """The refusal that says how much is missing."""
    return INSUFFICIENT_FUNDS.error(
        field=field, shortfall_fen=shortfall_fen, shortfall_yuan=yuan(shortfall_fen)
    )


def _fetch(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
