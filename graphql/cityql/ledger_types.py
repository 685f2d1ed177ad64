"""A county's ledger as GraphQL types; nobody's wallet is told by its owner. Money in fen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import strawberry

from cityql.scalars import Int64
from ledger.contracts import AccountKind, Phase, StatementLine, partner_account_id
from ledger.rules import purpose_text
from ledger.selectors_city import CityAccount
from ledger.verify import VerifyReport
from tenants.partners.selectors import insurers

strawberry.enum(
    AccountKind,
    name="LedgerAccountKind",
    description=(
        "账户种类；CHANNEL_CLEARING 与银行存款方向相反。"
        "Kind of an account; CHANNEL_CLEARING mirrors the bank with the sign turned."
    ),
)
strawberry.enum(
    Phase,
    name="LedgerPhase",
    description=(
        "POSTED 即时入账；PENDING 暂扣，由 POST 或 VOID 了结。"
        "POSTED moves at once; PENDING sets aside, resolved by POST or VOID."
    ),
)


@strawberry.type(
    name="LedgerAccount",
    description="账户，不含户主；金额以分计。An account without its owner; money in fen.",
)
class LedgerAccountType:
    id: strawberry.ID
    kind: AccountKind
    order: strawberry.ID | None = strawberry.field(
        description="托管所属的订单。The order whose escrow this is."
    )
    insurer: str | None = strawberry.field(
        description="应付保费所属的保险机构。The insurer that premiums are owed to."
    )
    balance_fen: Int64 = strawberry.field(description="含尚未归集的。Counts what is not folded yet.")
    held_fen: Int64
    available_fen: Int64
    opened_at: datetime

    @classmethod
    def of(cls, found: CityAccount) -> LedgerAccountType:
        return cls(
            id=strawberry.ID(str(found.id)),
            kind=found.kind,
            order=None if found.order_id is None else strawberry.ID(str(found.order_id)),
            insurer=_by_account().get(found.partner_account) if found.partner_account else None,
            balance_fen=Int64(found.balance_fen),
            held_fen=Int64(found.held_fen),
            available_fen=Int64(found.balance_fen - found.held_fen),
            opened_at=found.opened_at,
        )


def _by_account() -> Mapping[UUID, str]:
    return {partner_account_id(code): code for code in insurers()}


@strawberry.type(
    name="LedgerLine", description="一笔往来，以该账户的方向计。A line of an account, signed as it sees it."
)
class LedgerLineType:
    id: strawberry.ID
    at: datetime
    phase: Phase
    purpose: str
    purpose_text: str = strawberry.field(description="按请求语言的文字。In the caller's language.")
    subject: strawberry.ID = strawberry.field(
        description="所涉订单、名额、保单或申请。The order, place, policy or request it is about."
    )
    counter_kind: AccountKind = strawberry.field(description="对方账户种类。Kind of the other side.")
    amount_fen: Int64 = strawberry.field(description="余额的增减。What it changed the balance by.")
    held_fen: Int64 = strawberry.field(description="暂扣的增减。What it changed the held amount by.")

    @classmethod
    def of(cls, line: StatementLine, lang: str) -> LedgerLineType:
        return cls(
            id=strawberry.ID(str(line.id)),
            at=line.at,
            phase=line.phase,
            purpose=line.purpose,
            purpose_text=purpose_text(line.purpose, lang),
            subject=strawberry.ID(str(line.subject)),
            counter_kind=line.counter_kind,
            amount_fen=Int64(line.amount_fen),
            held_fen=Int64(line.held_fen),
        )


@strawberry.type(
    name="LedgerCheck",
    description="全县账目重算的结果。What came of working out every balance of the county anew.",
)
class LedgerCheckType:
    accounts: int
    transfers: int
    sum_fen: Int64 = strawberry.field(description="所有账户之和，应为 0。Over all accounts; 0 is right.")
    clean: bool
    problems: list[str] = strawberry.field(
        description="不符之处，至多 100 条。What does not agree, 100 lines at most."
    )

    @classmethod
    def of(cls, report: VerifyReport) -> LedgerCheckType:
        return cls(
            accounts=report.accounts,
            transfers=report.transfers,
            sum_fen=Int64(report.sum_fen),
            clean=report.clean,
            problems=report.problems[:100],
        )
