from __future__ import annotations

from datetime import datetime

from oauth2_provider.models import Application

from kernel.actor import Actor
from tenants.contracts import CountyRef
from tenants.identity import audit
from tenants.identity.errors import CLIENT_UNKNOWN
from tenants.identity.use_cases._rights import check_may_grant, identity_transaction
from tenants.identity.use_cases.create_partner_client import MANAGE


def revoke_api_client(*, actor: Actor, county: CountyRef, client_id: str, now: datetime) -> None:
    """Removes a machine client of the county with all its tokens, at once. Raises `client_unknown`."""
    check_may_grant(actor, county)
    _revoke(actor, county, client_id, "", now)


def revoke_partner_client(
    *, actor: Actor, county: CountyRef, partner: str, client_id: str, now: datetime
) -> None:
    """The same for an insurer's client, by whoever holds `insurance:write` in this very county."""
    check_may_grant(actor, county, scope=MANAGE)
    _revoke(actor, county, client_id, partner, now)


def _revoke(actor: Actor, county: CountyRef, client_id: str, partner: str, now: datetime) -> None:
    with identity_transaction():
        found = Application.objects.filter(
            client_id=client_id, binding__county_id=county.id, binding__partner=partner
        ).first()
        if found is None:
            raise CLIENT_UNKNOWN.error(field="client_id")
        found.delete()
        audit.record(actor, "client.revoked", subject=client_id, county_id=county.id, now=now)
