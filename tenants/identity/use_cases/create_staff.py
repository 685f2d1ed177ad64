from __future__ import annotations

from datetime import datetime

from kernel.actor import Actor
from tenants.contracts import CountyRef
from tenants.identity import audit
from tenants.identity.contracts import StaffCreated
from tenants.identity.models import User
from tenants.identity.totp import enrol_totp
from tenants.identity.use_cases._rights import check_may_staff, identity_transaction, role_at
from tenants.identity.use_cases.ensure_user import ensure_user
from tenants.identity.use_cases.grant_role import grant_role


def create_staff(
    *,
    actor: Actor,
    phone: str,
    role: str,
    county: CountyRef | None,
    now: datetime,
    totp_secret: str = "",
    field: str = "phone",
) -> StaffCreated:
    """A login for a phone with a role, and a TOTP secret to hand over in person. Safe to run again.

    Enrolling here rather than at the first login keeps somebody who took over the phone from
    enrolling instead. `totp_secret` (base32) fixes the secret, for sandboxes. Raises as `grant_role`.
    """
    chosen = role_at(role, county)
    check_may_staff(actor, county, chosen)
    with identity_transaction():
        user_id = ensure_user(phone=phone, now=now, field=field)
        grant_role(actor=actor, user_id=user_id, role=role, county=county, now=now)
        secret = None
        if chosen.staff:
            secret = enrol_totp(User.objects.select_for_update().get(pk=user_id), secret=totp_secret)
            if secret is not None:
                audit.record(
                    actor, "totp.enrolled", subject=user_id, county_id=county.id if county else None, now=now
                )
    return StaffCreated(user_id=user_id, totp_secret=secret)
