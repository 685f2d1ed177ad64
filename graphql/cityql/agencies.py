"""Labour agencies, which the whole city shares: reading them, and what the city may change about them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import strawberry

from cityql.county import AskingInfo
from cityql.database import city_snapshot
from kernel.clock import business_day
from tenants.clock import market_now
from tenants.partners import agencies as selectors
from tenants.partners.contracts import AgencyView
from tenants.partners.use_cases import license_agency, register_agency, rename_agency, suspend_agency

Code = Annotated[
    str,
    strawberry.argument(
        description=(
            "代码，3–40 个小写字母、数字或连字符，永不更改。"
            "The code, 3 to 40 lower-case letters, digits or hyphens; it never changes."
        )
    ),
]
Reason = Annotated[str, strawberry.argument(description="原因，将留存。Why; it is kept.")]
Licence = Annotated[
    str,
    strawberry.argument(
        description="人力资源服务许可证编号。Number of the permit for human resource services."
    ),
]
Until = Annotated[
    date | None, strawberry.argument(description="许可证末日；长期有效则省略。Its last day, if it has one.")
]


@strawberry.type(name="Agency", description="劳务机构。A labour agency.")
class AgencyType:
    code: str
    name: str
    name_en: str
    credit_code: str = strawberry.field(description="统一社会信用代码。The credit code (GB 32100).")
    licence: str
    licence_until: date | None
    active: bool = strawberry.field(description="未被暂停。Not suspended.")
    may_act: bool = strawberry.field(
        description="未被暂停且许可证在有效期内。Neither suspended nor past its permit today."
    )
    since: date = strawberry.field(description="登记日。The day it was registered.")

    @classmethod
    def of(cls, found: AgencyView, now: datetime) -> AgencyType:
        return cls(
            code=found.code,
            name=found.name,
            name_en=found.name_en,
            credit_code=found.credit_code,
            licence=found.licence,
            licence_until=found.licence_until,
            active=found.active,
            may_act=found.may_act(business_day(now)),
            since=found.since,
        )


def _agencies(
    active: Annotated[
        bool | None, strawberry.argument(description="只列未暂停或已暂停的。Only those that are, or are not.")
    ] = None,
) -> list[AgencyType]:
    with city_snapshot():
        now, found = market_now(), selectors.agencies(active)
    return [AgencyType.of(agency, now) for agency in found]


def _register(
    info: AskingInfo,
    code: Code,
    name: str,
    name_en: str,
    credit_code: str,
    licence: Licence,
    licence_until: Until = None,
) -> AgencyType | None:
    now = market_now()
    made = register_agency.register_agency(
        code=code,
        name=name,
        name_en=name_en,
        credit_code=credit_code,
        licence=licence,
        licence_until=licence_until,
        actor=info.context.caller.actor,
        now=now,
    )
    return AgencyType.of(made, now)


def _rename(info: AskingInfo, code: Code, name: str, name_en: str) -> AgencyType | None:
    now, actor = market_now(), info.context.caller.actor
    return AgencyType.of(
        rename_agency.rename_agency(code=code, name=name, name_en=name_en, actor=actor, now=now), now
    )


def _license(
    info: AskingInfo, code: Code, licence: Licence, licence_until: Until = None
) -> AgencyType | None:
    now, actor = market_now(), info.context.caller.actor
    return AgencyType.of(
        license_agency.license_agency(
            code=code, licence=licence, licence_until=licence_until, actor=actor, now=now
        ),
        now,
    )


def _suspend(info: AskingInfo, code: Code, reason: Reason) -> AgencyType | None:
    now, actor = market_now(), info.context.caller.actor
    return AgencyType.of(suspend_agency.suspend_agency(code=code, reason=reason, actor=actor, now=now), now)


def _resume(info: AskingInfo, code: Code, reason: Reason) -> AgencyType | None:
    now, actor = market_now(), info.context.caller.actor
    return AgencyType.of(suspend_agency.resume_agency(code=code, reason=reason, actor=actor, now=now), now)


@strawberry.type
class AgencyQuery:
    agencies: list[AgencyType] = strawberry.field(
        resolver=_agencies, description="劳务机构，按代码排列。The labour agencies by code."
    )


@strawberry.type
class AgencyMutation:
    register_agency: AgencyType | None = strawberry.field(
        resolver=_register,
        description=(
            "登记劳务机构；以相同内容重复登记无影响。需要 insurers:write 权限。"
            "Registers a labour agency; a repeat with the same words changes nothing. Needs insurers:write."
        ),
    )
    rename_agency: AgencyType | None = strawberry.field(
        resolver=_rename, description="更名，代码不变。New names; the code stays."
    )
    license_agency: AgencyType | None = strawberry.field(
        resolver=_license, description="登记新的许可证。Its new permit."
    )
    suspend_agency: AgencyType | None = strawberry.field(
        resolver=_suspend, description="暂停。Suspends it everywhere."
    )
    resume_agency: AgencyType | None = strawberry.field(
        resolver=_resume, description="恢复。Lets it act again."
    )
