from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from kernel.actor import Actor
from tenants.contracts import CountyRef
from tenants.identity.contracts import ApiClient
from tenants.identity.errors import SCOPE_NOT_GRANTABLE
from tenants.identity.roles import role_table
from tenants.identity.use_cases._rights import check_may_grant
from tenants.identity.use_cases.create_api_client import make_client
from tenants.partners.selectors import insurer

MANAGE = "insurance:write"


def partner_scopes() -> frozenset[str]:
    """Scopes an insurer's machine may hold."""
    return role_table()["insurer"].scopes


def create_partner_client(
    *, actor: Actor, county: CountyRef, partner: str, name: str, scopes: Iterable[str], now: datetime
) -> ApiClient:
    """A machine client of an insurer in one county, for OAuth client credentials at `/o/token/`.

    Its tokens are good at that county's partners' door and nowhere else. By whoever holds
    `insurance:write` in this very county. Raises `forbidden`, `totp_required`, `insurer_unknown`,
    `scope_not_grantable`, `text_length`.
    """
    check_may_grant(actor, county, scope=MANAGE)
    code = insurer(partner, field="code").code
    wanted = frozenset(scopes)
    refused = sorted(wanted - partner_scopes())
    if refused or not wanted:
        raise SCOPE_NOT_GRANTABLE.error(field="scopes", scope=refused[0][:40] if refused else "")
    return make_client(actor=actor, county=county, name=name, scopes=wanted, partner=code, now=now)
