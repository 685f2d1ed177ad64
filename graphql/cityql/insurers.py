"""Insurers, which the whole city shares: reading them, and what the city may change about them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import strawberry

from cityql.county import AskingInfo
from tenants.clock import market_now
from tenants.partners import selectors
from tenants.partners.contracts import InsurerView
from tenants.partners.use_cases import register_insurer, rename_insurer, suspend_insurer

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


@strawberry.type(name="Insurer", description="保险机构。An insurer that counties may connect to.")
class InsurerType:
    code: str
    name: str
    name_en: str
    active: bool = strawberry.field(
        description="承接新业务；已出保单和理赔不受影响。Takes new business; what is in force stays."
    )
    since: date = strawberry.field(description="登记日。The day it was registered.")

    @classmethod
    def of(cls, found: InsurerView) -> InsurerType:
        return cls(
            code=found.code,
            name=found.name,
            name_en=found.name_en,
            active=found.active,
            since=found.since,
        )


def insurers(
    active: Annotated[
        bool | None, strawberry.argument(description="只列启用或停用的。Only those that are, or are not.")
    ] = None,
) -> list[InsurerType]:
    known = selectors.insurers().values()
    return [InsurerType.of(found) for found in known if active is None or found.active is active]


def _register(info: AskingInfo, code: Code, name: str, name_en: str) -> InsurerType | None:
    return InsurerType.of(
        register_insurer.register_insurer(
            code=code, name=name, name_en=name_en, actor=info.context.caller.actor, now=market_now()
        )
    )


def _rename(info: AskingInfo, code: Code, name: str, name_en: str) -> InsurerType | None:
    return InsurerType.of(
        rename_insurer.rename_insurer(
            code=code, name=name, name_en=name_en, actor=info.context.caller.actor, now=market_now()
        )
    )


def _suspend(info: AskingInfo, code: Code, reason: Reason) -> InsurerType | None:
    return InsurerType.of(
        suspend_insurer.suspend_insurer(
            code=code, reason=reason, actor=info.context.caller.actor, now=market_now()
        )
    )


def _resume(info: AskingInfo, code: Code, reason: Reason) -> InsurerType | None:
    return InsurerType.of(
        suspend_insurer.resume_insurer(
            code=code, reason=reason, actor=info.context.caller.actor, now=market_now()
        )
    )


@strawberry.type
class Mutation:
    """Each change is one use case with its own transaction and its own record of who did it."""

    register_insurer: InsurerType | None = strawberry.field(
        resolver=_register,
        description=(
            "登记保险机构；以相同名称重复登记无影响。需要 insurers:write 权限。"
            "Registers an insurer; repeating it with the same names changes nothing. Needs insurers:write."
        ),
    )
    rename_insurer: InsurerType | None = strawberry.field(
        resolver=_rename, description="更名，代码不变。New names; the code stays."
    )
    suspend_insurer: InsurerType | None = strawberry.field(
        resolver=_suspend,
        description=(
            "停止各县新业务；已出保单和理赔照常。"
            "No new business in any county; what is in force stays, and its claims go on."
        ),
    )
    resume_insurer: InsurerType | None = strawberry.field(
        resolver=_resume, description="恢复新业务。New business again."
    )
