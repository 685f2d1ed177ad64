"""The ledger's verbs. All run inside an open county; each file's function has its name."""

from ledger.use_cases.fold_collectors import fold_collectors
from ledger.use_cases.hold import hold
from ledger.use_cases.lock_accounts import lock_accounts
from ledger.use_cases.open_account import open_account
from ledger.use_cases.post_hold import post_hold
from ledger.use_cases.record_channel_result import record_channel_result
from ledger.use_cases.request_top_up import request_top_up
from ledger.use_cases.request_withdrawal import request_withdrawal
from ledger.use_cases.transfer import transfer
from ledger.use_cases.void_hold import void_hold

__all__ = [
    "fold_collectors",
    "hold",
    "lock_accounts",
    "open_account",
    "post_hold",
    "record_channel_result",
    "request_top_up",
    "request_withdrawal",
    "transfer",
    "void_hold",
]
