from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.actor import Actor
from kernel.ids import uuid7
from kernel.money import check_fen
from ledger import channel_requests
from ledger.contracts import AccountKind, Direction
from ledger.models import TopUp
from ledger.use_cases.open_account import open_account
from tenants import gate


def request_top_up(
    *, owner_id: UUID, amount_fen: int, payment_account: str, actor: Actor, now: datetime
) -> UUID:
    """Asks the channel for money into an employer's wallet; returns the request's id.

    Nothing reaches the wallet before the channel has answered. `payment_account` is the account that
    pays, as the channel knows it; stored sealed. That `actor` may act for this employer is the
    caller's to check. Raises `forbidden`, `amount_invalid`, `payment_account_invalid`.
    """
    actor.require("wallet:employer")
    gate.may_begin()
    check_fen(amount_fen, field="amount_fen")
    token = channel_requests.check_account_token(payment_account)
    wallet = open_account(kind=AccountKind.EMPLOYER_WALLET, owner_id=owner_id, now=now)
    request_id = uuid7()
    row = TopUp.objects.create(
        **channel_requests.common_columns(
            TopUp,
            request_id=request_id,
            owner_kind=AccountKind.EMPLOYER_WALLET,
            owner_id=owner_id,
            account_id=wallet,
            amount_fen=amount_fen,
            token=token,
            now=now,
        )
    )
    channel_requests.announce(row, Direction.TOP_UP, actor=actor, now=now)
    return request_id
