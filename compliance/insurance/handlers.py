"""Events that make the county talk to its insurers. Called with no county open. None raises for an
insurer's failure: the policy's row says what is still to be asked, and the timers go on."""

from __future__ import annotations

from uuid import UUID

from compliance.insurance import asking
from compliance.insurance.models import Policy
from kernel.events import Event
from tenants.contracts import CountyRef
from tenants.county import run_in_county


def on_cover_requested(county: CountyRef, event: Event) -> None:
    """On `cover.requested` and `cover.replaced`: asks at once."""
    asking.ask_policy(county, event.subject)


def on_cover_amending(county: CountyRef, event: Event) -> None:
    """On `cover.amending`: asks for the change at once."""
    with run_in_county(county):
        amending: UUID | None = (
            Policy.objects.filter(id=event.subject).values_list("amending", flat=True).first()
        )
    if amending is not None:
        asking.ask_amendment(county, amending)
