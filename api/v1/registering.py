"""The identity side of registering: a login and its role, idempotent, before the county's own row."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from api.endpoint import Call
from api.errors import PHONE_NEEDED, PHONE_NOT_YOURS
from kernel.clock import real_now
from kernel.errors import FORBIDDEN
from tenants.identity.selectors import verified_phone
from tenants.identity.use_cases.ensure_user import ensure_user
from tenants.identity.use_cases.join_county import join_county


@dataclass(frozen=True, slots=True)
class Registrant:
    """Whose login the new row belongs to, and the number (E.164) it is reached by."""

    user_id: UUID
    phone: str = field(repr=False)


def register_login(call: Call, *, role: str) -> Registrant:
    """The caller's own login, or with `for_other` that of the given number, with the role in this county.

    Raises `forbidden` without `people:register` for others, `phone_needed`, `phone_not_yours`.
    """
    given = call.data["phone"]
    if call.data["for_other"]:
        call.who.require("people:register")
        if given is None:
            raise PHONE_NEEDED.error(field="phone")
        user_id = ensure_user(phone=given, now=real_now())
        join_county(actor=call.who, county=call.county, role=role, user_id=user_id, now=real_now())
        return Registrant(user_id, given)
    own = call.who.user_id
    if own is None:
        raise FORBIDDEN.error(scope="people:self")
    phone = verified_phone(own)
    if phone is None or given not in (None, phone):
        raise PHONE_NOT_YOURS.error(field="phone")
    join_county(actor=call.who, county=call.county, role=role, now=real_now())
    return Registrant(own, phone)
