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


@dataclass(frozen=True, slots=True)
class AgencyView:
    """A labour agency as the city registered it. `code` never changes; `licence` is the number of its permit
    for human resource services and `licence_until` its last day, None for one without an end.

    `active` False: suspended by the city.
    """

    code: str
    name: str
    name_en: str
    credit_code: str
    licence: str
    licence_until: date | None
    active: bool
    since: date

    def may_act(self, on: date) -> bool:
        """Neither suspended nor past its licence on the day."""
        return self.active and (self.licence_until is None or on <= self.licence_until)


@dataclass(frozen=True, slots=True)
class AgencyChangeView:
    """One change of an agency's row: `act` is registered, renamed, licensed, suspended or resumed."""

    agency: str
    act: str
    actor: str
    detail: dict[str, str]
    at: datetime
