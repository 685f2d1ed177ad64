from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kernel.errors import DomainError, Kind, Refusal

SPAN_INVALID = Refusal(
    "bordereau_span",
    Kind.INVALID,
    zh="起止日期须依次排列，且不超过 {most} 天",
    en="The days are in order and at most {most}",
)
SPAN_NOT_OVER = Refusal(
    "bordereau_not_over",
    Kind.CONFLICT,
    zh="{last} 尚未结束",
    en="{last} is not over yet",
)
MONTH_INVALID = Refusal(
    "month_invalid", Kind.INVALID, zh="月份须写作 2026-11", en="A month is written like 2026-11"
)
LIST_NOT_FOUND = Refusal("bordereau_not_found", Kind.NOT_FOUND, zh="没有这份清单", en="There is no such list")
STATEMENT_INVALID = Refusal(
    "statement_invalid",
    Kind.INVALID,
    zh="对账单有误：{place}：{reason_zh}",
    en="Not a valid statement: {place}: {reason}",
)
SETTLEMENT_NOT_FOUND = Refusal(
    "settlement_not_found", Kind.NOT_FOUND, zh="没有这笔结算", en="There is no such settlement"
)
SETTLEMENT_EXISTS = Refusal(
    "settlement_exists",
    Kind.CONFLICT,
    zh="该保险公司该月已有未完成的结算",
    en="This insurer has an open settlement for the month already",
)
SETTLEMENT_DIFFERS = Refusal(
    "settlement_differs",
    Kind.CONFLICT,
    zh="三方核对有 {count} 处差异，须先处理，或说明理由后接受",
    en="{count} differences are open: settle them, or accept them with a reason",
)
SETTLEMENT_OWN = Refusal(
    "settlement_own",
    Kind.FORBIDDEN,
    zh="核对人不得批准同一笔结算",
    en="A settlement is approved by somebody who did not reconcile it",
)
SETTLEMENT_MOVED = Refusal(
    "settlement_moved",
    Kind.CONFLICT,
    zh="核对之后金额有变：现为 {due_yuan} 元，请重新核对",
    en="The amount has changed since: it is {due_yuan} yuan now; reconcile again",
)

MAX_FAULTS: Final = 100


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a statement: the cell (`C7`, or a column's name) and what, in two languages."""

    place: str
    zh: str
    en: str


class StatementFaults(DomainError):
    """Everything wrong with a statement at once; as a plain refusal it speaks of the first fault."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        first = faults[0]
        super().__init__(
            STATEMENT_INVALID,
            field=first.place,
            params={"place": first.place, "reason": first.en, "reason_zh": first.zh, "count": len(faults)},
        )
        self.faults = tuple(faults[:MAX_FAULTS])

    def each(self) -> list[DomainError]:
        """One refusal a fault, for doors that list them."""
        return [
            STATEMENT_INVALID.error(field=one.place, place=one.place, reason=one.en, reason_zh=one.zh)
            for one in self.faults
        ]
