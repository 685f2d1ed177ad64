"""What top-ups and withdrawals have in common: making the row, and sealing the account it names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar
from uuid import UUID

from kernel import states
from kernel.actor import Actor
from kernel.clock import real_now
from kernel.crypto import open_sealed, seal
from kernel.db import current_scope
from kernel.errors import NOT_FOUND
from kernel.outbox import emit
from ledger.contracts import AccountKind, Direction
from ledger.errors import PAYMENT_ACCOUNT_INVALID
from ledger.models import TopUp, Withdrawal
from ledger.states import MACHINES, RequestState

R = TypeVar("R", TopUp, Withdrawal)

_FIRST_RETRY: Final = timedelta(seconds=60)
_LONGEST_RETRY: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Question:
    """All that a channel needs to be asked."""

    request_id: UUID
    amount_fen: int
    account: str


def check_account_token(token: object) -> str:
    """A payment account as the channel knows it: 1 to 128 visible characters."""
    if not isinstance(token, str) or not 1 <= len(token) <= 128 or not token.isprintable() or " " in token:
        raise PAYMENT_ACCOUNT_INVALID.error(field="payment_account")
    return token


def common_columns(
    model: type[TopUp | Withdrawal],
    *,
    request_id: UUID,
    owner_kind: AccountKind,
    owner_id: UUID,
    account_id: UUID,
    amount_fen: int,
    token: str,
    now: datetime,
) -> dict[str, Any]:
    """Columns of a new request; the token is sealed for this row."""
    return {
        "id": request_id,
        "owner_kind": owner_kind,
        "owner_id": owner_id,
        "account_id": account_id,
        "amount_fen": amount_fen,
        "state": RequestState.REQUESTED,
        "token_sealed": seal(token, **_place(model, request_id)),
        "requested_at": now,
        "ask_again_at": real_now() + _FIRST_RETRY,
    }


def announce(row: TopUp | Withdrawal, direction: Direction, *, actor: Actor, now: datetime) -> None:
    """Starts the row's history and tells the outbox, which carries the request to the channel."""
    states.begin(row, machine=MACHINES[direction], actor=actor, now=now)
    emit(f"cn.linggong.{direction}.requested.v1", subject=row.id, data=news(row), now=now)


def news(row: TopUp | Withdrawal) -> dict[str, Any]:
    return {
        "request_id": str(row.id),
        "owner_kind": str(row.owner_kind),
        "owner_id": str(row.owner_id),
        "amount_fen": row.amount_fen,
    }


def locked(model: type[R], request_id: UUID) -> R:
    """The request, locked to the end of the transaction. Raises `not_found`."""
    row = model.objects.select_for_update().filter(id=request_id).first()
    if row is None:
        raise NOT_FOUND.error()
    found: R = row
    return found


def question(model: type[TopUp | Withdrawal], request_id: UUID) -> Question | None:
    """What to ask the channel, or None when the request is resolved already. Raises `not_found`."""
    row = model.objects.filter(id=request_id).first()
    if row is None:
        raise NOT_FOUND.error()
    if row.state != RequestState.REQUESTED:
        return None
    return Question(row.id, row.amount_fen, open_sealed(row.token_sealed, **_place(model, row.id)))


def claim_stuck(model: type[TopUp | Withdrawal], *, real: datetime, limit: int) -> list[UUID]:
    """Requests whose turn has come to be asked about again, each put off to its next turn: a minute
    after the first, then twice as long each time up to an hour. Another sweeper's rows are skipped."""
    rows = list(
        model.objects.select_for_update(skip_locked=True)
        .filter(state=RequestState.REQUESTED, ask_again_at__lte=real)
        .order_by("ask_again_at")[:limit]
    )
    for row in rows:
        row.attempts += 1
        row.ask_again_at = real + min(_FIRST_RETRY * 2 ** min(row.attempts, 10), _LONGEST_RETRY)
    model.objects.bulk_update(rows, ["attempts", "ask_again_at"])
    return [row.id for row in rows]


def _place(model: type[TopUp | Withdrawal], row: UUID) -> dict[str, Any]:
    scope = current_scope()
    assert scope is not None, "requests are made and read inside a county"
    return {"scope": scope, "table": model._meta.db_table, "column": "token_sealed", "row": row}
