"""Wallets: balance, statement, money in and money out; and the county's books for its treasurer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from rest_framework import serializers

from api.cursors import Page, PageIn
from api.endpoint import Act, Call, Key
from api.fields import Fen, In, Raw
from api.shapes import Out, OutList
from compliance.people.errors import EMPLOYER_DUTY, EMPLOYER_NOT_FOUND, WORKER_NOT_FOUND
from compliance.people.selectors import employer_for, worker_for
from kernel.errors import AMOUNT_INVALID, NOT_FOUND, Refusal
from ledger import selectors
from ledger.contracts import AccountKind, Cursor, Direction, RequestView
from ledger.errors import INSUFFICIENT_FUNDS, PAYMENT_ACCOUNT_INVALID
from ledger.use_cases.request_top_up import request_top_up
from ledger.use_cases.request_withdrawal import request_withdrawal
from ledger.verify import verify_county
from tenants.county import CountyWork
from tenants.errors import MAY_NOT_BEGIN


class WalletOut(Out):
    owner_id = serializers.UUIDField()
    balance_fen = serializers.IntegerField()
    held_fen = serializers.IntegerField(help_text="set aside, such as for a withdrawal under way")
    available_fen = serializers.IntegerField()


class StatementLineOut(Out):
    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    phase = serializers.CharField(help_text="posted, pending, post or void")
    purpose = serializers.CharField()
    subject = serializers.UUIDField(help_text="the order, place or request it is about")
    counter_kind = serializers.CharField(help_text="kind of account on the other side")
    amount_fen = serializers.IntegerField(help_text="change of the balance, signed")
    held_fen = serializers.IntegerField(help_text="change of what is set aside, signed")


class MoneyRequestOut(Out):
    """A top-up or withdrawal under way or done."""

    id = serializers.UUIDField()
    direction = serializers.CharField()
    owner_kind = serializers.CharField()
    owner_id = serializers.UUIDField()
    amount_fen = serializers.IntegerField()
    state = serializers.CharField(help_text="requested, succeeded or failed")
    failure = serializers.CharField(help_text="the channel's short code, or empty")
    requested_at = serializers.DateTimeField()
    resolved_at = serializers.DateTimeField(allow_null=True)


class _Worker(Act):
    """Whose wallet: a worker's."""

    tag = "money"
    scope = "wallet:worker"
    kind = AccountKind.WORKER_WALLET
    refuses: ClassVar[tuple[Refusal, ...]] = (WORKER_NOT_FOUND,)

    def owner(self, call: Call) -> UUID:
        return worker_for(call.who, call.path["worker_id"]).id


class _Employer(Act):
    """Whose wallet: an employer's. Foremen do not touch money."""

    tag = "money"
    scope = "wallet:employer"
    kind = AccountKind.EMPLOYER_WALLET
    refuses: ClassVar[tuple[Refusal, ...]] = (EMPLOYER_NOT_FOUND, EMPLOYER_DUTY)

    def owner(self, call: Call) -> UUID:
        return employer_for(call.who, call.path["employer_id"], "publish").id


def _wallet(kind: AccountKind, owner_id: UUID) -> dict[str, Any]:
    account = selectors.account(kind, owner_id)
    return {
        "owner_id": owner_id,
        "balance_fen": account.balance_fen if account else 0,
        "held_fen": account.held_fen if account else 0,
        "available_fen": account.available_fen if account else 0,
    }


class ReadWorkersWallet(_Worker):
    """A worker's balance."""

    gives = WalletOut

    def act(self, work: CountyWork, call: Call) -> Any:
        return _wallet(self.kind, self.owner(call))


class ReadEmployersWallet(_Employer):
    """An employer's balance."""

    gives = WalletOut

    def act(self, work: CountyWork, call: Call) -> Any:
        return _wallet(self.kind, self.owner(call))


def _statement(kind: AccountKind, owner_id: UUID, call: Call) -> Page[Any]:
    account = selectors.account(kind, owner_id)
    if account is None:
        return Page([], None)
    page = selectors.statement(account.id, _cursor(call.position), call.query["limit"])
    return Page(page.lines, None if page.next is None else [page.next.at.isoformat(), str(page.next.id)])


def _cursor(position: Sequence[str] | None) -> Cursor | None:
    if position is None:
        return None
    at, line_id = position
    return Cursor(datetime.fromisoformat(at), UUID(line_id))


class ReadWorkersStatement(_Worker):
    """A worker's statement, newest first."""

    asks = PageIn
    gives = StatementLineOut
    paged = True

    def act(self, work: CountyWork, call: Call) -> Page[Any]:
        return _statement(self.kind, self.owner(call), call)


class ReadEmployersStatement(_Employer):
    """An employer's statement, newest first."""

    asks = PageIn
    gives = StatementLineOut
    paged = True

    def act(self, work: CountyWork, call: Call) -> Page[Any]:
        return _statement(self.kind, self.owner(call), call)


class MoneyIn(In):
    amount_fen = Fen(help_text="fen; 1 yuan = 100")
    payment_account = Raw(
        max_length=200,
        help_text="the account as the payment channel knows it; kept sealed. In a sandbox any text works, "
        "and one beginning with `fail` fails",
    )


_MONEY_EXAMPLE = {"amount_fen": 30000, "payment_account": "6222020200112233445"}


class MoneyRequestIdOut(Out):
    id = serializers.UUIDField()
    state = serializers.CharField()
    amount_fen = serializers.IntegerField()


class TopUp(_Employer):
    """Ask the payment channel for money into an employer's wallet.

    Nothing reaches the wallet before the channel has answered; ask for the request's state.
    """

    takes = MoneyIn
    gives = MoneyRequestIdOut
    status = 202
    key = Key.REQUIRED
    refuses = (*_Employer.refuses, AMOUNT_INVALID, PAYMENT_ACCOUNT_INVALID, *MAY_NOT_BEGIN)
    example = _MONEY_EXAMPLE

    def act(self, work: CountyWork, call: Call) -> Any:
        request_id = request_top_up(owner_id=self.owner(call), actor=call.who, now=work.now, **call.data)
        return selectors.request(Direction.TOP_UP, request_id)


def _withdraw(kind: AccountKind, owner_id: UUID, work: CountyWork, call: Call) -> RequestView | None:
    request_id = request_withdrawal(owner_id=owner_id, kind=kind, actor=call.who, now=work.now, **call.data)
    return selectors.request(Direction.WITHDRAWAL, request_id)


class WithdrawFromWorkersWallet(_Worker):
    """Set a worker's money aside and ask the payment channel to pay it out. Free of charge."""

    takes = MoneyIn
    gives = MoneyRequestIdOut
    status = 202
    key = Key.REQUIRED
    refuses = (*_Worker.refuses, AMOUNT_INVALID, PAYMENT_ACCOUNT_INVALID, INSUFFICIENT_FUNDS)
    example = _MONEY_EXAMPLE

    def act(self, work: CountyWork, call: Call) -> Any:
        return _withdraw(self.kind, self.owner(call), work, call)


class WithdrawFromEmployersWallet(_Employer):
    """Set an employer's money aside and ask the payment channel to pay it out."""

    takes = MoneyIn
    gives = MoneyRequestIdOut
    status = 202
    key = Key.REQUIRED
    refuses = (*_Employer.refuses, AMOUNT_INVALID, PAYMENT_ACCOUNT_INVALID, INSUFFICIENT_FUNDS)
    example = _MONEY_EXAMPLE

    def act(self, work: CountyWork, call: Call) -> Any:
        return _withdraw(self.kind, self.owner(call), work, call)


def _requests(direction: Direction, owner_id: UUID, call: Call) -> Page[Any]:
    limit = call.query["limit"]
    rows = selectors.requests(direction, owner_id, _cursor(call.position), limit + 1)
    shown = rows[:limit]
    after = [shown[-1].requested_at.isoformat(), str(shown[-1].id)] if len(rows) > limit else None
    return Page(shown, after)


class ListTopUps(_Employer):
    """An employer's top-ups, newest first."""

    asks = PageIn
    gives = MoneyRequestOut
    paged = True

    def act(self, work: CountyWork, call: Call) -> Page[Any]:
        return _requests(Direction.TOP_UP, self.owner(call), call)


class ListWorkersWithdrawals(_Worker):
    """A worker's withdrawals, newest first."""

    asks = PageIn
    gives = MoneyRequestOut
    paged = True

    def act(self, work: CountyWork, call: Call) -> Page[Any]:
        return _requests(Direction.WITHDRAWAL, self.owner(call), call)


class ListEmployersWithdrawals(_Employer):
    """An employer's withdrawals, newest first."""

    asks = PageIn
    gives = MoneyRequestOut
    paged = True

    def act(self, work: CountyWork, call: Call) -> Page[Any]:
        return _requests(Direction.WITHDRAWAL, self.owner(call), call)


def _own_request(direction: Direction, call: Call) -> RequestView:
    found = selectors.request(direction, call.path["request_id"])
    if found is None:
        raise NOT_FOUND.error(field="request_id")
    if found.owner_kind is AccountKind.WORKER_WALLET:
        worker_for(call.who, found.owner_id, field="request_id")
    else:
        employer_for(call.who, found.owner_id, "publish", field="request_id")
    return found


class ReadTopUp(Act):
    """How a top-up stands."""

    tag = "money"
    scope = "wallet:employer"
    gives = MoneyRequestOut
    refuses = (NOT_FOUND,)

    def act(self, work: CountyWork, call: Call) -> Any:
        return _own_request(Direction.TOP_UP, call)


class ReadWithdrawal(Act):
    """How a withdrawal stands."""

    tag = "money"
    gives = MoneyRequestOut
    refuses = (NOT_FOUND,)

    def act(self, work: CountyWork, call: Call) -> Any:
        return _own_request(Direction.WITHDRAWAL, call)


class VerificationOut(Out):
    accounts = serializers.IntegerField()
    transfers = serializers.IntegerField()
    sum_fen = serializers.IntegerField(help_text="over all accounts; 0 when the books balance")
    problems = OutList(child=serializers.CharField())


class VerifyLedger(Act):
    """Recompute every balance of the county from its transfers and compare. For the treasurer."""

    tag = "money"
    scope = "ledger:verify"
    gives = VerificationOut

    def act(self, work: CountyWork, call: Call) -> Any:
        return verify_county()


class AccountOut(Out):
    kind = serializers.CharField()
    balance_fen = serializers.IntegerField()


_COLLECTING = (
    AccountKind.FEE_INCOME,
    AccountKind.PREMIUM_PAYABLE,
    AccountKind.PENALTY_INCOME,
    AccountKind.COVER_FUND,
    AccountKind.COVER_RESERVE,
    AccountKind.CHANNEL_CLEARING,
)


class ListCollectingAccounts(Act):
    """What the county has collected: fees, premiums, penalties, and what its banks hold (negative).

    Premiums are those of all insurers together; money for cover is there too.
    """

    tag = "money"
    scope = "ledger:read"
    gives = AccountOut
    listed = True

    def act(self, work: CountyWork, call: Call) -> Any:
        held = selectors.collected()
        return [{"kind": kind, "balance_fen": held[kind]} for kind in _COLLECTING]
