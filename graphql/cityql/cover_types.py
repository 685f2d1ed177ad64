"""Policies of a county and its connections to insurers as GraphQL types; nobody in person."""

from __future__ import annotations

from datetime import date, datetime

import strawberry

from cityql.enums import ConnectionState, Layer, Payer, PolicyState
from cityql.scalars import Int64
from compliance.insurance.selectors_city import CityConnection, CityPolicy


@strawberry.type(
    name="Policy", description="保单，不含个人信息；金额以分计。A policy, nobody named; money in fen."
)
class PolicyType:
    id: strawberry.ID
    order_id: strawberry.ID
    insurer: str
    product: str
    layer: Layer
    payer: Payer
    trade: str
    day: date = strawberry.field(description="首日。The first day.")
    days: int
    level: str
    risk_class: int
    rate_table_id: strawberry.ID
    rate_table_version: int
    premium_fen: Int64
    employer_premium_fen: Int64 = strawberry.field(
        description="其中雇主支付。The employer's part; the rest is public money."
    )
    refund_fen: Int64
    death_disability_cover_fen: Int64
    medical_cover_fen: Int64
    state: PolicyState
    refusal_reason: str
    replaces: strawberry.ID | None = strawberry.field(
        description="所替补的保单。The earlier insurer's policy that this one stands in for."
    )
    amending: bool = strawberry.field(description="变更待保险机构答复。A change waits for the insurer.")
    requested_at: datetime
    issued_at: datetime | None
    covers_from: datetime | None
    covers_until: datetime
    started_at: datetime | None
    ended_at: datetime | None

    @classmethod
    def of(cls, policy: CityPolicy) -> PolicyType:
        return cls(
            id=strawberry.ID(str(policy.id)),
            order_id=strawberry.ID(str(policy.order_id)),
            insurer=policy.insurer,
            product=policy.product,
            layer=policy.layer,
            payer=policy.payer,
            trade=policy.trade,
            day=policy.on,
            days=policy.days,
            level=policy.level,
            risk_class=policy.risk_class,
            rate_table_id=strawberry.ID(str(policy.table_version_id)),
            rate_table_version=policy.table_version,
            premium_fen=Int64(policy.premium_fen),
            employer_premium_fen=Int64(policy.employer_premium_fen),
            refund_fen=Int64(policy.refund_fen),
            death_disability_cover_fen=Int64(policy.death_disability_cover_fen),
            medical_cover_fen=Int64(policy.medical_cover_fen),
            state=policy.state,
            refusal_reason=policy.refusal_reason,
            replaces=None if policy.replaces is None else strawberry.ID(str(policy.replaces)),
            amending=policy.amending,
            requested_at=policy.requested_at,
            issued_at=policy.issued_at,
            covers_from=policy.covers_from,
            covers_until=policy.covers_until,
            started_at=policy.started_at,
            ended_at=policy.ended_at,
        )


@strawberry.type(
    name="InsurerLink",
    description="与一家保险机构的连接，不含地址与密钥。How the county stands with an insurer.",
)
class InsurerLinkType:
    insurer: str
    adapter: str
    encrypts: bool = strawberry.field(description="已登记加密公钥。People's data is encrypted to its key.")
    fallback_after_minutes: int | None = strawberry.field(
        description="无答复多久后询问替补（市场时间）。Market minutes after which the next insurer is asked."
    )
    state: ConnectionState
    failures: int = strawberry.field(description="连续失败次数。Failures in a row.")
    open_until: datetime | None = strawberry.field(description="断路至（实时）。Not called until, real time.")
    last_ok_at: datetime | None
    connected_at: datetime
    waiting: int = strawberry.field(description="待答复的保单。Policies without an answer.")
    untold: int = strawberry.field(description="待确认的退保。Cancellations not yet acknowledged.")

    @classmethod
    def of(cls, connection: CityConnection) -> InsurerLinkType:
        return cls(
            insurer=connection.insurer,
            adapter=connection.adapter,
            encrypts=connection.encrypts,
            fallback_after_minutes=connection.fallback_after_minutes,
            state=connection.state,
            failures=connection.failures,
            open_until=connection.open_until,
            last_ok_at=connection.last_ok_at,
            connected_at=connection.connected_at,
            waiting=connection.waiting,
            untold=connection.untold,
        )
