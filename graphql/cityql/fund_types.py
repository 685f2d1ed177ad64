"""A county's money for cover as GraphQL types."""

from __future__ import annotations

from datetime import date, datetime

import strawberry

from cityql.enums import ProgramState
from cityql.scalars import Int64
from compliance.fund.contracts import FundView, ProgramView, ReserveView


@strawberry.type(name="CoverProgram", description="一项基础保障计划。Basic cover for a span of days.")
class CoverProgramType:
    id: strawberry.ID
    name: str
    from_day: date
    to_day: date
    state: ProgramState
    budget_fen: Int64
    spent_fen: Int64 = strawberry.field(description="已支用减退回。Drawn and not given back.")
    remaining_fen: Int64
    slice_fen: Int64
    started_at: datetime
    closed_at: datetime | None

    @classmethod
    def of(cls, program: ProgramView) -> CoverProgramType:
        return cls(
            id=strawberry.ID(str(program.id)),
            name=program.name,
            from_day=program.from_day,
            to_day=program.to_day,
            state=program.state,
            budget_fen=Int64(program.budget_fen),
            spent_fen=Int64(program.spent_fen),
            remaining_fen=Int64(program.remaining_fen),
            slice_fen=Int64(program.slice_fen),
            started_at=program.started_at,
            closed_at=program.closed_at,
        )


@strawberry.type(
    name="CoverReserve",
    description="支付替补承保差额的专户。The account that pays a dearer fallback's difference.",
)
class CoverReserveType:
    document: str = strawberry.field(description="设立文件。The paper that declares it.")
    declared_at: datetime
    balance_fen: Int64

    @classmethod
    def of(cls, reserve: ReserveView) -> CoverReserveType:
        return cls(
            document=reserve.document,
            declared_at=reserve.declared_at,
            balance_fen=Int64(reserve.balance_fen),
        )


@strawberry.type(name="Fund", description="政府基础保障资金；金额以分计。Public money for cover, in fen.")
class FundType:
    balance_fen: Int64 = strawberry.field(description="尚未分片的余额。What lies in no slice.")
    sliced_fen: Int64
    programs: list[CoverProgramType]
    reserve: CoverReserveType | None

    @classmethod
    def of(cls, fund: FundView) -> FundType:
        return cls(
            balance_fen=Int64(fund.balance_fen),
            sliced_fen=Int64(fund.sliced_fen),
            programs=[CoverProgramType.of(program) for program in fund.programs],
            reserve=CoverReserveType.of(fund.reserve) if fund.reserve else None,
        )
