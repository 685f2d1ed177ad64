from __future__ import annotations

from datetime import datetime

from oauth2_provider.models import Application

from kernel.actor import Actor
from tenants.contracts import CountyRef
from tenants.identity import audit
from tenants.identity.errors import CLIENT_UNKNOWN
from tenants.identity.use_cases._rights import check_may_grant, identity_transaction


def revoke_api_client(*, actor: Actor, county: CountyRef, client_id: str, now: datetime) -> None:
    """Removes a machine client of the county with all its tokens, at once. Raises `client_unknown`."""
    check_may_grant(actor, county)
    with identity_transaction():
        found = Application.objects.filter(client_id=client_id, binding__county_id=county.id).first()
        if found is None:
            raise CLIENT_UNKNOWN.error(field="client_id")
        found.delete()
        audit.record(actor, "client.revoked", subject=client_id, county_id=county.id, now=now)
