"""What the city may see of one county's ledger: accounts by kind with their balances, and what moved
through one. Whose wallet it is stays in the county: an owner is told only where it is an order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Sum

from kernel.actor import Actor
from kernel.errors import NOT_FOUND
from ledger.contracts import AccountKind, Cursor, StatementLine
from ledger.models import Account, CollectQueue, Transfer
from ledger.selectors import statement

MAX_PAGE: Final = 100
DRILL: Final = "city:drill"


@dataclass(frozen=True, slots=True)
class CityAccount:
    """An account without its owner. `order_id` is set for an order's escrow, `partner_account` (see
    `contracts.partner_account_id`) for what is payable to one insurer. Of a collecting account the balance
    counts unfolded rows too."""

    id: UUID
    kind: AccountKind
    order_id: UUID | None
    partner_account: UUID | None
    balance_fen: int
    held_fen: int
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class CityAccounts:
    """A page, newest first; `more` says whether older ones follow."""

    rows: tuple[CityAccount, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class CityTransfers:
    """A page of one account's statement, newest first; `more` says whether older lines follow."""

    rows: tuple[StatementLine, ...]
    more: bool


def accounts_for_city(
    *,
    actor: Actor,
    first: int,
    before: UUID | None = None,
    kind: AccountKind | None = None,
    order: UUID | None = None,
) -> CityAccounts:
    """Accounts of the open county, in two queries; `order` asks for that order's escrow. `before` is the id
    of the last one of the page before. Needs `city:drill`; the caller writes the audit row, since it
    knows the purpose."""
    actor.require(DRILL)
    wanted = Account.objects.order_by("-id")
    if before is not None:
        wanted = wanted.filter(id__lt=before)
    if kind is not None:
        wanted = wanted.filter(kind=kind)
    if order is not None:
        wanted = wanted.filter(kind=AccountKind.ORDER_ESCROW, owner_id=order)
    size = max(1, min(first, MAX_PAGE))
    found = list(wanted[: size + 1])
    queued = dict(
        CollectQueue.objects.filter(account_id__in=[row.id for row in found[:size]])
        .order_by()
        .values_list("account_id")
        .annotate(fen=Sum("amount_fen"))
    )
    rows = tuple(_account(row, int(queued.get(row.id, 0))) for row in found[:size])
    return CityAccounts(rows=rows, more=len(found) > size)


def transfers_for_city(
    *, actor: Actor, account: UUID, first: int, before: UUID | None = None
) -> CityTransfers:
    """Lines of one account's statement of the open county, in three queries at most. `before` is the id of
    the last line of the page before. Needs `city:drill`; the caller writes the audit row. Raises
    `not_found` for an account that is none of this county."""
    actor.require(DRILL)
    if not Account.objects.filter(id=account).exists():
        raise NOT_FOUND.error(field="account")
    position = None
    if before is not None:
        at = Transfer.objects.filter(id=before).values_list("at", flat=True).first()
        if at is None:
            raise NOT_FOUND.error(field="after")
        position = Cursor(at=at, id=before)
    page = statement(account, position, max(1, min(first, MAX_PAGE)))
    return CityTransfers(rows=page.lines, more=page.next is not None)


def _account(row: Account, queued_fen: int) -> CityAccount:
    kind = AccountKind(row.kind)
    return CityAccount(
        id=row.id,
        kind=kind,
        order_id=row.owner_id if kind is AccountKind.ORDER_ESCROW else None,
        partner_account=row.owner_id if kind is AccountKind.PREMIUM_PAYABLE else None,
        balance_fen=row.balance_fen + queued_fen,
        held_fen=row.held_fen,
        opened_at=row.opened_at,
    )
