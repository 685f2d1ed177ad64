"""Staff of the city and its counties: who holds which role, and giving and taking roles."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import strawberry

from cityql.changing import id_of
from cityql.county import AskingInfo, First
from cityql.drill import root_page
from cityql.errors import ARGUMENT
from cityql.limits import PAGES
from cityql.staff_types import RoleType, StaffType
from cityql.types import Connection
from kernel.clock import real_now
from tenants import directory
from tenants.contracts import CountyRef
from tenants.identity import selectors_city as selectors
from tenants.identity.contracts import StaffCreated
from tenants.identity.errors import USER_UNKNOWN
from tenants.identity.roles import role_table
from tenants.identity.use_cases.create_staff import create_staff
from tenants.identity.use_cases.reset_totp import reset_totp
from tenants.identity.use_cases.revoke_role import revoke_role

Role = Annotated[str, strawberry.argument(description="角色代码，见 roles。Code of a role, see roles.")]
Where = Annotated[
    str | None,
    strawberry.argument(description="县的短名；全市角色省略。The county; absent for roles of the city."),
]


@strawberry.type(name="StaffAppointed", description="任命或重置的结果。What came of it.")
class StaffAppointedType:
    staff: StaffType
    totp_secret: str | None = strawberry.field(
        description=(
            "动态口令密钥（base32），只显示一次，须当面交付；已有口令时为 null。"
            "The TOTP secret in base32, shown once, handed over in person; null when there was one before."
        )
    )


def _staff(
    info: AskingInfo,
    first: First = PAGES["staff"][0],
    after: str | None = None,
    county: Annotated[
        str | None, strawberry.argument(description="只列在此县任职的。Only staff of this county.")
    ] = None,
    city: Annotated[
        bool, strawberry.argument(description="只列担任全市角色的。Only holders of a role of the city.")
    ] = False,
    role: Annotated[str | None, strawberry.argument(description="只列此角色。Only this role.")] = None,
) -> Connection[StaffType] | None:
    if city and county is not None:
        raise ARGUMENT.error(field="city", reason="county")
    return root_page(
        "staff",
        first=first,
        after=after,
        filters={"county": county, "city": city, "role": role},
        read=lambda size, before: selectors.all_staff(
            actor=info.context.caller.actor,
            first=size,
            before=before,
            county=_place(county),
            city=city,
            role=role,
        ),
        node=StaffType.of,
    )


def _roles() -> list[RoleType]:
    return [RoleType.of(role) for role in role_table().values()]


def _appoint(
    info: AskingInfo,
    phone: Annotated[str, strawberry.argument(description="手机号码。A mobile number.")],
    role: Role,
    county: Where = None,
) -> StaffAppointedType | None:
    made = create_staff(
        actor=info.context.caller.actor, phone=phone, role=role, county=_place(county), now=real_now()
    )
    return _appointed(info, made)


def _revoke(
    info: AskingInfo,
    role: Role,
    id: Annotated[
        strawberry.ID | None, strawberry.argument(description="工作人员，或以 phone 指明。Or by phone.")
    ] = None,
    phone: str | None = None,
    county: Where = None,
) -> StaffType | None:
    actor = info.context.caller.actor
    whose = _whose(info, id, phone)
    revoke_role(actor=actor, user_id=whose, role=role, county=_place(county), now=real_now())
    return StaffType.of(selectors.staff_member(actor=actor, user_id=whose))


def _reset(info: AskingInfo, id: strawberry.ID) -> StaffAppointedType | None:
    actor = info.context.caller.actor
    made = reset_totp(actor=actor, user_id=id_of(id, USER_UNKNOWN, "id"), county=None, now=real_now())
    return _appointed(info, made)


def _appointed(info: AskingInfo, made: StaffCreated) -> StaffAppointedType:
    found = selectors.staff_member(actor=info.context.caller.actor, user_id=made.user_id)
    return StaffAppointedType(staff=StaffType.of(found), totp_secret=made.totp_secret)


def _whose(info: AskingInfo, id: str | None, phone: str | None) -> UUID:
    if (id is None) == (phone is None):
        raise ARGUMENT.error(field="id", reason="id | phone")
    if phone is not None:
        return selectors.user_of_phone(actor=info.context.caller.actor, phone=phone)
    return id_of(str(id), USER_UNKNOWN, "id")


def _place(slug: str | None) -> CountyRef | None:
    return None if slug is None else directory.by_slug(slug)


@strawberry.type
class StaffQuery:
    staff: Connection[StaffType] | None = strawberry.field(
        resolver=_staff,
        description=(
            "全市及各县的工作人员，由新到旧；需要 staff:write 权限。"
            "Staff of the city and its counties, newest logins first; needs staff:write."
        ),
    )
    roles: list[RoleType] = strawberry.field(
        resolver=_roles, description="角色及其权限。Roles and what each may do."
    )


@strawberry.type
class StaffMutation:
    appoint_staff: StaffAppointedType | None = strawberry.field(
        resolver=_appoint,
        description=(
            "按手机号任命工作人员，必要时建立登录；重复无影响，不能任命自己。需要 staff:write 权限。"
            "Gives a staff role to a phone's login, made if there is none; a repeat changes nothing, nobody "
            "appoints themselves. Needs staff:write."
        ),
    )
    revoke_staff_role: StaffType | None = strawberry.field(
        resolver=_revoke,
        description=(
            "撤销角色，即时生效；最后一名管理员不可撤销。"
            "Takes a role away at once; the last administrator stays."
        ),
    )
    reset_staff_totp: StaffAppointedType | None = strawberry.field(
        resolver=_reset,
        description="遗失设备后重置动态口令。A new TOTP secret for somebody who lost the device.",
    )
