from __future__ import annotations

from datetime import datetime

from kernel.actor import Actor
from tenants.operations.contracts import NewCounty, OperationKind, OperationView
from tenants.operations.store import WRITE, public_transaction
from tenants.operations.use_cases._request import checked, request


def onboard_county(*, county: NewCounty, actor: Actor, now: datetime) -> OperationView:
    """Asks for a new county. The operation is carried out by the owner's process and the site's workers;
    asking again for the very same while it is under way gives the same operation.

    Needs `counties:write`. Raises `forbidden`, `county_slug_invalid`, `county_slug_taken`,
    `county_code_invalid`, `county_code_taken`, `county_day_past`, `county_day_far`, `amount_invalid`,
    `text_length`.
    """
    actor.require(WRITE)
    with public_transaction():
        return request(OperationKind.ONBOARD, checked(county, now=now), actor=actor, now=now)
