from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kernel.ids import uuid7
from kernel.money import check_fen
from ledger import postings, rules
from ledger.contracts import Line, Phase
from ledger.postings import Change, Entry


def transfer(*, lines: Sequence[Line], now: datetime, field: str | None = None) -> list[UUID]:
    """Moves money at once, all lines or none, and returns the transfers' ids in the lines' order.

    Lines are played in order: money that one brings in, a later one may pay out. Raises
    `insufficient_funds` (params `shortfall_fen`; `field` names the input at fault), `amount_invalid`,
    `account_unknown`.
    """
    if not lines:
        return []
    for line in lines:
        check_fen(line.amount_fen, field=field or "amount_fen")
    accounts = postings.lock(
        {account for line in lines for account in (line.debit, line.credit)},
        spending={line.debit for line in lines},
        now=now,
    )
    plan = rules.plan(lines, accounts)
    if plan.shortfalls:
        raise postings.insufficient(max(plan.shortfalls.values()), field)
    entries = [
        Entry(uuid7(), Phase.POSTED, line.debit, line.credit, line.amount_fen, line.purpose, line.subject)
        for line in lines
    ]
    postings.write(
        entries,
        changes={account_id: Change(change) for account_id, change in plan.changes.items()},
        collected=[(account_id, entries[index].id, amount) for index, account_id, amount in plan.collected],
        now=now,
    )
    return [entry.id for entry in entries]
