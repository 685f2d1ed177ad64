"""What crosses the boundary of the operations room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class OperationKind(StrEnum):
    """ONBOARD opens a county; SUCCEED opens one that takes over from others."""

    ONBOARD = "onboard"
    SUCCEED = "succeed"


class OperationState(StrEnum):
    """QUEUED waits for the process that may carry it out; FAILED has stopped and may be tried again."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Side(StrEnum):
    """Whose rights a step needs: the owner's of the tables, or the running site's."""

    OWNER = "owner"
    SITE = "site"


@dataclass(frozen=True, slots=True)
class NewCounty:
    """A county to open. `code` is its GB/T 2260 division code; wages are fen (a month, an hour); without
    them a successor takes its predecessors' highest. `opens_on` is its first Shanghai day."""

    code: str
    slug: str
    name: str
    name_en: str
    opens_on: date
    min_wage_month_fen: int
    min_wage_hour_fen: int
    sandbox: bool = False


@dataclass(frozen=True, slots=True)
class StepView:
    """One try of one step. `error` is empty when it was done, else the code or kind of what stopped it."""

    code: str
    zh: str
    en: str
    done: bool
    error: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OperationView:
    """An operation and how far it is. `step` is what is to be done next, empty when nothing is; `at` of
    the steps and `finished_at` are real time, `requested_at` market time."""

    id: UUID
    kind: OperationKind
    state: OperationState
    county: NewCounty
    predecessors: tuple[str, ...]
    step: str
    step_zh: str
    step_en: str
    steps_done: int
    steps_total: int
    error: str
    requested_by: str
    requested_at: datetime
    finished_at: datetime | None
    steps: tuple[StepView, ...]


@dataclass(frozen=True, slots=True)
class Left:
    """What a county that winds down still has to bring to its end: how many of what, and their fen where
    it is money."""

    code: str
    zh: str
    en: str
    count: int
    fen: int | None = None

    def __str__(self) -> str:
        return f"{self.code} {self.count}"


def as_parameters(county: NewCounty, predecessors: tuple[str, ...]) -> dict[str, Any]:
    """An operation's parameters as they are stored."""
    return {
        "code": county.code,
        "slug": county.slug,
        "name": county.name,
        "name_en": county.name_en,
        "opens_on": county.opens_on.isoformat(),
        "min_wage_month_fen": county.min_wage_month_fen,
        "min_wage_hour_fen": county.min_wage_hour_fen,
        "sandbox": county.sandbox,
        "predecessors": list(predecessors),
    }


def county_of(parameters: dict[str, Any]) -> NewCounty:
    return NewCounty(
        code=parameters["code"],
        slug=parameters["slug"],
        name=parameters["name"],
        name_en=parameters["name_en"],
        opens_on=date.fromisoformat(parameters["opens_on"]),
        min_wage_month_fen=parameters["min_wage_month_fen"],
        min_wage_hour_fen=parameters["min_wage_hour_fen"],
        sandbox=parameters["sandbox"],
    )
