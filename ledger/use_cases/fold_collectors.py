from __future__ import annotations

from datetime import datetime

from ledger import postings


def fold_collectors(*, now: datetime, limit: int = 10_000) -> int:
    """Adds up to `limit` queued amounts to the stored balances of the collecting accounts and returns
    how many. Safe beside writers, who never wait for it, and beside another folder, who does."""
    return postings.fold(now=now, limit=limit)
