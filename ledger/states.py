"""States of requests to the payment channel."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from kernel.states import Machine
from ledger.contracts import Direction


class RequestState(StrEnum):
    REQUESTED = "requested"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


_MOVES: Final = {
    RequestState.REQUESTED: frozenset({RequestState.SUCCEEDED, RequestState.FAILED}),
    RequestState.SUCCEEDED: frozenset[RequestState](),
    RequestState.FAILED: frozenset[RequestState](),
}
MACHINES: Final = {direction: Machine(name=direction.value, moves=_MOVES) for direction in Direction}
