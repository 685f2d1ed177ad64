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
from tenants.identity.use_cases._rights import GRANT, check_may_grant, identity_transaction


def reset_totp(*, actor: Actor, user_id: UUID, county: CountyRef, now: datetime) -> StaffCreated:
    """A new TOTP secret for a staff member who lost the device, handed over in person.

    By an administrator of the county, for staff of that county who hold no staff role elsewhere and
    are not the actor: rights in one county must not become rights in another. Raises `forbidden`,
    `user_unknown`.
    """
    check_may_grant(actor, county)
    with identity_transaction():
        user = User.objects.select_for_update().filter(pk=user_id).first()
        staffed = Membership.objects.filter(user_id=user_id, role__staff=True)
        if user is None or not staffed.filter(county_id=county.id).exists():
            raise USER_UNKNOWN.error(field="user_id")
        elsewhere = staffed.exclude(county_id=county.id).exists()
        if actor != SYSTEM and (elsewhere or actor.user_id == user_id):
            raise FORBIDDEN.error(scope=GRANT)
        Authenticator.objects.filter(user_id=user_id).delete()
        secret = enrol_totp(user)
        audit.record(actor, "totp.reset", subject=user_id, county_id=county.id, now=now)
    return StaffCreated(user_id=user_id, totp_secret=secret)
