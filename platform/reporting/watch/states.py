"""Which state of an alert may follow which."""

from __future__ import annotations

from collections.abc import Mapping

from kernel.states import Machine
from reporting.watch.contracts import AlertState

_A = AlertState

MOVES: Mapping[AlertState, frozenset[AlertState]] = {
    _A.OPEN: frozenset({_A.ACKNOWLEDGED, _A.CLOSED}),
    _A.ACKNOWLEDGED: frozenset({_A.CLOSED}),
    _A.CLOSED: frozenset({_A.OPEN}),
}

ALERT = Machine(name="alert", moves=MOVES)
