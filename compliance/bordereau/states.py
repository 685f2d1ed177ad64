"""The life of a settlement, as data."""

from __future__ import annotations

from enum import StrEnum

from kernel.states import Machine


class SettlementState(StrEnum):
    """DRAFT is opened for a month; RECONCILED has its amount and what differed was looked at; APPROVED
    by a second person; PAID has moved the money. WITHDRAWN makes room for another one."""

    DRAFT = "draft"
    RECONCILED = "reconciled"
    APPROVED = "approved"
    PAID = "paid"
    WITHDRAWN = "withdrawn"


_S = SettlementState
SETTLEMENT = Machine(
    name="settlement",
    moves={
        _S.DRAFT: frozenset({_S.RECONCILED, _S.WITHDRAWN}),
        _S.RECONCILED: frozenset({_S.APPROVED, _S.WITHDRAWN}),
        _S.APPROVED: frozenset({_S.PAID, _S.WITHDRAWN}),
        _S.PAID: frozenset(),
        _S.WITHDRAWN: frozenset(),
    },
)

OPEN = frozenset({_S.DRAFT, _S.RECONCILED, _S.APPROVED})
"""States of which an insurer has at most one settlement a month."""
