"""What ledger tests share: wallets with money in them, and racers that start together."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from uuid import UUID

from django.db import connections

from kernel.errors import DomainError
from kernel.ids import uuid7
from ledger import selectors, use_cases
from ledger.contracts import PER_PARTNER, AccountKind, AccountView, Line, partner_account_id
from tenants.county import CountyWork

T = TypeVar("T")


def opened(work: CountyWork, kind: AccountKind, fen: int = 0) -> UUID:
    """A new owner's account of this kind, with money that came in through the channel."""
    account = use_cases.open_account(kind=kind, owner_id=uuid7(), now=work.now)
    if fen:
        clearing = use_cases.open_account(kind=AccountKind.CHANNEL_CLEARING, now=work.now)
        use_cases.transfer(lines=[Line(clearing, account, fen, "top_up", uuid7())], now=work.now)
    return account


def collector(work: CountyWork, kind: AccountKind) -> UUID:
    """The county's account of a collecting kind; of one that insurers own, a sample insurer's."""
    owner = partner_account_id("minjiang") if kind in PER_PARTNER else None
    return use_cases.open_account(kind=kind, owner_id=owner, now=work.now)


def seen(account_id: UUID) -> AccountView:
    view = selectors.account_by_id(account_id)
    assert view is not None
    return view


def figures(account_id: UUID) -> tuple[int, int]:
    """(balance, held) in fen."""
    view = seen(account_id)
    return view.balance_fen, view.held_fen


def race(racers: int, run: Callable[[int], T]) -> list[T]:
    """Calls `run(0)` … `run(racers - 1)` in threads that start together; each has its own connection."""
    gate = threading.Barrier(racers)

    def one(number: int) -> T:
        try:
            gate.wait()
            return run(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(racers) as pool:
        return [future.result() for future in [pool.submit(one, number) for number in range(racers)]]


def refused(run: Callable[[], object]) -> str | None:
    """The code of the refusal that `run` met, or None when it went through."""
    try:
        run()
    except DomainError as error:
        return error.code
    return None
