"""The lives of a program and of the reserve, as data."""

from __future__ import annotations

from enum import StrEnum

from kernel.states import Machine


class ProgramState(StrEnum):
    """OPEN pays for basic cover on its days; CLOSED pays nothing more, and refunds go back to the fund."""

    OPEN = "open"
    CLOSED = "closed"


class ReserveState(StrEnum):
    """DECLARED may pay a dearer fallback's difference; WITHDRAWN may not."""

    DECLARED = "declared"
    WITHDRAWN = "withdrawn"


PROGRAM = Machine(
    name="cover_program",
    moves={ProgramState.OPEN: frozenset({ProgramState.CLOSED}), ProgramState.CLOSED: frozenset()},
)
RESERVE = Machine(
    name="cover_reserve",
    moves={ReserveState.DECLARED: frozenset({ReserveState.WITHDRAWN}), ReserveState.WITHDRAWN: frozenset()},
)
