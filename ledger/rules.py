"""Arithmetic of postings. Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from ledger.contracts import AccountKind, Line

PURPOSES: Final[Mapping[str, tuple[str, str]]] = {
    "top_up": ("充值", "Top-up"),
    "withdrawal": ("提现", "Withdrawal"),
    "escrow": ("订单托管", "Paid into the order's escrow"),
    "wage": ("工资", "Wages"),
    "fee": ("服务费", "Service fee"),
    "premium": ("保险费", "Insurance premium"),
    "refund": ("退款", "Refund"),
    "premium_refund": ("退还保险费", "Premium refunded"),
    "penalty": ("违约金", "Penalty"),
    "compensation": ("补偿", "Compensation"),
    "fund_deposit": ("基本保障资金拨入", "Paid into the basic cover fund"),
    "fund_return": ("基本保障资金退回", "Paid back out of the basic cover fund"),
    "fund_slice": ("基本保障资金分拨", "Set aside for basic cover"),
    "fund_slice_return": ("基本保障资金收回", "Taken back from basic cover"),
    "reserve_deposit": ("保费差额准备金拨入", "Paid into the premium reserve"),
    "reserve_return": ("保费差额准备金退回", "Paid back out of the premium reserve"),
    "basic_premium": ("基本保障保险费", "Premium of basic cover"),
    "basic_premium_refund": ("退还基本保障保险费", "Premium of basic cover refunded"),
    "premium_difference": ("保险费差额", "Difference to a dearer premium"),
    "premium_difference_refund": ("退还保险费差额", "Difference to a dearer premium refunded"),
    "premium_settlement": ("与保险公司结算保费", "Premiums settled with the insurer"),
}


def purpose_text(purpose: str, lang: str) -> str:
    """The purpose in words, in `zh` or `en`; an unknown code stands for itself."""
    zh, en = PURPOSES.get(purpose, (purpose, purpose))
    return zh if lang == "zh" else en


@dataclass(slots=True)
class Balance:
    """An account as read. `locked` rows may be written; others are only collected into."""

    id: UUID
    kind: AccountKind
    guarded: bool
    balance_fen: int
    held_fen: int
    locked: bool

    @property
    def available_fen(self) -> int:
        return self.balance_fen - self.held_fen


@dataclass(slots=True)
class Plan:
    """What a list of lines does. `changes` are written to locked accounts; `collected` gives, line by
    line, what is queued for the others. `shortfalls` is what each payer lacks to make it possible."""

    changes: dict[UUID, int] = field(default_factory=dict)
    collected: list[tuple[int, UUID, int]] = field(default_factory=list)
    shortfalls: dict[UUID, int] = field(default_factory=dict)


def plan(lines: Sequence[Line], accounts: Mapping[UUID, Balance]) -> Plan:
    """Plays the lines in order. A payer's shortfall is measured at its lowest point, so that adding
    just that much makes the whole list succeed."""
    result = Plan()
    lowest: dict[UUID, int] = {}
    for index, line in enumerate(lines):
        for account_id, amount in ((line.debit, -line.amount_fen), (line.credit, line.amount_fen)):
            account = accounts[account_id]
            if not account.locked:
                result.collected.append((index, account_id, amount))
                continue
            change = result.changes[account_id] = result.changes.get(account_id, 0) + amount
            level = account.available_fen + change
            lowest[account_id] = min(level, lowest.get(account_id, level))
    result.shortfalls = {account_id: -level for account_id, level in lowest.items() if level < 0}
    return result
