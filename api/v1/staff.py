"""A county's administrator: roles, staff logins and machine clients."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.endpoint import Call, IdentityAct
from api.fields import Choice, In, Raw, Several, Text
from api.shapes import Out, OutList
from kernel.clock import real_now
from tenants.identity import selectors
from tenants.identity.errors import (
    CLIENT_UNKNOWN,
    ROLE_LAST_ADMIN,
    ROLE_LEVEL,
    ROLE_OWN,
    ROLE_UNKNOWN,
    SCOPE_NOT_GRANTABLE,
    TOTP_REQUIRED,
    USER_UNKNOWN,
)
from tenants.identity.roles import role_table
from tenants.identity.use_cases.create_api_client import create_api_client, grantable_scopes
from tenants.identity.use_cases.create_staff import create_staff
from tenants.identity.use_cases.grant_role import grant_role
from tenants.identity.use_cases.reset_totp import reset_totp
from tenants.identity.use_cases.revoke_api_client import revoke_api_client
from tenants.identity.use_cases.revoke_role import revoke_role

_COUNTY_ROLES = sorted(role.code for role in role_table().values() if role.level == "county")


class RoleOut(Out):
    code = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    staff = serializers.BooleanField(help_text="its scopes count only in a session that passed TOTP")
    scopes = OutList(child=serializers.CharField())


class ListRoles(IdentityAct):
    """The roles of a county and what each may do.

    Open to everybody: who may do what is no secret.
    """

    tag = "staff"
    public = True
    gives = RoleOut
    listed = True

    def decide(self, call: Call) -> list[Any]:
        return [role_table()[code] for code in _COUNTY_ROLES]


class StaffOut(Out):
    user_id = serializers.UUIDField()
    role = serializers.CharField()
    granted_at = serializers.DateTimeField()
    granted_by = serializers.CharField()


class ListStaff(IdentityAct):
    """Everybody who holds a staff role in this county."""

    tag = "staff"
    scope = "roles:grant"
    gives = StaffOut
    listed = True

    def decide(self, call: Call) -> list[Any]:
        return list(selectors.staff_of(call.who, call.county))


class CreateStaffIn(In):
    phone = Raw(max_length=40)
    role = Choice(choices=_COUNTY_ROLES)


class StaffCreatedOut(Out):
    user_id = serializers.UUIDField()
    totp_secret = serializers.CharField(
        allow_null=True, help_text="base32, shown once; null when TOTP was enrolled before"
    )


class CreateStaff(IdentityAct):
    """Make a login with a role for a phone, and a TOTP secret to hand over in person.

    Repeating it changes nothing.
    """

    tag = "staff"
    scope = "roles:grant"
    takes = CreateStaffIn
    gives = StaffCreatedOut
    status = 201
    refuses = (ROLE_UNKNOWN, ROLE_LEVEL, TOTP_REQUIRED)
    example = {"phone": "13800138000", "role": "hall_operator"}

    def decide(self, call: Call) -> Any:
        return create_staff(
            actor=call.who,
            phone=call.data["phone"],
            role=call.data["role"],
            county=call.county,
            now=real_now(),
        )


class UserRoleIn(In):
    role = Choice(choices=_COUNTY_ROLES)


class ChangedOut(Out):
    changed = serializers.BooleanField(help_text="false: it was so before")


class GrantRole(IdentityAct):
    """Give a login a role in this county. Repeating it changes nothing."""

    tag = "staff"
    scope = "roles:grant"
    takes = UserRoleIn
    gives = ChangedOut
    refuses = (USER_UNKNOWN, ROLE_UNKNOWN, ROLE_LEVEL, TOTP_REQUIRED)

    def decide(self, call: Call) -> Any:
        changed = grant_role(
            actor=call.who,
            user_id=call.path["user_id"],
            role=call.data["role"],
            county=call.county,
            now=real_now(),
        )
        return {"changed": changed}


class RevokeRole(IdentityAct):
    """Take a role in this county from a login, at once. Repeating it changes nothing."""

    tag = "staff"
    scope = "roles:grant"
    takes = UserRoleIn
    gives = ChangedOut
    refuses = (ROLE_UNKNOWN, ROLE_LEVEL, ROLE_OWN, ROLE_LAST_ADMIN, TOTP_REQUIRED)

    def decide(self, call: Call) -> Any:
        changed = revoke_role(
            actor=call.who,
            user_id=call.path["user_id"],
            role=call.data["role"],
            county=call.county,
            now=real_now(),
        )
        return {"changed": changed}


class ResetTotp(IdentityAct):
    """Give a staff member who lost the device a new TOTP secret, in person."""

    tag = "staff"
    scope = "roles:grant"
    gives = StaffCreatedOut
    refuses = (USER_UNKNOWN, TOTP_REQUIRED)

    def decide(self, call: Call) -> Any:
        return reset_totp(actor=call.who, user_id=call.path["user_id"], county=call.county, now=real_now())


class ApiClientOut(Out):
    client_id = serializers.CharField()
    name = serializers.CharField()
    scopes = OutList(child=serializers.CharField())


class ListApiClients(IdentityAct):
    """Machine clients of this county."""

    tag = "staff"
    scope = "roles:grant"
    gives = ApiClientOut
    listed = True

    def decide(self, call: Call) -> list[Any]:
        return [
            {"client_id": client_id, "name": name, "scopes": sorted(scopes)}
            for client_id, name, scopes in selectors.api_clients_of(call.who, call.county)
        ]


class CreateApiClientIn(In):
    name = Text(max_length=100)
    scopes = Several(child=Choice(choices=sorted(grantable_scopes())), minimum=1, maximum=50)


class ApiClientCreatedOut(Out):
    client_id = serializers.CharField()
    secret = serializers.CharField(help_text="shown once; only its hash is kept")
    scopes = OutList(child=serializers.CharField())


class CreateApiClient(IdentityAct):
    """Make a machine client of this county, for OAuth client credentials at /o/token/."""

    tag = "staff"
    scope = "roles:grant"
    takes = CreateApiClientIn
    gives = ApiClientCreatedOut
    status = 201
    refuses = (SCOPE_NOT_GRANTABLE, TOTP_REQUIRED)
    example = {"name": "乐享零工小程序", "scopes": ["orders:read", "orders:quote"]}

    def decide(self, call: Call) -> Any:
        made = create_api_client(
            actor=call.who,
            county=call.county,
            name=call.data["name"],
            scopes=call.data["scopes"],
            now=real_now(),
        )
        return {"client_id": made.client_id, "secret": made.secret, "scopes": sorted(made.scopes)}


class RevokeApiClientIn(In):
    client_id = Text(max_length=100)


class RevokeApiClient(IdentityAct):
    """Remove a machine client of this county with all its tokens, at once."""

    tag = "staff"
    scope = "roles:grant"
    takes = RevokeApiClientIn
    gives = ChangedOut
    refuses = (CLIENT_UNKNOWN, TOTP_REQUIRED)

    def decide(self, call: Call) -> Any:
        revoke_api_client(
            actor=call.who, county=call.county, client_id=call.data["client_id"], now=real_now()
        )
        return {"changed": True}
