"""News that moves orders on. Called with no county open; redelivery changes nothing."""

from __future__ import annotations

from uuid import UUID

from kernel.events import Event
from orders.use_cases.record_cover import record_cover
from tenants.county import CountyRef, run_in_county


def on_cover_answered(county: CountyRef, event: Event) -> None:
    """On `cover.bound` and `cover.refused`: pays the premium or releases the worker."""
    with run_in_county(county) as work:
        record_cover(
            assignment_id=UUID(event.data["assignment_id"]),
            policy_id=UUID(event.data["policy_id"]),
            now=work.now,
        )
