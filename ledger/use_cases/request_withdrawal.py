from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from kernel.actor import Actor
from kernel.ids import uuid7
from kernel.money import check_fen
from ledger import channel_requests
from ledger.contracts import AccountKind, Direction
from ledger.models import Withdrawal
from ledger.use_cases.hold import hold
from ledger.use_cases.open_account import open_account

_SCOPES: Final = {
    AccountKind.WORKER_WALLET: "wallet:worker",
    AccountKind.EMPLOYER_WALLET: "wallet:employer",
}


def request_withdrawal(
    *,
    owner_id: UUID,
    amount_fen: int,
    payment_account: str,
    actor: Actor,
    now: datetime,
    kind: AccountKind = AccountKind.WORKER_WALLET,
) -> UUID:
    """Sets money of a wallet aside and asks the channel to pay it out; returns the request's id.

    `payment_account` is the account that receives, as the channel knows it; stored sealed. That
    `actor` may act for this owner is the caller's to check. Workers pay no fee. Raises `forbidden`,
    `insufficient_funds` (field `amount_fen`), `amount_invalid`, `payment_account_invalid`.
    """
    actor.require(_SCOPES[kind])
    check_fen(amount_fen, field="amount_fen")
    token = channel_requests.check_account_token(payment_account)
    request_id = uuid7()
    wallet = open_account(kind=kind, owner_id=owner_id, now=now)
    hold_id = hold(
        debit=wallet,
        credit=open_account(kind=AccountKind.CHANNEL_CLEARING, now=now),
        amount_fen=amount_fen,
        purpose="withdrawal",
        subject=request_id,
        now=now,
        field="amount_fen",
    )
    row = Withdrawal.objects.create(
        hold_id=hold_id,
        **channel_requests.common_columns(
            Withdrawal,
            request_id=request_id,
            owner_kind=kind,
            owner_id=owner_id,
            account_id=wallet,
            amount_fen=amount_fen,
            token=token,
            now=now,
        ),
    )
    channel_requests.announce(row, Direction.WITHDRAWAL, actor=actor, now=now)
    return request_id
