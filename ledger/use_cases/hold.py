from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.ids import uuid7
from kernel.money import check_fen
from ledger import postings
from ledger.contracts import Phase
from ledger.postings import Change, Entry


def hold(
    *,
    debit: UUID,
    credit: UUID,
    amount_fen: int,
    purpose: str,
    subject: UUID,
    now: datetime,
    expires_at: datetime | None = None,
    field: str | None = None,
) -> UUID:
    """Sets money of a guarded account aside for a payee, who gets nothing yet; returns the hold's id.

    `post_hold` pays it out, `void_hold` releases it; from `expires_at` on it can only be released.
    Raises `insufficient_funds` (params `shortfall_fen`), `amount_invalid`, `account_unknown`;
    ValueError for a collecting payer, which has nothing to guard.
    """
    check_fen(amount_fen, field=field or "amount_fen")
    accounts = postings.lock({debit, credit}, spending=(), now=now)
    payer = accounts[debit]
    if not payer.guarded:
        raise ValueError(f"{payer.kind} cannot hold money")
    if payer.available_fen < amount_fen:
        raise postings.insufficient(amount_fen - payer.available_fen, field)
    pending = Entry(
        uuid7(), Phase.PENDING, debit, credit, amount_fen, purpose, subject, expires_at=expires_at
    )
    postings.write([pending], changes={debit: Change(0, held_fen=amount_fen)}, now=now)
    return pending.id
