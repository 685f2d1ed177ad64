"""The order's data as a claim keeps them: a JSON document that reads back as it was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from compliance.claims.contracts import ClaimFile


def file_as_json(file: ClaimFile) -> dict[str, Any]:
    return {name: _plain(value) for name, value in asdict(file).items()}


def file_from_json(kept: Mapping[str, Any]) -> ClaimFile:
    moments = {
        name: None if kept[name] is None else datetime.fromisoformat(kept[name])
        for name in ("checked_in_at", "checked_out_at")
    }
    return ClaimFile(
        order_id=UUID(kept["order_id"]),
        order_number=kept["order_number"],
        assignment_id=UUID(kept["assignment_id"]),
        worker_id=UUID(kept["worker_id"]),
        employer_id=UUID(kept["employer_id"]),
        trade=kept["trade"],
        title=kept["title"],
        address=kept["address"],
        day=date.fromisoformat(kept["day"]),
        starts_at=datetime.fromisoformat(kept["starts_at"]),
        ends_at=datetime.fromisoformat(kept["ends_at"]),
        place_no=kept["place_no"],
        checked_in_at=moments["checked_in_at"],
        checked_out_at=moments["checked_out_at"],
        attendance_channel=kept["attendance_channel"],
        policies=tuple(kept["policies"]),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    if isinstance(value, tuple):
        return list(value)
    return value
