"""What must have come to its end before a county closes. Rooms above say what they have; the roof names
them once (`linggong.wiring`), so that this room needs to know none of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tenants.operations.contracts import Left

Count = Callable[[], tuple[int, int | None]]
"""Counts in the open county: how many, and their fen or None. May stop counting where many are enough."""


@dataclass(frozen=True, slots=True)
class Obligation:
    code: str
    zh: str
    en: str
    count: Count


_known: tuple[Obligation, ...] = ()


def set_obligations(known: Sequence[Obligation]) -> None:
    """Names them all; called once while the process starts."""
    global _known
    _known = tuple(known)


def left() -> list[Left]:
    """What the open county has still to bring to its end; empty when it may close."""
    if not _known:
        raise RuntimeError("no obligations are known: nobody may say that a county has none")
    found = []
    for one in _known:
        count, fen = one.count()
        if count:
            found.append(Left(one.code, one.zh, one.en, count, fen))
    return found
