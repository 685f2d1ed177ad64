"""News that moves orders on. Called with no county open; redelivery changes nothing."""

from __future__ import annotations

from uuid import UUID

from kernel.events import Event
from orders.use_cases.record_amendments import record_amendments
from orders.use_cases.record_cover import record_cover
from tenants.county import CountyRef, run_in_county


def on_cover_answered(county: CountyRef, event: Event) -> None:
    """On `cover.issued`, `cover.refused` and `cover.replaced`: pays the premium or releases the worker."""
    with run_in_county(county) as work:
        record_cover(
            assignment_id=UUID(event.data["assignment_id"]),
            policy_id=UUID(event.data["policy_id"]),
            now=work.now,
        )


def on_cover_amended(county: CountyRef, event: Event) -> None:
    """On `cover.amended` and `cover.not_amended`: money and place follow the insurer's answer."""
    with run_in_county(county) as work:
        record_amendments(policy_id=event.subject, now=work.now)
