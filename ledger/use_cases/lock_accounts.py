from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from ledger import postings


def lock_accounts(*, account_ids: Collection[UUID], now: datetime) -> None:
    """Locks guarded accounts in id order, for a transaction that will post to them one after another.

    Single verbs lock in id order by themselves; several in one transaction, such as paying each
    worker of an order, could meet another such transaction the wrong way round. Call this first with
    all of them. Collecting accounts may be named and are not locked. Raises `account_unknown`.
    """
    postings.lock(account_ids, spending=(), now=now)
