from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection

from kernel.ids import uuid7
from ledger.contracts import GUARDED, OWNED, AccountKind
from ledger.models import Account


def open_account(*, kind: AccountKind, owner_id: UUID | None = None, now: datetime) -> UUID:
    """The id of the account of this kind and owner, opened if there is none yet.

    Two callers at once get the same one. Raises ValueError when an owned kind (guarded, or one an
    insurer) has no owner, or one of the county's own has.
    """
    if (kind in OWNED) != (owner_id is not None):
        raise ValueError(f"{kind} with owner {owner_id}: {'needs one' if kind in OWNED else 'has none'}")
    known = Account.objects.filter(kind=kind, owner_id=owner_id).values_list("id", flat=True)
    found: UUID | None = known.first()
    if found is not None:
        return found
    with connection.cursor() as cursor:
        # waits for another opener's commit, so the row is there for the second look either way
        cursor.execute(
            "INSERT INTO ledger_account (id, kind, owner_id, guarded, balance_fen, held_fen, opened_at) "
            "VALUES (%s, %s, %s, %s, 0, 0, %s) ON CONFLICT (kind, owner_id) DO NOTHING",
            [uuid7(), kind.value, owner_id, kind in GUARDED, now],
        )
    opened: UUID = known.all().get()
    return opened
