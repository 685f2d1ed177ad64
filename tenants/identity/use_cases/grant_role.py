from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.actor import Actor
from tenants.contracts import CountyRef
from tenants.identity import audit
from tenants.identity.errors import ROLE_SELF, USER_UNKNOWN
from tenants.identity.models import Membership, User
from tenants.identity.use_cases._rights import (
    check_may_staff,
    identity_transaction,
    mark_staff,
    of_city,
    role_at,
)


def grant_role(*, actor: Actor, user_id: UUID, role: str, county: CountyRef | None, now: datetime) -> bool:
    """Gives a role in a county, or in the city when `county` is None; tells whether it is new.

    A county administrator may do so in the own county only; the city's administrator gives staff roles
    anywhere, and none to the own login: who gives out rights uses them through somebody else. Raises
    `forbidden`, `totp_required`, `role_unknown`, `role_level`, `role_not_staff`, `role_self`, `user_unknown`.
    """
    chosen = role_at(role, county)
    check_may_staff(actor, county, chosen)
    if of_city(actor) and actor.user_id == user_id:
        raise ROLE_SELF.error(field="role")
    county_id = county.id if county else None
    with identity_transaction():
        if not User.objects.select_for_update().filter(pk=user_id).exists():
            raise USER_UNKNOWN.error(field="user_id")
        _, made = Membership.objects.get_or_create(
            user_id=user_id,
            county_id=county_id,
            role_id=chosen.code,
            defaults={"granted_at": now, "granted_by": actor.key},
        )
        if made:
            mark_staff(user_id)
            audit.record(
                actor, "role.granted", subject=user_id, county_id=county_id, now=now, detail={"role": role}
            )
    return made
