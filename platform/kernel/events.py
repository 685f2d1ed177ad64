"""An event as its handlers see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Event:
    """`id` is the same at every redelivery; `subject` is what it happened to; `at` is market time."""

    id: UUID
    type: str
    subject: UUID
    data: Mapping[str, Any]
    at: datetime
