"""Finding an open hold with its accounts locked; shared by the two verbs that resolve one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from ledger import postings
from ledger.contracts import Phase
from ledger.errors import HOLD_RESOLVED, HOLD_UNKNOWN
from ledger.models import Transfer
from ledger.rules import Balance


def open_hold(hold_id: UUID, *, now: datetime) -> tuple[Transfer, dict[UUID, Balance]]:
    """The pending transfer, not yet resolved, and its two accounts. Raises `hold_unknown`, `hold_resolved`.

    The look for a resolution comes after the payer's lock: whoever resolved it held that lock.
    """
    pending = Transfer.objects.filter(id=hold_id, phase=Phase.PENDING).first()
    if pending is None:
        raise HOLD_UNKNOWN.error()
    accounts = postings.lock({pending.debit, pending.credit}, spending=(), now=now)
    if Transfer.objects.filter(pending_id=hold_id).exists():
        raise HOLD_RESOLVED.error()
    return pending, accounts


def expired(pending: Transfer, now: datetime) -> bool:
    return pending.expires_at is not None and now >= pending.expires_at
