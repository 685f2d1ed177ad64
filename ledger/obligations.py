"""What of money must have come to its end before a county closes. Counts in the open county.

Fees and penalties are the county's own income and are no obligation; clearing mirrors the bank.
"""

from __future__ import annotations

from django.db.models import Count, Q, Sum

from ledger.contracts import WALLETS, AccountKind
from ledger.models import Account, CollectQueue, TopUp, Withdrawal
from ledger.selectors import collected
from ledger.states import RequestState
from tenants.operations.obligations import Obligation


def _in(*kinds: AccountKind) -> tuple[int, int]:
    """How many accounts of the kinds still hold something, and how much; held fen are in the balance."""
    rows = Account.objects.filter(kind__in=[kind.value for kind in kinds])
    found = rows.filter(~Q(balance_fen=0) | ~Q(held_fen=0)).aggregate(
        count=Count("id"), fen=Sum("balance_fen")
    )
    return found["count"], int(found["fen"] or 0)


def _escrow() -> tuple[int, int]:
    return _in(AccountKind.ORDER_ESCROW)


def _wallets() -> tuple[int, int]:
    return _in(*WALLETS)


def _requests() -> tuple[int, int]:
    found = [
        model.objects.filter(state=RequestState.REQUESTED).aggregate(count=Count("id"), fen=Sum("amount_fen"))
        for model in (TopUp, Withdrawal)
    ]
    return sum(row["count"] for row in found), sum(int(row["fen"] or 0) for row in found)


def _owed() -> tuple[int, int]:
    """Premiums owed to insurers, and public money for cover that was not given back."""
    held = collected()
    kinds = (AccountKind.PREMIUM_PAYABLE, AccountKind.COVER_FUND, AccountKind.COVER_RESERVE)
    slices, fen = _in(AccountKind.COVER_FUND_SLICE)
    return sum(held[kind] != 0 for kind in kinds) + slices, sum(held[kind] for kind in kinds) + fen


def _unfolded() -> tuple[int, None]:
    return CollectQueue.objects.count(), None


OBLIGATIONS = (
    Obligation("escrow", "托管中的资金", "Money in escrow", _escrow),
    Obligation("wallets", "未提现的钱包", "Wallets that are not empty", _wallets),
    Obligation("channel_requests", "处理中的充值和提现", "Deposits and withdrawals under way", _requests),
    Obligation("owed", "应付保险费与保障资金", "Premiums owed and public money for cover", _owed),
    Obligation("unfolded_transfers", "待汇总的转账", "Transfers not yet folded", _unfolded),
)
