"""Checking a county's ledger against itself: `linggong ledger verify`.

Each finding comes from one statement, hence from one moment: writers may go on meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection

from ledger.contracts import GUARDED, UNCOVERED, AccountKind

MOST_PROBLEMS: Final = 100  # of one sort; a broken ledger need not be printed whole


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """`problems` in words with ids and fen, empty when all is well. `sum_fen` over all accounts is 0."""

    accounts: int
    transfers: int
    problems: list[str]
    sum_fen: int

    @property
    def clean(self) -> bool:
        return not self.problems


# One pass over transfers a side. A pending is held until something resolves it; a post moves its own
# amount, the rest of the pending is free again.
_BALANCES = """
WITH paid AS (
    SELECT t.debit AS id,
           sum(t.amount_fen) FILTER (WHERE t.phase IN ('posted', 'post')) AS fen,
           sum(t.amount_fen) FILTER (WHERE t.phase = 'pending' AND r.id IS NULL) AS held_fen
    FROM ledger_transfer AS t
    LEFT JOIN ledger_transfer AS r ON r.pending_id = t.id AND t.phase = 'pending'
    GROUP BY t.debit
), received AS (
    SELECT credit AS id, sum(amount_fen) FILTER (WHERE phase IN ('posted', 'post')) AS fen
    FROM ledger_transfer GROUP BY credit
), queued AS (
    SELECT account_id AS id, sum(amount_fen) AS fen FROM ledger_collectqueue GROUP BY account_id
), checked AS (
    SELECT id, kind, balance_fen + coalesce(queued.fen, 0) AS stored_fen, a.held_fen AS stored_held_fen,
           coalesce(received.fen, 0) - coalesce(paid.fen, 0) AS fen, coalesce(paid.held_fen, 0) AS held_fen,
           a.id IS NULL AS stray
    FROM ledger_account AS a
    FULL JOIN queued USING (id) FULL JOIN paid USING (id) FULL JOIN received USING (id)
)
SELECT id, kind, stored_fen, stored_held_fen, fen, held_fen FROM checked
WHERE stray OR stored_fen <> fen OR stored_held_fen <> held_fen
ORDER BY id LIMIT %s
"""

_RESOLUTIONS = """
SELECT r.id, r.pending_id, r.phase, r.amount_fen, p.phase, p.amount_fen,
       (r.debit, r.credit, r.subject) IS DISTINCT FROM (p.debit, p.credit, p.subject),
       r.phase = 'post' AND r.at >= p.expires_at
FROM ledger_transfer AS r LEFT JOIN ledger_transfer AS p ON p.id = r.pending_id
WHERE r.pending_id IS NOT NULL
  AND (p.phase IS DISTINCT FROM 'pending' OR r.amount_fen > p.amount_fen
       OR (r.phase = 'void' AND r.amount_fen <> p.amount_fen)
       OR (r.debit, r.credit, r.subject) IS DISTINCT FROM (p.debit, p.credit, p.subject)
       OR (r.phase = 'post' AND r.at >= p.expires_at))
ORDER BY r.id LIMIT %s
"""

_TWICE = """
SELECT pending_id, count(*) FROM ledger_transfer WHERE pending_id IS NOT NULL
GROUP BY pending_id HAVING count(*) > 1 ORDER BY pending_id LIMIT %s
"""

_OVERDRAWN = """
SELECT id, kind, balance_fen, held_fen FROM ledger_account
WHERE guarded AND (held_fen < 0 OR balance_fen < held_fen) ORDER BY id LIMIT %s
"""

# Unfolded rows count: a collecting account may pay out only what it has.
_UNCOVERED = """
SELECT a.id, a.kind, a.balance_fen + coalesce(sum(q.amount_fen), 0) FROM ledger_account AS a
LEFT JOIN ledger_collectqueue AS q ON q.account_id = a.id
WHERE a.kind = ANY(%s::text[]) GROUP BY a.id, a.kind, a.balance_fen
HAVING a.balance_fen + coalesce(sum(q.amount_fen), 0) < 0 ORDER BY a.id LIMIT %s
"""

_UNSETTLED = """
SELECT id, owner_id, balance_fen, held_fen FROM ledger_account
WHERE kind = 'order_escrow' AND owner_id = ANY(%s::uuid[]) AND (balance_fen <> 0 OR held_fen <> 0)
ORDER BY id LIMIT %s
"""

_TOTALS = """
SELECT (SELECT count(*) FROM ledger_account), (SELECT count(*) FROM ledger_transfer),
       (SELECT coalesce(sum(balance_fen), 0) FROM ledger_account)
           + (SELECT coalesce(sum(amount_fen), 0) FROM ledger_collectqueue)
"""


def verify_county(settled_orders: Iterable[UUID] = ()) -> VerifyReport:
    """Recomputes the open county's ledger and reports what does not agree.

    Stored = recomputed balance and held amount of each account; the sum of all, unfolded rows too, is
    0; each pending is resolved at most once, by no more than it held and not after it expired; no
    guarded account is below zero, and none that collects except clearing; the escrow of each of
    `settled_orders` is empty.
    """
    ((accounts, transfers, sum_fen),) = _rows(_TOTALS)
    problems = [f"all accounts together hold {sum_fen} fen instead of 0"] if sum_fen else []
    for sql, words in _CHECKS:
        problems += [words(row) for row in _rows(sql, MOST_PROBLEMS)]
    covered = sorted(kind.value for kind in AccountKind if kind not in GUARDED | UNCOVERED)
    problems += [_below_zero(row) for row in _rows(_UNCOVERED, covered, MOST_PROBLEMS)]
    problems += [_unsettled(row) for row in _rows(_UNSETTLED, list(settled_orders), MOST_PROBLEMS)]
    return VerifyReport(accounts, transfers, problems, int(sum_fen))


def _balance(row: tuple[Any, ...]) -> str:
    account_id, kind, stored, stored_held, fen, held = row
    if kind is None:
        return f"account {account_id} does not exist, yet transfers or queued amounts name it ({fen} fen)"
    if stored != fen:
        return f"account {account_id} ({kind}) stores {stored} fen, its transfers make {fen} fen"
    return f"account {account_id} ({kind}) stores {stored_held} fen held, its open holds make {held} fen"


def _resolution(row: tuple[Any, ...]) -> str:
    transfer_id, pending_id, phase, fen, pending_phase, pending_fen, other, late = row
    start = f"transfer {transfer_id} ({phase}, {fen} fen) resolves {pending_id}"
    if pending_phase != "pending":
        return f"{start}, which is {pending_phase or 'nowhere'} and no hold"
    if other:
        return f"{start}, whose accounts or subject are others"
    return f"{start} after it had expired" if late else f"{start}, which holds {pending_fen} fen"


def _twice(row: tuple[Any, ...]) -> str:
    return f"hold {row[0]} was resolved {row[1]} times"


def _overdrawn(row: tuple[Any, ...]) -> str:
    return f"account {row[0]} ({row[1]}) has {row[2]} fen and holds {row[3]} fen"


def _below_zero(row: tuple[Any, ...]) -> str:
    return f"account {row[0]} ({row[1]}) collects and stands at {row[2]} fen"


def _unsettled(row: tuple[Any, ...]) -> str:
    return f"order {row[1]} is settled, yet its escrow {row[0]} has {row[2]} fen and holds {row[3]} fen"


_CHECKS: Final[tuple[tuple[str, Callable[[tuple[Any, ...]], str]], ...]] = (
    (_BALANCES, _balance),
    (_RESOLUTIONS, _resolution),
    (_TWICE, _twice),
    (_OVERDRAWN, _overdrawn),
)


def _rows(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
