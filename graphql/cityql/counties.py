"""What the city does with counties: opens, suspends, renames, has them succeeded, and closes them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import strawberry

from cityql.changing import id_of
from cityql.county import AskingInfo, First
from cityql.county_types import OperationType
from cityql.database import city_snapshot
from cityql.drill import root_page
from cityql.errors import ARGUMENT
from cityql.limits import MAX_LIST, PAGES
from cityql.types import Connection, CountyType
from kernel.errors import NOT_FOUND
from reporting.selectors import freshness
from tenants import directory
from tenants.clock import market_now
from tenants.contracts import CountyRef
from tenants.operations import selectors
from tenants.operations.contracts import NewCounty, OperationState
from tenants.operations.use_cases import (
    close_county,
    onboard_county,
    open_successor,
    rename_county,
    retry_operation,
    suspend_county,
)

Slug = Annotated[
    str,
    strawberry.argument(
        description=(
            "短名，2–31 个小写字母、数字或连字符，为地址首段，永不更改。"
            "The short name, first part of every address, 2 to 31 characters; it never changes."
        )
    ),
]
Code = Annotated[
    str, strawberry.argument(description="行政区划代码，六位。Division code (GB/T 2260), six digits.")
]
Reason = Annotated[str, strawberry.argument(description="原因，将留存。Why; it is kept.")]
OpensOn = Annotated[
    date, strawberry.argument(description="开业之日（上海时间）。Its first Shanghai day, today or later.")
]
WageMonth = Annotated[
    int | None, strawberry.argument(description="月最低工资（分）。Lowest monthly wage in fen.")
]
WageHour = Annotated[
    int | None, strawberry.argument(description="小时最低工资（分）。Lowest hourly wage in fen.")
]


def _operations(
    info: AskingInfo,
    first: First = PAGES["operations"][0],
    after: str | None = None,
    state: Annotated[
        OperationState | None, strawberry.argument(description="只列此状态的。Only in this state.")
    ] = None,
) -> Connection[OperationType] | None:
    actor = info.context.caller.actor
    with city_snapshot():
        return root_page(
            "operations",
            first=first,
            after=after,
            filters={"state": state},
            read=lambda size, before: selectors.operations(
                actor=actor, first=size, before=before, state=state
            ),
            node=OperationType.of,
        )


def _operation(info: AskingInfo, id: strawberry.ID) -> OperationType | None:
    wanted = id_of(id, NOT_FOUND, "id")
    with city_snapshot():
        return OperationType.of(selectors.operation(wanted, actor=info.context.caller.actor))


def _onboard(
    info: AskingInfo,
    slug: Slug,
    code: Code,
    name: str,
    name_en: str,
    opens_on: OpensOn,
    min_wage_month_fen: Annotated[
        int, strawberry.argument(description="月最低工资（分）。Lowest monthly wage in fen.")
    ],
    min_wage_hour_fen: Annotated[
        int, strawberry.argument(description="小时最低工资（分）。Lowest hourly wage in fen.")
    ],
    sandbox: Annotated[
        bool, strawberry.argument(description="沙盒县，不计入任何数字。Counts in no figure.")
    ] = False,
) -> OperationType | None:
    wanted = NewCounty(
        code=code,
        slug=slug,
        name=name,
        name_en=name_en,
        opens_on=opens_on,
        min_wage_month_fen=min_wage_month_fen,
        min_wage_hour_fen=min_wage_hour_fen,
        sandbox=sandbox,
    )
    return OperationType.of(
        onboard_county.onboard_county(county=wanted, actor=info.context.caller.actor, now=market_now())
    )


def _succeed(
    info: AskingInfo,
    predecessors: Annotated[
        list[str],
        strawberry.argument(description="被承接县的短名，1–10 个。Counties to take over from."),
    ],
    slug: Slug,
    code: Code,
    name: str,
    name_en: str,
    opens_on: OpensOn,
    min_wage_month_fen: WageMonth = None,
    min_wage_hour_fen: WageHour = None,
) -> OperationType | None:
    if len(predecessors) > MAX_LIST:
        raise ARGUMENT.error(field="predecessors", reason=f"1..{open_successor.MOST}")
    wanted = NewCounty(
        code=code,
        slug=slug,
        name=name,
        name_en=name_en,
        opens_on=opens_on,
        min_wage_month_fen=min_wage_month_fen or 0,
        min_wage_hour_fen=min_wage_hour_fen or 0,
    )
    return OperationType.of(
        open_successor.open_successor(
            predecessors=predecessors, county=wanted, actor=info.context.caller.actor, now=market_now()
        )
    )


def _retry(info: AskingInfo, id: strawberry.ID) -> OperationType | None:
    return OperationType.of(
        retry_operation.retry_operation(
            operation_id=id_of(id, NOT_FOUND, "id"), actor=info.context.caller.actor, now=market_now()
        )
    )


def _suspend(info: AskingInfo, slug: str, reason: Reason) -> CountyType | None:
    return _shown(
        suspend_county.suspend_county(
            slug=slug, reason=reason, actor=info.context.caller.actor, now=market_now()
        )
    )


def _resume(info: AskingInfo, slug: str, reason: Reason) -> CountyType | None:
    return _shown(
        suspend_county.resume_county(
            slug=slug, reason=reason, actor=info.context.caller.actor, now=market_now()
        )
    )


def _rename(
    info: AskingInfo,
    slug: str,
    name: str,
    name_en: str,
    valid_from: Annotated[
        date, strawberry.argument(description="自此日起（上海时间）。From this Shanghai day, today or later.")
    ],
    code: Annotated[
        str | None,
        strawberry.argument(description="新的行政区划代码；不变则省略。A new division code, if it changes."),
    ] = None,
) -> CountyType | None:
    return _shown(
        rename_county.rename_county(
            slug=slug,
            name=name,
            name_en=name_en,
            valid_from=valid_from,
            code=code,
            actor=info.context.caller.actor,
            now=market_now(),
        )
    )


def _close(info: AskingInfo, slug: str) -> CountyType | None:
    return _shown(close_county.close_county(slug=slug, actor=info.context.caller.actor, now=market_now()))


def _shown(ref: CountyRef) -> CountyType:
    with city_snapshot():
        [known] = freshness([directory.current(ref)])
    return CountyType.of(directory.current(ref), known)


@strawberry.type
class CountiesQuery:
    operations: Connection[OperationType] | None = strawberry.field(
        resolver=_operations,
        description="开设与承接的操作，由新到旧。Operations on counties, newest first.",
    )
    operation: OperationType | None = strawberry.field(
        resolver=_operation, description="一次操作及其进度。One operation and how far it is."
    )


@strawberry.type
class CountiesMutation:
    """Each change is one use case with its own transaction and its own record of who did it."""

    onboard_county: OperationType | None = strawberry.field(
        resolver=_onboard,
        description=(
            "开设县：登记操作，由后台分步完成，进度见 operation。重复相同请求无影响。"
            "Opens a county: an operation is written down and carried out step by step, see operation. "
            "Repeating the same changes nothing. Needs counties:write."
        ),
    )
    open_successor: OperationType | None = strawberry.field(
        resolver=_succeed,
        description=(
            "开设承接县：自开业之日起原县只了结旧事，了结后只读；数据不迁移，报表按日期归属。"
            "Opens a county that takes over: from its first day the predecessors only bring to an end what "
            "runs, then they are read only. No row moves; reports map by date. Needs counties:write."
        ),
    )
    retry_operation: OperationType | None = strawberry.field(
        resolver=_retry, description="重试失败的操作。Has a failed operation go on."
    )
    suspend_county: CountyType | None = strawberry.field(
        resolver=_suspend,
        description=(
            "暂停受理新的用工、登记和充值；进行中的用工和提现照常。"
            "No new orders, registrations or deposits; what runs goes on, and money out."
        ),
    )
    resume_county: CountyType | None = strawberry.field(
        resolver=_resume, description="恢复受理。Everything again."
    )
    rename_county: CountyType | None = strawberry.field(
        resolver=_rename,
        description=(
            "自某日起更名或更换代码；地址、数据不变，旧代码停用。"
            "New names or a new code from a day on; address and figures stay, an old code is retired."
        ),
    )
    close_county: CountyType | None = strawberry.field(
        resolver=_close,
        description=(
            "将已被承接且了结完毕的县设为只读；通常由系统自动完成。"
            "Makes a succeeded county with nothing left read only; usually the clock does so."
        ),
    )
