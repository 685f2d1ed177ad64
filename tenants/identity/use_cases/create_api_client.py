from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from oauth2_provider.generators import generate_client_id, generate_client_secret
from oauth2_provider.models import Application

from kernel.actor import Actor
from kernel.identifiers import clean_text
from tenants.contracts import CountyRef
from tenants.identity import audit
from tenants.identity.contracts import ApiClient
from tenants.identity.errors import SCOPE_NOT_GRANTABLE
from tenants.identity.models import ApiClientBinding
from tenants.identity.roles import role_table
from tenants.identity.use_cases._rights import check_may_grant, identity_transaction

# Giving rights and keys, setting policy and moving the county's money are acts of a person who passed TOTP.
_FOR_PEOPLE_ONLY = frozenset(
    {
        "roles:grant",
        "policy:write",
        "certificates:approve",
        "rates:review",
        "fund:write",
        "insurance:write",
        "bordereaux:settle",
    }
)


def grantable_scopes() -> frozenset[str]:
    """Scopes a machine client may hold: those of county roles, save what only people may do."""
    county = (role.scopes for role in role_table().values() if role.level == "county")
    return frozenset().union(*county) - _FOR_PEOPLE_ONLY


def create_api_client(
    *, actor: Actor, county: CountyRef, name: str, scopes: Iterable[str], now: datetime
) -> ApiClient:
    """A machine client of one county, for OAuth client credentials at `/o/token/` (RFC 6749, 4.4).

    The secret is in the answer and nowhere else. Raises `forbidden`, `totp_required`,
    `scope_not_grantable`, `text_length`.
    """
    check_may_grant(actor, county)
    wanted = frozenset(scopes)
    refused = sorted(wanted - grantable_scopes())
    if refused or not wanted:
        raise SCOPE_NOT_GRANTABLE.error(field="scopes", scope=refused[0][:40] if refused else "")
    return make_client(actor=actor, county=county, name=name, scopes=wanted, partner="", now=now)


def make_client(
    *, actor: Actor, county: CountyRef, name: str, scopes: frozenset[str], partner: str, now: datetime
) -> ApiClient:
    """The client and its binding, once its rights have been checked. The secret is in the answer and
    nowhere else."""
    client_id, secret = str(generate_client_id()), str(generate_client_secret())
    with identity_transaction():
        application = Application.objects.create(
            client_id=client_id,
            client_secret=secret,
            name=clean_text(name, "name", 100, min_len=1),
            client_type=Application.CLIENT_CONFIDENTIAL,
            authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        )
        ApiClientBinding.objects.create(
            application=application,
            county_id=county.id,
            scopes=" ".join(sorted(scopes)),
            partner=partner,
            created_at=now,
            created_by=actor.key,
        )
        audit.record(
            actor,
            "client.created",
            subject=client_id,
            county_id=county.id,
            now=now,
            detail={"scopes": sorted(scopes), **({"partner": partner} if partner else {})},
        )
    return ApiClient(client_id=client_id, secret=secret, scopes=scopes)
