"""Why a call did not come about. Neither is a refusal to a user: whoever calls decides what it means."""

from __future__ import annotations


class EgressRefused(Exception):
    """The target may not be called. Nothing was sent and no connection was opened. `reason` is a short
    text without the target's address."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class EgressFailed(Exception):
    """The target may be called, and the call failed: unreachable, too slow, too large, not HTTP."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
