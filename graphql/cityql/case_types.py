"""Single claims and deliveries as GraphQL types: states, moments, amounts, and nobody in person."""

from __future__ import annotations

from datetime import date, datetime

import strawberry

from cityql.enums import ClaimState, DeliveryState, Due, Layer, Reporter
from cityql.scalars import Int64
from compliance.claims.contracts import ClaimLine, ClaimStatistics
from compliance.claims.selectors_city import CityClaim
from webhooks.contracts import DeliveryView


def fen(amount: int | None) -> Int64 | None:
    return None if amount is None else Int64(amount)


@strawberry.type(
    name="Claim", description="理赔案件，不含个人信息；金额以分计。A claim, nobody named; money in fen."
)
class ClaimType:
    id: strawberry.ID
    policy_id: strawberry.ID
    order_id: strawberry.ID
    insurer: str
    layer: Layer
    trade: str
    day: date = strawberry.field(description="作业日。The day worked.")
    state: ClaimState
    injured: bool
    reporter: Reporter
    channel: str
    reported_at: datetime
    acknowledged_at: datetime | None
    cover_fen: Int64
    accepted_fen: Int64 | None
    reason_code: str
    decided_at: datetime | None
    paid_fen: Int64 | None
    paid_at: datetime | None
    ended_at: datetime | None
    due: Due | None
    due_at: datetime | None
    overdue_since: datetime | None

    @classmethod
    def of(cls, claim: CityClaim) -> ClaimType:
        return cls(
            id=strawberry.ID(str(claim.id)),
            policy_id=strawberry.ID(str(claim.policy_id)),
            order_id=strawberry.ID(str(claim.order_id)),
            insurer=claim.insurer,
            layer=Layer(claim.layer),
            trade=claim.trade,
            day=claim.on,
            state=claim.state,
            injured=claim.injured,
            reporter=claim.reporter,
            channel=claim.channel,
            reported_at=claim.reported_at,
            acknowledged_at=claim.acknowledged_at,
            cover_fen=Int64(claim.cover_fen),
            accepted_fen=fen(claim.accepted_fen),
            reason_code=claim.reason_code,
            decided_at=claim.decided_at,
            paid_fen=fen(claim.paid_fen),
            paid_at=claim.paid_at,
            ended_at=claim.ended_at,
            due=claim.due,
            due_at=claim.due_at,
            overdue_since=claim.overdue_since,
        )


@strawberry.type(name="ClaimLine", description="一类案件。Claims of one state, trade or insurer.")
class ClaimLineType:
    key: str
    claims: int
    accepted_fen: Int64
    paid_fen: Int64

    @classmethod
    def of(cls, line: ClaimLine) -> ClaimLineType:
        return cls(
            key=line.key,
            claims=line.claims,
            accepted_fen=Int64(line.accepted_fen),
            paid_fen=Int64(line.paid_fen),
        )


@strawberry.type(
    name="DecisionDays",
    description="结案天数区间；末档无上限。A bucket of whole days; atMost is null in the open last.",
)
class DecisionDaysType:
    at_most: int | None
    claims: int


@strawberry.type(
    name="ClaimStatistics", description="报案日在期间内的案件。Claims reported in a span of Shanghai days."
)
class ClaimStatisticsType:
    claims: int
    decided: int
    overdue: int = strawberry.field(description="现已逾期。Overdue now.")
    overdue_ever: int = strawberry.field(description="曾逾期。Overdue at some time.")
    accepted_fen: Int64
    paid_fen: Int64
    by_state: list[ClaimLineType]
    by_trade: list[ClaimLineType]
    by_insurer: list[ClaimLineType]
    days_to_decision: list[DecisionDaysType]
    days_to_decision_p50: int | None = strawberry.field(description="区间上限。Upper bound of the bucket.")
    days_to_decision_p95: int | None = strawberry.field(description="区间上限。Upper bound of the bucket.")

    @classmethod
    def of(cls, found: ClaimStatistics) -> ClaimStatisticsType:
        buckets = sorted(found.days_to_decision.items(), key=lambda pair: (pair[0] < 0, pair[0]))
        return cls(
            claims=found.claims,
            decided=found.decided,
            overdue=found.overdue,
            overdue_ever=found.overdue_ever,
            accepted_fen=Int64(found.accepted_fen),
            paid_fen=Int64(found.paid_fen),
            by_state=[ClaimLineType.of(line) for line in found.by_state],
            by_trade=[ClaimLineType.of(line) for line in found.by_trade],
            by_insurer=[ClaimLineType.of(line) for line in found.by_insurer],
            days_to_decision=[
                DecisionDaysType(at_most=None if bound < 0 else bound, claims=claims)
                for bound, claims in buckets
            ],
            days_to_decision_p50=found.days_to_decision_p50,
            days_to_decision_p95=found.days_to_decision_p95,
        )


@strawberry.type(
    name="Delivery",
    description="向保险机构推送的一条消息；不含内容与地址。News for an insurer, without its content.",
)
class DeliveryType:
    id: strawberry.ID
    insurer: str
    endpoint_id: strawberry.ID
    event_id: strawberry.ID
    type: str
    subject: strawberry.ID
    state: DeliveryState
    attempts: int
    created_at: datetime
    next_at: datetime | None
    delivered_at: datetime | None
    dead_at: datetime | None
    last_status: int | None
    last_error: str

    @classmethod
    def of(cls, delivery: DeliveryView) -> DeliveryType:
        return cls(
            id=strawberry.ID(str(delivery.id)),
            insurer=delivery.partner,
            endpoint_id=strawberry.ID(str(delivery.endpoint_id)),
            event_id=strawberry.ID(str(delivery.event_id)),
            type=delivery.type,
            subject=strawberry.ID(str(delivery.subject)),
            state=delivery.state,
            attempts=delivery.attempts,
            created_at=delivery.created_at,
            next_at=delivery.next_at,
            delivered_at=delivery.delivered_at,
            dead_at=delivery.dead_at,
            last_status=delivery.last_status,
            last_error=delivery.last_error,
        )
