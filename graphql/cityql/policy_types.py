"""A county's dated policy as GraphQL types. A test keeps the values equal to `tenants.policy.contracts`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime

import strawberry

from cityql.scalars import Int64
from tenants.policy.contracts import FIELDS, Policy, PolicyField
from tenants.policy.selectors_city import CityPolicyRow, Level

strawberry.enum(
    Level,
    name="PolicyLevel",
    description=(
        "由谁决定：市级、县级，或建县时的初始值。"
        "Who decided: the city, the county, or the system when the county was set up."
    ),
)


@strawberry.input(
    name="PolicyValuesInput",
    description="要变更的规则；省略的保持不变。含义见 policyFields。Values to change; see policyFields.",
)
class PolicyValuesInput:
    min_wage_month_fen: Int64 | None = None
    min_wage_hour_fen: Int64 | None = None
    silence_days: int | None = None
    undo_minutes: int | None = None
    expire_hours: int | None = None
    check_in_early_minutes: int | None = None
    no_show_hours: int | None = None
    fee_bp: int | None = None
    cancel_free_hours: int | None = None
    cancel_penalty_bp: int | None = None
    no_show_limit: int | None = None
    no_show_window_days: int | None = None
    no_show_days: int | None = None
    contact_days: int | None = None

    def given(self) -> dict[str, int]:
        return {name: value for name, value in asdict(self).items() if value is not None}


@strawberry.type(name="PolicyValues", description="全部规则的值。Every value in force.")
class PolicyValuesType:
    min_wage_month_fen: Int64
    min_wage_hour_fen: Int64
    silence_days: int
    undo_minutes: int
    expire_hours: int
    check_in_early_minutes: int
    no_show_hours: int
    fee_bp: int
    cancel_free_hours: int
    cancel_penalty_bp: int
    no_show_limit: int
    no_show_window_days: int
    no_show_days: int
    contact_days: int

    @classmethod
    def of(cls, policy: Policy) -> PolicyValuesType:
        return cls(**{name: getattr(policy, name) for name in FIELDS})


@strawberry.type(name="PolicyField", description="一项规则的含义。What one value of a policy means.")
class PolicyFieldType:
    name: str = strawberry.field(description="在 values 中的名称。Its name among the values.")
    unit: str
    minimum: int
    maximum: int
    default: int | None
    zh: str
    en: str
    source: str

    @classmethod
    def of(cls, name: str, field: PolicyField) -> PolicyFieldType:
        first, *rest = name.split("_")
        return cls(name=first + "".join(word.title() for word in rest), **asdict(field))


@strawberry.type(name="CountyPolicy", description="自某日起的一行规则。A policy row from a day on.")
class CountyPolicyType:
    revision: int
    effective_from: date
    values: PolicyValuesType

    @classmethod
    def of(cls, policy: Policy) -> CountyPolicyType:
        return cls(
            revision=policy.revision,
            effective_from=policy.effective_from,
            values=PolicyValuesType.of(policy),
        )


@strawberry.type(name="PolicyChange")
class PolicyChangeType:
    name: str
    before: int
    after: int


@strawberry.type(
    name="PolicyHistoryRow",
    description="曾发布的一行规则。A policy row as it was published.",
)
class PolicyHistoryRowType:
    revision: int
    effective_from: date
    published_at: datetime
    level: Level
    reason: str = strawberry.field(
        description="市级发布的依据；县级的为空。The city's reason; empty for a county's own."
    )
    values: PolicyValuesType
    changes: list[PolicyChangeType] = strawberry.field(
        description="与当日原有规则的差异。What it changed of what would have counted on its day."
    )

    @classmethod
    def of(cls, row: CityPolicyRow) -> PolicyHistoryRowType:
        return cls(
            revision=row.policy.revision,
            effective_from=row.policy.effective_from,
            published_at=row.published_at,
            level=row.level,
            reason=row.reason,
            values=PolicyValuesType.of(row.policy),
            changes=[
                PolicyChangeType(name=name, before=before, after=after)
                for name, (before, after) in row.changes.items()
            ],
        )
