from __future__ import annotations

from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator

from kernel.actor import SYSTEM, Actor
from kernel.errors import FORBIDDEN
from tenants.contracts import CountyRef
from tenants.identity import audit
from tenants.identity.contracts import StaffCreated
from tenants.identity.errors import USER_UNKNOWN
from tenants.identity.models import Membership, User
from tenants.identity.totp import enrol_totp
from tenants.identity.use_cases._rights import (
    CITY,
    GRANT,
    check_city,
    check_may_grant,
    identity_transaction,
)


def reset_totp(*, actor: Actor, user_id: UUID, county: CountyRef | None, now: datetime) -> StaffCreated:
    """A new TOTP secret for a staff member who lost the device, handed over in person.

    By an administrator of the county, for staff of that county who hold no staff role elsewhere: rights
    in one county must not become rights in another. Without `county` by the city's administrator, for
    anybody's staff. Never for the own login. Raises `forbidden`, `user_unknown`.
    """
    if county is None:
        check_city(actor)
    else:
        check_may_grant(actor, county)
    with identity_transaction():
        user = User.objects.select_for_update().filter(pk=user_id).first()
        staffed = Membership.objects.filter(user_id=user_id, role__staff=True)
        here = staffed if county is None else staffed.filter(county_id=county.id)
        if user is None or not here.exists():
            raise USER_UNKNOWN.error(field="user_id")
        elsewhere = county is not None and staffed.exclude(county_id=county.id).exists()
        if actor != SYSTEM and (elsewhere or actor.user_id == user_id):
            raise FORBIDDEN.error(scope=GRANT if county else CITY)
        Authenticator.objects.filter(user_id=user_id).delete()
        secret = enrol_totp(user)
        audit.record(actor, "totp.reset", subject=user_id, county_id=county.id if county else None, now=now)
    return StaffCreated(user_id=user_id, totp_secret=secret)
