"""States of an order and of an assignment, and which may follow which, as data.

`filled` and `started` are facts beside the state: an order of ten may start with eight while two
places stay open.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from kernel.states import Machine


class OrderState(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    SETTLED = "settled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class AssignmentState(StrEnum):
    OFFERED = "offered"
    APPLIED = "applied"
    WON = "won"
    CHECKED_IN = "checked_in"
    FINISHED = "finished"
    CONFIRMED = "confirmed"
    PAID = "paid"
    DECLINED = "declined"
    LAPSED = "lapsed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    NO_SHOW = "no_show"
    REPLACED = "replaced"


_O, _A = OrderState, AssignmentState

ORDER_MOVES: Mapping[OrderState, frozenset[OrderState]] = {
    _O.DRAFT: frozenset({_O.OPEN, _O.CANCELLED}),
    _O.OPEN: frozenset({_O.IN_PROGRESS, _O.CANCELLED, _O.EXPIRED}),
    _O.IN_PROGRESS: frozenset({_O.COMPLETED}),
    _O.COMPLETED: frozenset({_O.SETTLED}),
    _O.SETTLED: frozenset(),
    _O.CANCELLED: frozenset(),
    _O.EXPIRED: frozenset(),
}

ASSIGNMENT_MOVES: Mapping[AssignmentState, frozenset[AssignmentState]] = {
    _A.OFFERED: frozenset({_A.WON, _A.DECLINED, _A.LAPSED}),
    _A.APPLIED: frozenset({_A.WON, _A.REJECTED, _A.LAPSED, _A.WITHDRAWN}),
    _A.WON: frozenset({_A.CHECKED_IN, _A.WITHDRAWN, _A.NO_SHOW, _A.REPLACED}),
    _A.CHECKED_IN: frozenset({_A.FINISHED}),
    _A.FINISHED: frozenset({_A.CONFIRMED}),
    _A.CONFIRMED: frozenset({_A.PAID}),
    _A.PAID: frozenset(),
    _A.DECLINED: frozenset(),
    _A.LAPSED: frozenset(),
    _A.REJECTED: frozenset(),
    _A.WITHDRAWN: frozenset(),
    _A.NO_SHOW: frozenset(),
    _A.REPLACED: frozenset(),
}

ORDER = Machine(name="order", moves=ORDER_MOVES)
ASSIGNMENT = Machine(name="assignment", moves=ASSIGNMENT_MOVES)

# A worker in one of these holds a place: nobody else may take it, nor may he be elsewhere then.
HOLDING = frozenset({_A.WON, _A.CHECKED_IN, _A.FINISHED, _A.CONFIRMED, _A.PAID})
# Work not yet done: the order cannot be completed.
AT_WORK = frozenset({_A.WON, _A.CHECKED_IN})
# Work done whose wage is still in escrow: the order cannot be settled.
UNPAID = frozenset({_A.FINISHED, _A.CONFIRMED})

ENDED = frozenset({_O.SETTLED, _O.CANCELLED, _O.EXPIRED})
# Workers may take free places in these.
TAKING = frozenset({_O.OPEN, _O.IN_PROGRESS})
