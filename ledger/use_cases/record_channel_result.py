from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from kernel import facts
from kernel.actor import Actor
from kernel.outbox import emit
from kernel.states import transition
from ledger import channel_requests
from ledger.channels.port import ChannelOutcome, ChannelResult
from ledger.contracts import AccountKind, Direction, Line
from ledger.models import TopUp, Withdrawal
from ledger.states import MACHINES, RequestState
from ledger.use_cases.open_account import open_account
from ledger.use_cases.post_hold import post_hold
from ledger.use_cases.transfer import transfer
from ledger.use_cases.void_hold import void_hold

_FINAL: Final = {
    ChannelOutcome.SUCCEEDED: RequestState.SUCCEEDED,
    ChannelOutcome.FAILED: RequestState.FAILED,
}
_ROLES: Final = {AccountKind.WORKER_WALLET: "worker", AccountKind.EMPLOYER_WALLET: "employer"}


def record_channel_result(
    *, direction: Direction, request_id: UUID, result: ChannelResult, actor: Actor, now: datetime
) -> RequestState:
    """Settles a top-up or withdrawal by the channel's answer and returns the state it is in.

    Money moves on the first final answer; the same answer again changes nothing, PENDING only notes
    the channel's reference. Raises `not_found`, and `stale_state` when the channel contradicts its
    final answer, which a person must look at.
    """
    row: TopUp | Withdrawal = (
        channel_requests.locked(TopUp, request_id)
        if direction is Direction.TOP_UP
        else channel_requests.locked(Withdrawal, request_id)
    )
    to = _FINAL.get(result.outcome)
    if to is None:
        if row.state == RequestState.REQUESTED:
            row.reference = result.reference[:80]
            row.save(update_fields=["reference"])
        return RequestState(row.state)
    if row.state == to:
        return to
    transition(row, to, machine=MACHINES[direction], actor=actor, now=now, reason=result.reason)
    if isinstance(row, Withdrawal):
        _settle_withdrawal(row, to, now)
    elif to is RequestState.SUCCEEDED:
        _credit_top_up(row, now)
    row.reference, row.failure = result.reference[:80], result.reason[:40]
    row.resolved_at, row.token_sealed = now, ""
    row.save(update_fields=["reference", "failure", "resolved_at", "token_sealed"])
    emit(
        f"cn.linggong.{direction}.settled.v1",
        subject=row.id,
        data={**channel_requests.news(row), "outcome": to.value, "failure": row.failure},
        now=now,
    )
    return to


def _settle_withdrawal(row: Withdrawal, to: RequestState, now: datetime) -> None:
    if to is RequestState.FAILED:
        void_hold(hold_id=row.hold_id, now=now)
        return
    post_hold(hold_id=row.hold_id, amount_fen=row.amount_fen, now=now)
    facts.record(
        "withdrawal.paid",
        now=now,
        subject=row.id,
        values={"amount_fen": row.amount_fen},
        role=_ROLES[AccountKind(row.owner_kind)],
    )


def _credit_top_up(row: TopUp, now: datetime) -> None:
    clearing = open_account(kind=AccountKind.CHANNEL_CLEARING, now=now)
    line = Line(clearing, row.account_id, row.amount_fen, "top_up", row.id)
    (row.transfer_id,) = transfer(lines=[line], now=now)
    row.save(update_fields=["transfer_id"])
