from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.ids import uuid7
from kernel.money import check_fen, yuan
from ledger import holds, postings
from ledger.contracts import Phase
from ledger.errors import HOLD_EXCEEDED, HOLD_EXPIRED
from ledger.postings import Change, Entry


def post_hold(*, hold_id: UUID, amount_fen: int, now: datetime) -> UUID:
    """Pays `amount_fen` of a hold to its payee and frees the rest; returns the transfer's id.

    To pay nothing, void it. Raises `hold_unknown`, `hold_resolved`, `hold_expired`, `hold_exceeded`,
    `amount_invalid`.
    """
    check_fen(amount_fen, field="amount_fen")
    pending, accounts = holds.open_hold(hold_id, now=now)
    if holds.expired(pending, now):
        raise HOLD_EXPIRED.error()
    if amount_fen > pending.amount_fen:
        raise HOLD_EXCEEDED.error(
            field="amount_fen", amount_yuan=yuan(amount_fen), held_yuan=yuan(pending.amount_fen)
        )
    post = Entry(
        uuid7(),
        Phase.POST,
        pending.debit,
        pending.credit,
        amount_fen,
        pending.purpose,
        pending.subject,
        pending=hold_id,
    )
    changes = {pending.debit: Change(-amount_fen, held_fen=-pending.amount_fen)}
    collected = []
    if accounts[pending.credit].locked:
        changes[pending.credit] = Change(amount_fen)
    else:
        collected.append((pending.credit, post.id, amount_fen))
    postings.write([post], changes=changes, collected=collected, now=now)
    return post.id
