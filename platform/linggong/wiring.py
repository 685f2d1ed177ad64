"""Who hears which news, and what runs by the clock. The only place that maps an event to handlers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from linggong.relay import Handler
from linggong.timers import Timer

HANDLERS: Mapping[str, tuple[Handler, ...]] = {}


@dataclass(frozen=True, slots=True)
class Every:
    """A timer and how many real seconds lie between two of its runs."""

    seconds: float
    run: Timer


def fold_everything() -> int:
    """Folds until nothing is left; for commands and tests that want the figures now."""
    return 0


TIMERS: Mapping[str, Every] = {}
