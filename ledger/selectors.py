"""Reading the ledger. Everything returned is evaluated and may leave the county."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Sum

from ledger.contracts import (
    GUARDED,
    AccountKind,
    AccountView,
    Cursor,
    Direction,
    HoldView,
    Movement,
    Phase,
    RequestView,
    StatementLine,
    StatementPage,
)
from ledger.models import Account, CollectQueue, TopUp, Transfer, Withdrawal

MAX_PAGE: Final = 200

# Each side comes in the order of its own index and stops at the page's length, so a page costs the
# same however long the account's history is. A payee sees a pending transfer only once it is posted.
_STATEMENT = """
WITH page AS (
    (SELECT id, at, phase, purpose, subject, credit AS counter, pending_id, amount_fen, true AS paid
     FROM ledger_transfer WHERE debit = %(account)s AND (at, id) < (%(at)s, %(id)s)
     ORDER BY at DESC, id DESC LIMIT %(limit)s)
    UNION ALL
    (SELECT id, at, phase, purpose, subject, debit AS counter, pending_id, amount_fen, false AS paid
     FROM ledger_transfer
     WHERE credit = %(account)s AND phase IN ('posted', 'post') AND (at, id) < (%(at)s, %(id)s)
     ORDER BY at DESC, id DESC LIMIT %(limit)s)
    ORDER BY at DESC, id DESC LIMIT %(limit)s
)
SELECT page.id, page.at, page.phase, page.purpose, page.subject, counter.kind,
       CASE WHEN NOT paid THEN page.amount_fen WHEN page.phase IN ('posted', 'post') THEN -page.amount_fen
            ELSE 0 END,
       CASE WHEN NOT paid OR page.phase = 'posted' THEN 0 WHEN page.phase = 'pending' THEN page.amount_fen
            ELSE -pending.amount_fen END
FROM page
JOIN ledger_account AS counter ON counter.id = page.counter
LEFT JOIN ledger_transfer AS pending ON pending.id = page.pending_id
ORDER BY page.at DESC, page.id DESC
"""

_COLLECTED = """
WITH chosen AS (SELECT id, kind, balance_fen FROM ledger_account WHERE kind = ANY(%s::text[])), lines AS (
    SELECT kind, balance_fen AS fen FROM chosen
    UNION ALL
    SELECT chosen.kind, queued.amount_fen
    FROM ledger_collectqueue AS queued JOIN chosen ON chosen.id = queued.account_id
)
SELECT kind, sum(fen)::bigint FROM lines GROUP BY kind
"""

_MOVEMENTS = """
WITH moved AS (
    SELECT subject, purpose, amount_fen AS into_fen, 0 AS out_fen, at FROM ledger_transfer
    WHERE credit = %(account)s AND phase IN ('posted', 'post') AND at >= %(since)s AND at < %(until)s
    UNION ALL
    SELECT subject, purpose, 0, amount_fen, at FROM ledger_transfer
    WHERE debit = %(account)s AND phase IN ('posted', 'post') AND at >= %(since)s AND at < %(until)s
)
SELECT subject, purpose, sum(into_fen)::bigint, sum(out_fen)::bigint, min(at) FROM moved
GROUP BY subject, purpose ORDER BY subject, purpose
"""

# Accounts that hold nothing are skipped, so the sweep does not grow with past holds.
_EXPIRED = """
SELECT t.id FROM ledger_account AS a
JOIN ledger_transfer AS t ON t.debit = a.id AND t.phase = 'pending' AND t.expires_at <= %s
WHERE a.held_fen > 0 AND NOT EXISTS (SELECT FROM ledger_transfer AS r WHERE r.pending_id = t.id)
ORDER BY t.expires_at, t.id LIMIT %s
"""


def account(kind: AccountKind, owner_id: UUID | None = None) -> AccountView | None:
    """The account of this kind and owner, if it was ever opened."""
    return _view(Account.objects.filter(kind=kind, owner_id=owner_id).first())


def account_by_id(account_id: UUID) -> AccountView | None:
    """The account of this id, if there is one."""
    return _view(Account.objects.filter(id=account_id).first())


def accounts(kind: AccountKind, owner_ids: Collection[UUID]) -> dict[UUID, AccountView]:
    """Guarded accounts by owner; owners without one are left out. One query."""
    rows = Account.objects.filter(kind=kind, owner_id__in=list(owner_ids), guarded=True)
    return {row.owner_id: _plain(row) for row in rows}


def collected() -> dict[AccountKind, int]:
    """What the county's collecting accounts hold by kind, in fen, unfolded rows too; a kind that has an
    account an insurer is their sum. Kinds without an account yet are 0. One query."""
    kinds = [kind for kind in AccountKind if kind not in GUARDED]
    with connection.cursor() as cursor:
        cursor.execute(_COLLECTED, [[kind.value for kind in kinds]])
        found = {AccountKind(kind): int(fen) for kind, fen in cursor.fetchall()}
    return {kind: found.get(kind, 0) for kind in kinds}


def movements(account_id: UUID, since: datetime, until: datetime) -> list[Movement]:
    """What was paid into and out of an account from `since` until before `until`: one line a subject
    and purpose, in order of subject. One query; holds that were not paid do not count."""
    with connection.cursor() as cursor:
        cursor.execute(_MOVEMENTS, {"account": account_id, "since": since, "until": until})
        return [Movement(*row) for row in cursor.fetchall()]


def statement(account_id: UUID, before: Cursor | None = None, limit: int = 50) -> StatementPage:
    """A page of the account's statement, newest first, of lines older than `before`. One query."""
    limit = max(1, min(limit, MAX_PAGE))
    with connection.cursor() as cursor:
        cursor.execute(
            _STATEMENT,
            {
                "account": account_id,
                "at": before.at if before else "infinity",
                "id": before.id if before else UUID(int=2**128 - 1),
                "limit": limit + 1,
            },
        )
        rows = cursor.fetchall()
    lines = tuple(_line(row) for row in rows[:limit])
    return StatementPage(lines, Cursor(lines[-1].at, lines[-1].id) if len(rows) > limit else None)


def hold(hold_id: UUID) -> HoldView | None:
    """A hold and what became of it."""
    pending = Transfer.objects.filter(id=hold_id, phase=Phase.PENDING).first()
    if pending is None:
        return None
    end = Transfer.objects.filter(pending_id=hold_id).first()
    return HoldView(
        id=pending.id,
        debit=pending.debit,
        credit=pending.credit,
        amount_fen=pending.amount_fen,
        purpose=pending.purpose,
        subject=pending.subject,
        expires_at=pending.expires_at,
        phase=Phase(end.phase) if end else Phase.PENDING,
        posted_fen=end.amount_fen if end and end.phase == Phase.POST else 0,
    )


def expired_holds(*, now: datetime, limit: int) -> list[UUID]:
    """Open holds past their expiry, the longest overdue first."""
    with connection.cursor() as cursor:
        cursor.execute(_EXPIRED, [now, limit])
        return [row[0] for row in cursor.fetchall()]


def request(direction: Direction, request_id: UUID) -> RequestView | None:
    """A top-up or withdrawal by id; whose it is, the caller checks."""
    row = _model(direction).objects.filter(id=request_id).first()
    return _request(direction, row) if row else None


def requests(
    direction: Direction, owner_id: UUID, before: Cursor | None = None, limit: int = 50
) -> list[RequestView]:
    """An owner's top-ups or withdrawals, newest first, older than `before` (its `requested_at`, id)."""
    rows = _model(direction).objects.filter(owner_id=owner_id)
    if before:
        older = rows.filter(requested_at__lt=before.at)
        rows = older | rows.filter(requested_at=before.at, id__lt=before.id)
    newest = rows.order_by("-requested_at", "-id")[: max(1, min(limit, MAX_PAGE))]
    return [_request(direction, row) for row in newest]


def _model(direction: Direction) -> type[TopUp | Withdrawal]:
    return TopUp if direction is Direction.TOP_UP else Withdrawal


def _view(row: Account | None) -> AccountView | None:
    if row is None:
        return None
    view = _plain(row)
    if row.guarded:
        return view
    queued = CollectQueue.objects.filter(account_id=row.id).aggregate(fen=Sum("amount_fen"))["fen"] or 0
    return AccountView(view.id, view.kind, view.owner_id, view.balance_fen + int(queued), view.held_fen)


def _plain(row: Account) -> AccountView:
    return AccountView(row.id, AccountKind(row.kind), row.owner_id, row.balance_fen, row.held_fen)


def _line(row: tuple[Any, ...]) -> StatementLine:
    line_id, at, phase, purpose, subject, counter, amount_fen, held_fen = row
    return StatementLine(
        line_id, at, Phase(phase), purpose, subject, AccountKind(counter), amount_fen, held_fen
    )


def _request(direction: Direction, row: TopUp | Withdrawal) -> RequestView:
    return RequestView(
        id=row.id,
        direction=direction,
        owner_kind=AccountKind(row.owner_kind),
        owner_id=row.owner_id,
        amount_fen=row.amount_fen,
        state=row.state,
        failure=row.failure,
        requested_at=row.requested_at,
        resolved_at=row.resolved_at,
    )
