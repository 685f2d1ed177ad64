"""One moment of the public figures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connections, router, transaction

from reporting.models import Freshness

_SNAPSHOT: Final = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


@contextmanager
def one_moment(*, patience_ms: int | None = None) -> Iterator[None]:
    """What several statements say of the public figures fits together. Reads only, and opens a transaction
    of its own; with `patience_ms` each statement ends after so many milliseconds."""
    alias = router.db_for_read(Freshness)
    patience = "" if patience_ms is None else f"; SET LOCAL statement_timeout = {patience_ms:d}"
    with transaction.atomic(using=alias, durable=True), connections[alias].cursor() as cursor:
        cursor.execute(_SNAPSHOT + patience)
        yield


def in_a_moment() -> bool:
    """Whether somebody has opened a transaction for figures already."""
    return connections[router.db_for_read(Freshness)].in_atomic_block
