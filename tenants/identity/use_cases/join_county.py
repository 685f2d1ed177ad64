from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.actor import Actor
from kernel.errors import FORBIDDEN
from tenants.contracts import CountyRef
from tenants.identity import audit
from tenants.identity.errors import ROLE_NOT_SELF_SERVICE
from tenants.identity.models import Membership
from tenants.identity.use_cases._rights import identity_transaction, role_at

SELF_SERVICE = frozenset({"worker", "employer_owner", "employer_foreman"})


def join_county(
    *, actor: Actor, county: CountyRef, role: str, now: datetime, user_id: UUID | None = None
) -> bool:
    """Gives the role that registering brings: worker, employer_owner, or a named foreman's. Idempotent;
    comes before the county's own registration. Tells whether it is new.

    Without `user_id` it is the actor's own login. For another's, the actor needs `act_for` (a hall)
    or, for a foreman, `employers:self`. The role alone opens no data: every use case asks for the
    registered person behind it. Raises `role_not_self_service`, `forbidden`.
    """
    chosen = role_at(role, county)
    if chosen.code not in SELF_SERVICE:
        raise ROLE_NOT_SELF_SERVICE.error(field="role", role=role)
    whose = user_id or actor.user_id
    if whose is None:
        raise FORBIDDEN.error(scope="people:self")
    named_by_employer = chosen.code == "employer_foreman" and actor.has("employers:self")
    if whose != actor.user_id and not named_by_employer:
        actor.require("act_for")
    with identity_transaction():
        _, made = Membership.objects.get_or_create(
            user_id=whose,
            county_id=county.id,
            role_id=chosen.code,
            defaults={"granted_at": now, "granted_by": actor.key},
        )
        if made:
            audit.record(
                actor, "role.joined", subject=whose, county_id=county.id, now=now, detail={"role": role}
            )
    return made
