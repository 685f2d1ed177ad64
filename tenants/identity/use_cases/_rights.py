"""Shared by the verbs: who may give rights, and the transaction they run in."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

from django.db import connections, router, transaction

from kernel.actor import SYSTEM, Actor
from kernel.errors import FORBIDDEN
from tenants.contracts import CountyRef
from tenants.identity.contracts import RoleView
from tenants.identity.errors import ROLE_LAST_ADMIN, ROLE_LEVEL, ROLE_NOT_STAFF, ROLE_UNKNOWN
from tenants.identity.models import Membership, User
from tenants.identity.roles import role_table

GRANT = "roles:grant"
CITY = "staff:write"


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


def check_may_staff(actor: Actor, county: CountyRef | None, role: RoleView) -> None:
    """Who may give and take a role: whoever `check_may_grant` says, and for staff roles, of any county and
    of the city itself, who holds `staff:write` in the city. Raises `forbidden`, `role_not_staff`."""
    if not of_city(actor):
        check_may_grant(actor, county)
        return
    check_city(actor)
    if not role.staff:
        raise ROLE_NOT_STAFF.error(field="role", role=role.code)


def of_city(actor: Actor) -> bool:
    """Whether the actor gives and takes roles for the city: no actor made for a county holds this scope."""
    return actor != SYSTEM and actor.has(CITY)


def check_city(actor: Actor) -> None:
    """Only who holds `staff:write` as a role of the whole city, asked of the database; and the system."""
    if actor == SYSTEM:
        return
    actor.require(CITY)
    if actor.user_id is None or not _holds_in(actor.user_id, None, CITY):
        raise FORBIDDEN.error(scope=CITY)


def check_another_admin(user_id: UUID, county: CountyRef | None) -> None:
    """Raises `role_last_admin` unless somebody else gives out roles there, too. Two administrators who take
    each other's role away queue up here, to the end of the transaction, so one of them stays."""
    using, county_id = router.db_for_write(User), county.id if county else None
    with connections[using or "default"].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"admins of {county_id}"])
    others = Membership.objects.filter(
        county_id=county_id, role__scopes__scope=GRANT if county else CITY, user__is_active=True
    ).exclude(user_id=user_id)
    if not others.exists():
        raise ROLE_LAST_ADMIN.error(field="role")


def _holds_in(user_id: UUID, county_id: UUID | None, scope: str) -> bool:
    return Membership.objects.filter(user_id=user_id, county_id=county_id, role__scopes__scope=scope).exists()


def mark_staff(user_id: UUID) -> None:
    """Keeps the user's staff flag equal to whether any role of theirs is a staff role."""
    is_staff = Membership.objects.filter(user_id=user_id, role__staff=True).exists()
    User.objects.filter(pk=user_id).exclude(is_staff_member=is_staff).update(is_staff_member=is_staff)
