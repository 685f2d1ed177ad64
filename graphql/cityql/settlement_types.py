"""A county's settlements with insurers and its loss ratio as GraphQL types."""

from __future__ import annotations

from datetime import date, datetime

import strawberry

from cityql.enums import SettlementState
from cityql.scalars import Int64
from compliance.bordereau.contracts import LossCell, LossRatio, SettlementView


@strawberry.type(
    name="Settlement", description="与保险机构的月度保费结算。A month's premiums settled with an insurer."
)
class SettlementType:
    id: strawberry.ID
    insurer: str
    month: date = strawberry.field(description="当月首日。The first day of the month.")
    state: SettlementState
    amount_fen: Int64 | None = strawberry.field(
        description="应付；负数为应收。Paid to the insurer, below zero received from it."
    )
    differences: int | None = strawberry.field(description="对账差异数。Differences found in reconciling.")
    drafted_at: datetime
    reconciled_at: datetime | None
    approved_at: datetime | None
    paid_at: datetime | None

    @classmethod
    def of(cls, found: SettlementView) -> SettlementType:
        return cls(
            id=strawberry.ID(str(found.id)),
            insurer=found.insurer,
            month=found.month,
            state=found.state,
            amount_fen=None if found.amount_fen is None else Int64(found.amount_fen),
            differences=found.differences,
            drafted_at=found.drafted_at,
            reconciled_at=found.reconciled_at,
            approved_at=found.approved_at,
            paid_at=found.paid_at,
        )


@strawberry.type(
    name="LossCell",
    description="一个工种的保费与赔款；人数过少时隐去。A trade's premiums and claims; null where too few.",
)
class LossCellType:
    trade: str
    policies: int | None
    premium_fen: Int64 | None
    claims_fen: Int64 | None
    permille: int | None = strawberry.field(description="赔付率，千分之一。Claims over premiums, by 1,000.")
    masked: bool

    @classmethod
    def of(cls, cell: LossCell) -> LossCellType:
        return cls(
            trade=cell.trade,
            policies=cell.policies,
            premium_fen=None if cell.premium_fen is None else Int64(cell.premium_fen),
            claims_fen=None if cell.claims_fen is None else Int64(cell.claims_fen),
            permille=cell.permille,
            masked=cell.masked,
        )


@strawberry.type(name="LossRatio", description="按作业日的赔付率。Loss ratio of work on these days.")
class LossRatioType:
    cells: list[LossCellType]
    total: LossCellType
    masked_trades: int

    @classmethod
    def of(cls, found: LossRatio) -> LossRatioType:
        return cls(
            cells=[LossCellType.of(cell) for cell in found.cells],
            total=LossCellType.of(found.total),
            masked_trades=found.masked_trades,
        )
