from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class CountyState(StrEnum):
    """What a county's market may do.

    SUSPENDED: no new order, registration or deposit; what runs goes on, reading and money out stay.
    WINDING_DOWN: the same for good, as another county has taken over and obligations end.
    CLOSED: nothing is left to do and nothing may be written.
    """

    ACTIVE = "active"
    SUSPENDED = "suspended"
    WINDING_DOWN = "winding_down"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class CountyRef:
    """A county as the running site knows it. Schema, role and id never change; code and names may.

    `state` is what holds today in market time, at most ten seconds old. `succeeded_by` is the id of the
    county that is in charge from the Shanghai day `succeeded_on` on; both stand on the predecessor, from the
    moment the succession is decided. `opens_on` is the first day of a county that may not begin yet.
    """

    id: UUID
    slug: str
    code: str
    schema_name: str
    role_name: str
    name: str
    name_en: str
    sandbox: bool
    state: CountyState = CountyState.ACTIVE
    succeeded_by: UUID | None = None
    succeeded_on: date | None = None
    opens_on: date | None = None


@dataclass(frozen=True, slots=True)
class DesignationView:
    """A county's division code and names from a Shanghai day on."""

    code: str
    name: str
    name_en: str
    valid_from: date


@dataclass(frozen=True, slots=True)
class CountyChangeView:
    """One change of a county: `act` is opened, suspended, resumed, renamed, succeeded, winding_down,
    closed or reopened."""

    act: str
    actor: str
    channel: str
    detail: dict[str, str]
    at: datetime
