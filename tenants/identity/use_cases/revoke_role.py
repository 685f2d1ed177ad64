from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.actor import Actor
from tenants.contracts import CountyRef
from tenants.identity import audit
from tenants.identity.errors import ROLE_OWN
from tenants.identity.models import Membership, User
from tenants.identity.use_cases._rights import (
    GRANT,
    check_may_grant,
    identity_transaction,
    mark_staff,
    role_at,
)


def revoke_role(*, actor: Actor, user_id: UUID, role: str, county: CountyRef | None, now: datetime) -> bool:
    """Takes a role away, at once: rights are read on each request. Tells whether it was there.

    Raises as `grant_role` does, and `role_own` for an administrator's own administrator role, which
    could leave a county without one.
    """
    chosen = role_at(role, county)
    check_may_grant(actor, county)
    if actor.user_id == user_id and GRANT in chosen.scopes:
        raise ROLE_OWN.error(field="role")
    county_id = county.id if county else None
    with identity_transaction():
        list(User.objects.select_for_update().filter(pk=user_id).values_list("pk"))
        gone, _ = Membership.objects.filter(
            user_id=user_id, county_id=county_id, role_id=chosen.code
        ).delete()
        if gone:
            mark_staff(user_id)
            audit.record(
                actor, "role.revoked", subject=user_id, county_id=county_id, now=now, detail={"role": role}
            )
    return bool(gone)
