"""Shared by the verbs: who may give rights, and the transaction they run in."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

from django.db import router, transaction

from kernel.actor import SYSTEM, Actor
from kernel.errors import FORBIDDEN
from tenants.contracts import CountyRef
from tenants.identity.contracts import RoleView
from tenants.identity.errors import ROLE_LEVEL, ROLE_UNKNOWN
from tenants.identity.models import Membership, User
from tenants.identity.roles import role_table

GRANT = "roles:grant"


def identity_transaction() -> AbstractContextManager[Any]:
    """A transaction on whichever login reaches identities: its own, or the owner's when migrating."""
    return transaction.atomic(using=router.db_for_write(User))


def role_at(code: str, county: CountyRef | None) -> RoleView:
    """The role, which must belong to the level it is given at. Raises `role_unknown`, `role_level`."""
    role = role_table().get(code)
    if role is None:
        raise ROLE_UNKNOWN.error(field="role", role=code[:40])
    if (role.level == "county") != (county is not None):
        raise ROLE_LEVEL.error(field="role", role=code)
    return role


def check_may_grant(actor: Actor, county: CountyRef | None, *, scope: str = GRANT) -> None:
    """Only who holds `roles:grant` (or another `scope`) in this very county, and the system for the
    city's own roles.

    The actor's scopes say what it may do in the county it was made for; that this is the county in
    question is asked of the database, so that an actor of one county cannot give rights in another.
    """
    if actor == SYSTEM:
        return
    actor.require(scope)
    if county is None or actor.user_id is None or not _holds_in(actor.user_id, county.id, scope):
        raise FORBIDDEN.error(scope=scope)


def _holds_in(user_id: UUID, county_id: UUID, scope: str) -> bool:
    return Membership.objects.filter(user_id=user_id, county_id=county_id, role__scopes__scope=scope).exists()


def mark_staff(user_id: UUID) -> None:
    """Keeps the user's staff flag equal to whether any role of theirs is a staff role."""
    is_staff = Membership.objects.filter(user_id=user_id, role__staff=True).exists()
    User.objects.filter(pk=user_id).exclude(is_staff_member=is_staff).update(is_staff_member=is_staff)
