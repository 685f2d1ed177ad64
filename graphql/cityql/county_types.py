"""A county's life as GraphQL types: state, names by date, successions, and what was done to it."""

from __future__ import annotations

from datetime import date, datetime

import strawberry

from cityql.case_types import fen
from cityql.scalars import Int64
from tenants.contracts import CountyChangeView, CountyRef, CountyState, DesignationView
from tenants.operations.contracts import Left, OperationKind, OperationState, OperationView, StepView

strawberry.enum(
    CountyState,
    name="CountyState",
    description=(
        "SUSPENDED 暂停受理新业务，原有业务照常；WINDING_DOWN 已由他县承接，了结中；CLOSED 只读。"
        "SUSPENDED: nothing new, what runs goes on; WINDING_DOWN: succeeded, obligations end; "
        "CLOSED: read only."
    ),
)
strawberry.enum(OperationKind, name="OperationKind", description="操作种类。What an operation does.")
strawberry.enum(OperationState, name="OperationState", description="操作状态。How an operation stands.")


@strawberry.type(
    name="Designation", description="自某日起的代码与名称。A division code and names from a day on."
)
class DesignationType:
    code: str
    name: str
    name_en: str
    valid_from: date

    @classmethod
    def of(cls, row: DesignationView) -> DesignationType:
        return cls(code=row.code, name=row.name, name_en=row.name_en, valid_from=row.valid_from)


@strawberry.type(
    name="Succession", description="承接关系的另一方。The other county of a succession, and its day."
)
class SuccessionType:
    slug: str
    name: str
    name_en: str
    on: date = strawberry.field(description="承接之日（上海时间）。The successor's first Shanghai day.")

    @classmethod
    def of(cls, other: CountyRef, on: date) -> SuccessionType:
        return cls(slug=other.slug, name=other.name, name_en=other.name_en, on=on)


@strawberry.type(name="CountyChange", description="对县的一次变更。One thing that was done to a county.")
class CountyChangeType:
    act: str = strawberry.field(
        description="opened, suspended, resumed, renamed, succeeded, winding_down, closed, reopened"
    )
    actor: str
    channel: str
    detail: list[CountyChangeDetailType]
    at: datetime

    @classmethod
    def of(cls, row: CountyChangeView) -> CountyChangeType:
        return cls(
            act=row.act,
            actor=row.actor,
            channel=row.channel,
            detail=[CountyChangeDetailType(name=name, value=value) for name, value in row.detail.items()],
            at=row.at,
        )


@strawberry.type(name="CountyChangeDetail", description="变更的一项内容。One value of a change.")
class CountyChangeDetailType:
    name: str
    value: str


@strawberry.type(name="Obligation", description="结业前须了结的事项。What must end before a county closes.")
class ObligationType:
    code: str
    zh: str
    en: str
    count: int
    fen: Int64 | None

    @classmethod
    def of(cls, row: Left) -> ObligationType:
        return cls(code=row.code, zh=row.zh, en=row.en, count=row.count, fen=fen(row.fen))


@strawberry.type(name="OperationStep", description="一个步骤的一次执行。One try of one step.")
class OperationStepType:
    code: str
    zh: str
    en: str
    done: bool
    error: str = strawberry.field(description="失败原因的代码；成功为空。Empty when it was done.")
    at: datetime

    @classmethod
    def of(cls, row: StepView) -> OperationStepType:
        return cls(code=row.code, zh=row.zh, en=row.en, done=row.done, error=row.error, at=row.at)


@strawberry.type(
    name="Operation",
    description=(
        "开设或承接县的操作，分步执行，中断后继续。"
        "Opening a county or a successor, step by step; goes on after an interruption."
    ),
)
class OperationType:
    id: strawberry.ID
    kind: OperationKind
    state: OperationState
    slug: str
    code: str
    name: str
    name_en: str
    opens_on: date
    predecessors: list[str] = strawberry.field(description="被承接县的短名。Short names of predecessors.")
    step: str | None = strawberry.field(description="下一步骤的代码。What is to be done next.")
    step_zh: str | None
    step_en: str | None
    steps_done: int
    steps_total: int
    error: str | None
    requested_by: str
    requested_at: datetime
    finished_at: datetime | None
    steps: list[OperationStepType]

    @classmethod
    def of(cls, found: OperationView) -> OperationType:
        return cls(
            id=strawberry.ID(str(found.id)),
            kind=found.kind,
            state=found.state,
            slug=found.county.slug,
            code=found.county.code,
            name=found.county.name,
            name_en=found.county.name_en,
            opens_on=found.county.opens_on,
            predecessors=list(found.predecessors),
            step=found.step or None,
            step_zh=found.step_zh or None,
            step_en=found.step_en or None,
            steps_done=found.steps_done,
            steps_total=found.steps_total,
            error=found.error or None,
            requested_by=found.requested_by,
            requested_at=found.requested_at,
            finished_at=found.finished_at,
            steps=[OperationStepType.of(step) for step in found.steps],
        )
