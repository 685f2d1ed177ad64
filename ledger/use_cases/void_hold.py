from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.ids import uuid7
from ledger import holds, postings
from ledger.contracts import Phase
from ledger.errors import HOLD_NOT_EXPIRED
from ledger.postings import Change, Entry


def void_hold(*, hold_id: UUID, now: datetime, after_expiry: bool = False) -> UUID:
    """Releases a hold to its payer; returns the transfer's id.

    `after_expiry` is the timer's way: it releases only what has expired. Raises `hold_unknown`,
    `hold_resolved`, `hold_not_expired`.
    """
    pending, _ = holds.open_hold(hold_id, now=now)
    if after_expiry and not holds.expired(pending, now):
        raise HOLD_NOT_EXPIRED.error()
    void = Entry(
        uuid7(),
        Phase.VOID,
        pending.debit,
        pending.credit,
        pending.amount_fen,
        pending.purpose,
        pending.subject,
        pending=hold_id,
    )
    postings.write([void], changes={pending.debit: Change(0, held_fen=-pending.amount_fen)}, now=now)
    return void.id
