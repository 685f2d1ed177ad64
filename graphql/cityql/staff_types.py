"""Staff as GraphQL types: a masked phone and roles."""

from __future__ import annotations

from datetime import datetime

import strawberry

from tenants import directory
from tenants.identity.contracts import MembershipView, RoleView, StaffView
from tenants.identity.roles import role_table


@strawberry.type(name="Role", description="角色及其权限。A role and what it may do.")
class RoleType:
    code: str
    level: str = strawberry.field(description="county、city 或 partner。county, city or partner.")
    staff: bool = strawberry.field(
        description="工作人员角色，须通过动态口令。Of staff: counts only after a one-time password."
    )
    name: str
    name_en: str
    scopes: list[str]

    @classmethod
    def of(cls, role: RoleView) -> RoleType:
        return cls(
            code=role.code,
            level=role.level,
            staff=role.staff,
            name=role.name,
            name_en=role.name_en,
            scopes=sorted(role.scopes),
        )


@strawberry.type(name="StaffRole", description="在一个县或全市担任的角色。A role in a county or the city.")
class StaffRoleType:
    role: str
    name: str
    name_en: str
    county: str | None = strawberry.field(description="县的短名；全市角色为 null。Null: of the city.")
    granted_at: datetime
    granted_by: str = strawberry.field(description="授予者的编号。Key of who gave it.")

    @classmethod
    def of(cls, held: MembershipView) -> StaffRoleType:
        role = role_table()[held.role]
        return cls(
            role=held.role,
            name=role.name,
            name_en=role.name_en,
            county=None if held.county_id is None else directory.by_id(held.county_id).slug,
            granted_at=held.granted_at,
            granted_by=held.granted_by,
        )


@strawberry.type(name="Staff", description="工作人员，电话部分隐去。A member of staff, the phone masked.")
class StaffType:
    id: strawberry.ID
    phone: str = strawberry.field(description="部分隐去。Masked.")
    totp_enrolled: bool
    roles: list[StaffRoleType]

    @classmethod
    def of(cls, found: StaffView) -> StaffType:
        return cls(
            id=strawberry.ID(str(found.id)),
            phone=found.phone_masked,
            totp_enrolled=found.totp_enrolled,
            roles=[StaffRoleType.of(held) for held in found.roles],
        )
