"""A channel without a bank. The account decides the outcome, so that each can be had at will:

=====================  ================================================================
account ends in        outcome
=====================  ================================================================
`:fails`               failed, reason `account_refused`
`:pending`             pending for ever; settle it with `record_channel_result`
`:unreachable`         raises `ConnectionError`, as a bank that does not answer
anything else          succeeded
=====================  ================================================================

It keeps no state: the same id and account are answered the same way in every process.
"""

from __future__ import annotations

from uuid import UUID

from ledger.channels.port import ChannelOutcome, ChannelResult


class SandboxChannel:
    """Stands in for a bank in sandboxes, demonstrations and tests."""

    def request_top_up(self, *, request_id: UUID, amount_fen: int, account: str) -> ChannelResult:
        return _answer("in", request_id, account)

    def request_payout(self, *, request_id: UUID, amount_fen: int, account: str) -> ChannelResult:
        return _answer("out", request_id, account)


def _answer(direction: str, request_id: UUID, account: str) -> ChannelResult:
    reference = f"sandbox-{direction}-{request_id}"
    match account.rpartition(":")[2]:
        case "fails":
            return ChannelResult(ChannelOutcome.FAILED, reference, "account_refused")
        case "pending":
            return ChannelResult(ChannelOutcome.PENDING, reference)
        case "unreachable":
            raise ConnectionError("the sandbox bank does not answer")
        case _:
            return ChannelResult(ChannelOutcome.SUCCEEDED, reference)
