"""Arithmetic of slices. Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from compliance.fund.errors import PROGRAM_DAYS

MOST_DAYS: Final = 800  # two budget years and a margin


def fillings(available_fen: int, target_fen: int, left: Sequence[int]) -> list[int]:
    """How much goes into each slice to bring it up to the target, the emptiest first; nothing into one
    that is more than half full, so that filling stays rare."""
    given = [0] * len(left)
    for index in sorted(range(len(left)), key=lambda one: left[one]):
        if left[index] * 2 <= target_fen:
            given[index] = min(available_fen, target_fen - left[index])
            available_fen -= given[index]
    return given


def parts(amount_fen: int, left: Sequence[tuple[UUID, int]]) -> list[tuple[UUID, int]] | None:
    """Which slices pay how much, the fullest first; None when all together have too little."""
    chosen: list[tuple[UUID, int]] = []
    missing = amount_fen
    for slice_id, left_fen in sorted(left, key=lambda one: (-one[1], one[0])):
        if missing == 0 or left_fen == 0:
            break
        taken = min(left_fen, missing)
        chosen.append((slice_id, taken))
        missing -= taken
    return chosen if missing == 0 else None


def check_days(from_day: date, to_day: date, *, today: date) -> None:
    """Raises `program_days`."""
    if to_day < max(from_day, today) or (to_day - from_day).days >= MOST_DAYS:
        raise PROGRAM_DAYS.error(field="to_day", today=today.isoformat(), most=MOST_DAYS)
