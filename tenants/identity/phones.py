"""Phones of logins: sealed to read, indexed to find. Always in E.164, as `parse_phone` returns them."""

from __future__ import annotations

from uuid import UUID

from kernel.crypto import blind_index, open_sealed, seal
from tenants.identity.models import User

SCOPE = "public"
_TABLE = "identity_user"


def phone_index(phone: str) -> str:
    return blind_index(phone, purpose="identity phone", scope=SCOPE)


def seal_phone(phone: str, *, user_id: UUID) -> str:
    return seal(phone, scope=SCOPE, table=_TABLE, column="phone_sealed", row=user_id)


def open_phone(user: User) -> str:
    return open_sealed(user.phone_sealed, scope=SCOPE, table=_TABLE, column="phone_sealed", row=user.id)


def put_phone(user: User, phone: str, *, verified: bool) -> None:
    """Sets the phone on a row that the caller saves."""
    user.phone_sealed = seal_phone(phone, user_id=user.id)
    user.phone_index = phone_index(phone)
    user.phone_verified = verified
