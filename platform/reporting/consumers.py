"""Who hears facts besides the rollups. The room above registers in its `AppConfig.ready`; the folder calls it
in the transaction that takes the facts, so what it keeps has heard each fact exactly once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from reporting.aggregate import FactRow

PAGE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Consumer:
    """Hears the facts of `kinds` through the folder's login, public tables only.

    `fold` gets a county's id and some of its facts in no order: commit order is not the order of ids, and
    folders work side by side, so what a fact ends may be heard before what it began. `forget` empties what
    it keeps of a county, before a rebuild hands it every fact again.
    """

    name: str
    kinds: frozenset[str]
    fold: Callable[[UUID, Sequence[FactRow]], None]
    forget: Callable[[UUID], None]


_registered: dict[str, Consumer] = {}


def register(consumer: Consumer) -> None:
    """Once a process; the same name again replaces."""
    _registered[consumer.name] = consumer


def hand_over(county_id: UUID, facts: Sequence[FactRow]) -> None:
    """Gives each consumer the facts of its kinds. What one raises undoes the whole fold."""
    for consumer in _registered.values():
        heard = [fact for fact in facts if fact.kind in consumer.kinds]
        if heard:
            consumer.fold(county_id, heard)


def refill(county_id: UUID, facts: Iterable[FactRow]) -> None:
    """Makes what the consumers keep of a county anew from all its folded facts, for a rebuild."""
    for consumer in _registered.values():
        consumer.forget(county_id)
    page: list[FactRow] = []
    for fact in facts:
        page.append(fact)
        if len(page) == PAGE:
            hand_over(county_id, page)
            page = []
    hand_over(county_id, page)
