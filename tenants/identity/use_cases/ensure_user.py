from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.identifiers import parse_phone
from kernel.ids import uuid7
from tenants.identity.models import User
from tenants.identity.phones import phone_index, seal_phone


def ensure_user(*, phone: str, now: datetime, field: str = "phone") -> UUID:
    """The login of a phone, made unverified if there is none; the same one however often it is asked.

    For halls that register somebody present, and employers who name a foreman: the person logs in
    later with a code, which verifies the phone. Refuses what `parse_phone` refuses.
    """
    number = parse_phone(phone, field=field)
    new_id = uuid7()
    fresh = User(id=new_id)
    fresh.set_unusable_password()
    user, _ = User.objects.get_or_create(
        phone_index=phone_index(number),
        defaults={
            "id": new_id,
            "password": fresh.password,
            "phone_sealed": seal_phone(number, user_id=new_id),
            "phone_verified": False,
            "created_at": now,
        },
    )
    return user.id
