"""What the ledger asks of a payment channel, such as a bank or WeChat Pay."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class ChannelOutcome(StrEnum):
    """PENDING promises a later answer: ask again with the same id, or wait for the channel's call."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class ChannelResult:
    """`reference` is the channel's own number (up to 80 characters), `reason` a short code of why it
    failed (up to 40). Neither holds personal data."""

    outcome: ChannelOutcome
    reference: str = ""
    reason: str = ""


class PaymentChannel(Protocol):
    """Both verbs are idempotent by `request_id`: asked again, the channel acts no second time and
    answers with the state of the first. An exception means that nobody knows; the ledger asks again.
    `account` is whatever the channel identifies a payment account by (an openid, a card token).
    """

    def request_top_up(self, *, request_id: UUID, amount_fen: int, account: str) -> ChannelResult:
        """Collects money from the account into the county's account."""

    def request_payout(self, *, request_id: UUID, amount_fen: int, account: str) -> ChannelResult:
        """Pays money from the county's account to the account."""
