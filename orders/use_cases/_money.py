"""The order's money: into escrow once, out of it to workers, insurer and county, the rest back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from compliance.insurance.contracts import PolicyView
from kernel import facts
from ledger import selectors as ledger
from ledger.contracts import AccountKind, Line, partner_account_id
from ledger.use_cases.hold import hold
from ledger.use_cases.lock_accounts import lock_accounts
from ledger.use_cases.open_account import open_account
from ledger.use_cases.transfer import transfer
from orders import rules
from orders.models import Assignment, Order


def fund_escrow(*, order_id: UUID, employer_id: UUID, total_fen: int, now: datetime) -> UUID:
    """Moves the whole of what the order may cost into an account of its own. Raises
    `insufficient_funds` with `shortfall_fen`."""
    wallet = open_account(kind=AccountKind.EMPLOYER_WALLET, owner_id=employer_id, now=now)
    escrow = open_account(kind=AccountKind.ORDER_ESCROW, owner_id=order_id, now=now)
    transfer(lines=[Line(wallet, escrow, total_fen, "escrow", order_id)], now=now)
    return escrow


def lock_wallets(*, order: Order, worker_ids: Iterable[UUID], now: datetime) -> None:
    """Locks the escrow and the workers' wallets at once and in id order, before several of them are
    posted to one after another: two orders with the same workers cannot wait for each other."""
    wallets = ledger.accounts(AccountKind.WORKER_WALLET, list(worker_ids))
    lock_accounts(account_ids=[order.escrow_account, *(view.id for view in wallets.values())], now=now)


def hold_wage(*, order: Order, assignment_id: UUID, worker_id: UUID, now: datetime) -> UUID:
    """Sets the most that the place can earn aside for the worker."""
    wallet = open_account(kind=AccountKind.WORKER_WALLET, owner_id=worker_id, now=now)
    return hold(
        debit=order.escrow_account,
        credit=wallet,
        amount_fen=order.wage_max_fen,
        purpose="wage",
        subject=assignment_id,
        now=now,
    )


def pay_premium(
    *, order: Order, assignment: Assignment, policy: PolicyView, amount_fen: int, now: datetime
) -> None:
    """Pays the employer's part of a policy's premium to what the county owes its insurer."""
    if amount_fen:
        payable = _payable(policy.insurer, now=now)
        transfer(lines=[Line(order.escrow_account, payable, amount_fen, "premium", policy.id)], now=now)
        _record(order, policy.id, -amount_fen, now=now)
    assignment.premium_paid_fen += amount_fen


def return_premium(*, order: Order, assignment: Assignment, policy: PolicyView, now: datetime) -> None:
    """The cover is off before work: all that the place has paid for it comes back into escrow, a further
    day and a change that has not been settled yet included."""
    amount_fen = assignment.premium_paid_fen
    take_back(order=order, assignment=assignment, policy=policy, amount_fen=amount_fen, now=now)


def take_back(
    *, order: Order, assignment: Assignment, policy: PolicyView, amount_fen: int, now: datetime
) -> None:
    """Takes so much of a paid premium back into escrow."""
    if amount_fen == 0:
        return
    payable = _payable(policy.insurer, now=now)
    transfer(lines=[Line(payable, order.escrow_account, amount_fen, "premium_refund", policy.id)], now=now)
    _record(order, policy.id, amount_fen, now=now)
    assignment.premium_paid_fen -= amount_fen


def pay_further_day(*, order: Order, policy: PolicyView, amount_fen: int, now: datetime) -> None:
    """Pays a further day of cover out of the employer's wallet: escrow holds what the order was to cost.
    Raises `insufficient_funds` with `shortfall_fen`."""
    wallet = open_account(kind=AccountKind.EMPLOYER_WALLET, owner_id=order.employer_id, now=now)
    payable = _payable(policy.insurer, now=now)
    transfer(lines=[Line(wallet, payable, amount_fen, "premium", policy.id)], now=now)


def return_further_day(*, order: Order, policy: PolicyView, amount_fen: int, now: datetime) -> None:
    """Gives it back: the insurer did not take the further day."""
    wallet = open_account(kind=AccountKind.EMPLOYER_WALLET, owner_id=order.employer_id, now=now)
    payable = _payable(policy.insurer, now=now)
    if amount_fen:
        transfer(lines=[Line(payable, wallet, amount_fen, "premium_refund", policy.id)], now=now)


def _payable(insurer: str, *, now: datetime) -> UUID:
    return open_account(kind=AccountKind.PREMIUM_PAYABLE, owner_id=partner_account_id(insurer), now=now)


def refund_rest(*, order: Order, now: datetime) -> int:
    """Empties the escrow into the employer's wallet; returns the fen that went back.

    The order's row is locked and every movement of its escrow happens under that lock, so the
    balance read here is final. Money still held for a worker would be a defect, not a refund.
    """
    view = ledger.account(AccountKind.ORDER_ESCROW, order.id)
    assert view is not None
    if view.held_fen:
        raise RuntimeError(f"order {order.id} ends with {view.held_fen} fen still held")
    if view.balance_fen:
        wallet = open_account(kind=AccountKind.EMPLOYER_WALLET, owner_id=order.employer_id, now=now)
        line = Line(order.escrow_account, wallet, view.balance_fen, "refund", order.id)
        transfer(lines=[line], now=now)
    return view.balance_fen


def compensate(*, order: Order, assignment: Assignment, amount_fen: int, now: datetime) -> None:
    """Pays a booked worker for a cancelled day. His hold is void by then, so escrow covers it."""
    wallet = open_account(kind=AccountKind.WORKER_WALLET, owner_id=assignment.worker_id, now=now)
    line = Line(order.escrow_account, wallet, amount_fen, "compensation", assignment.id)
    transfer(lines=[line], now=now)
    _record(order, assignment.id, -amount_fen, now=now)
    assignment.compensation_fen = amount_fen


def _record(order: Order, subject: UUID, in_fen: int, *, now: datetime) -> None:
    """What entered or left an escrow between its funding and its end; those, and wages and fees, are told
    with the order's and the place's own facts."""
    town = rules.town_of(order.address)
    values = {"in_fen": in_fen}
    facts.record("escrow.moved", now=now, subject=subject, trade=order.trade, town=town, values=values)
