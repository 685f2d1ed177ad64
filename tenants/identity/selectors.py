"""Reads about logins and roles, for doors and administrators."""

from __future__ import annotations

from uuid import UUID

from allauth.mfa.models import Authenticator

from kernel.actor import Actor
from kernel.crypto import mask_phone
from tenants.contracts import CountyRef
from tenants.identity.contracts import MembershipView, PartnerClientView, RoleView, UserView
from tenants.identity.errors import USER_UNKNOWN
from tenants.identity.models import ApiClientBinding, Membership, User
from tenants.identity.phones import open_phone
from tenants.identity.roles import role_table


def roles() -> dict[str, RoleView]:
    """Every role by code."""
    return role_table()


def user_view(user_id: UUID) -> UserView:
    """A login, phone masked, or `user_unknown`."""
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise USER_UNKNOWN.error(field="user_id")
    return UserView(
        id=user.id,
        phone_masked=mask_phone(open_phone(user)),
        phone_verified=user.phone_verified,
        staff=user.is_staff_member,
        totp_enrolled=Authenticator.objects.filter(user_id=user_id, type=Authenticator.Type.TOTP).exists(),
    )


def verified_phone(user_id: UUID) -> str | None:
    """The phone (E.164) that this login proved to hold, unmasked, for the login's own registration."""
    user = User.objects.filter(pk=user_id, phone_verified=True).first()
    return open_phone(user) if user else None


def memberships_of(user_id: UUID) -> list[MembershipView]:
    """Everything a login may be, in every county and the city. For the login itself."""
    return [_view(row) for row in Membership.objects.filter(user_id=user_id).order_by("id")]


def staff_of(actor: Actor, county: CountyRef) -> list[MembershipView]:
    """Who holds which staff role in the county. Needs `roles:grant`."""
    actor.require("roles:grant")
    rows = Membership.objects.filter(county_id=county.id, role__staff=True)
    return [_view(row) for row in rows.order_by("role_id", "granted_at", "id")]


def api_clients_of(actor: Actor, county: CountyRef) -> list[tuple[str, str, frozenset[str]]]:
    """The county's own machine clients as (client id, name, scopes). Needs `roles:grant`."""
    actor.require("roles:grant")
    rows = ApiClientBinding.objects.filter(county_id=county.id, partner="").order_by("created_at")
    return [
        (client_id, name, frozenset(scopes.split()))
        for client_id, name, scopes in rows.values_list(
            "application__client_id", "application__name", "scopes"
        )
    ]


def partner_clients_of(actor: Actor, county: CountyRef, partner: str) -> list[PartnerClientView]:
    """Machine clients of an insurer in the county, oldest first. Needs `insurance:write`."""
    actor.require("insurance:write")
    rows = ApiClientBinding.objects.filter(county_id=county.id, partner=partner).exclude(partner="")
    return [
        PartnerClientView(
            client_id=row.application.client_id,
            name=row.application.name,
            partner=row.partner,
            scopes=frozenset(row.scopes.split()),
            created_at=row.created_at,
            created_by=row.created_by,
        )
        for row in rows.select_related("application").order_by("created_at")
    ]


def _view(row: Membership) -> MembershipView:
    return MembershipView(
        user_id=row.user_id,
        county_id=row.county_id,
        role=row.role_id,
        granted_at=row.granted_at,
        granted_by=row.granted_by,
    )
