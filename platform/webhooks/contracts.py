from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from webhooks.states import DeliveryState, EndpointState


@dataclass(frozen=True, slots=True)
class EventView:
    """One event of a partner's stream. `sequence` counts a subject's events from 1; `position` counts the
    partner's stream from 1 and is None until the stream was read as far. `at` is market time."""

    id: UUID
    partner: str
    type: str
    subject: UUID
    sequence: int
    position: int | None
    at: datetime
    data: Mapping[str, Any]

    def envelope(self, *, county: str) -> dict[str, Any]:
        """What a partner gets, pushed or polled (members named as in CloudEvents 1.0). `county` is the
        slug."""
        return {
            "id": str(self.id),
            "type": self.type,
            "source": f"/{county}",
            "subject": str(self.subject),
            "sequence": self.sequence,
            "time": self.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "data": dict(self.data),
        }

    def body(self, *, county: str) -> bytes:
        """The envelope's bytes, equal at every attempt."""
        return orjson.dumps(self.envelope(county=county))


@dataclass(frozen=True, slots=True)
class EventPage:
    """Events after a position, oldest first. `position` is the last one's, or the one asked after when
    nothing follows: what to ask after next. `more` tells whether the page was cut short."""

    events: tuple[EventView, ...]
    position: int
    more: bool


@dataclass(frozen=True, slots=True)
class EndpointView:
    """Where a partner hears events. `types` empty means all. Moments are real time but `created_at`.
    `failures` counts attempts that failed in a row; nothing is sent before `open_until`."""

    id: UUID
    partner: str
    url: str
    types: tuple[str, ...]
    state: EndpointState
    disabled_reason: str
    created_at: datetime
    previous_secret_until: datetime | None
    failures: int
    failing_since: datetime | None
    open_until: datetime | None
    last_dead_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """One event on its way to one endpoint. Moments are real time. `last_status` is the last answer's HTTP
    status, None when there was none."""

    id: UUID
    partner: str
    endpoint_id: UUID
    event_id: UUID
    type: str
    subject: UUID
    state: DeliveryState
    attempts: int
    created_at: datetime
    next_at: datetime | None
    delivered_at: datetime | None
    dead_at: datetime | None
    last_status: int | None
    last_error: str


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One attempt: when (real time), the answer's status or None, how long it took, what went wrong."""

    id: UUID
    delivery_id: UUID
    at: datetime
    status: int | None
    milliseconds: int
    error: str


@dataclass(frozen=True, slots=True)
class DeliveryCounts:
    """How many deliveries of a partner are in each state."""

    partner: str
    pending: int
    delivered: int
    dead: int


@dataclass(frozen=True, slots=True)
class KeyView:
    """A partner's key without its secret. Moments are real time; `retires_at` None is the current one."""

    id: UUID
    partner: str
    direction: str
    created_at: datetime
    retires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message whose signature was good. `repeated`: the same message came before, so nothing is to be
    done again."""

    message_id: str
    repeated: bool
