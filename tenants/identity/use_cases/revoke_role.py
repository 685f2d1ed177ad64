from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.actor import SYSTEM, Actor
from tenants.contracts import CountyRef
from tenants.identity import audit
from tenants.identity.errors import ROLE_OWN
from tenants.identity.models import Membership, User
from tenants.identity.use_cases._rights import (
    CITY,
    GRANT,
    check_another_admin,
    check_may_staff,
    identity_transaction,
    mark_staff,
    role_at,
)


def revoke_role(*, actor: Actor, user_id: UUID, role: str, county: CountyRef | None, now: datetime) -> bool:
    """Takes a role away, at once: rights are read on each request. Tells whether it was there.

    Raises as `grant_role` does but `role_self`, and `role_own` for an administrator's own administrator
    role, `role_last_admin` for the last one's of a county or of the city: either would leave nobody to
    give out roles there. The system may (a command line is how a locked house is opened).
    """
    chosen = role_at(role, county)
    check_may_staff(actor, county, chosen)
    of_admin = (GRANT if county else CITY) in chosen.scopes
    if actor.user_id == user_id and of_admin:
        raise ROLE_OWN.error(field="role")
    county_id = county.id if county else None
    with identity_transaction():
        if of_admin and actor != SYSTEM:
            check_another_admin(user_id, county)
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
