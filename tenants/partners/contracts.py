"""What crosses the boundary of the partners room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

SANDBOX_INSURER = "sandbox"


@dataclass(frozen=True, slots=True)
class InsurerView:
    """An insurer: `code` is its name in every table, address and account and never changes.

    `active` False: no new business. What is in force stays in force, and its claims go on.
    """

    code: str
    name: str
    name_en: str
    active: bool
    since: date


@dataclass(frozen=True, slots=True)
class InsurerChangeView:
    """One change of an insurer's row: `act` is registered, renamed, suspended or resumed."""

    insurer: str
    act: str
    actor: str
    detail: dict[str, str]
    at: datetime
