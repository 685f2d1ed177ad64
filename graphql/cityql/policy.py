"""What the city decides about counties' policies: one decision, a county at a time."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import strawberry
from django.db import InterfaceError, OperationalError

from cityql.answers import refusal_of
from cityql.changing import county_to_change
from cityql.county import AskingInfo
from cityql.errors import ARGUMENT
from cityql.limits import MAX_LIST
from cityql.policy_types import CountyPolicyType, PolicyFieldType, PolicyValuesInput
from kernel.errors import DomainError
from tenants import directory
from tenants.policy.contracts import FIELDS
from tenants.policy.use_cases import publish_city_policy
from tenants.policy.use_cases.publish_city_policy import check_decision


@strawberry.type(name="Refused", description="为何未办。Why it was not done.")
class RefusedType:
    code: str
    message: str = strawberry.field(description="按请求语言的文字。In the caller's language.")
    field: str | None

    @classmethod
    def of(cls, refused: DomainError, lang: str) -> RefusedType:
        return cls(code=refused.code, message=refused.text(lang), field=refused.field)


@strawberry.type(
    name="PolicyPublication",
    description="一项决定在一个县的结果。What a decision came to in one county.",
)
class PolicyPublicationType:
    county: str
    rows_written: int = strawberry.field(
        description="写入的行数；0 为原已如此或被拒绝。Rows written; 0 when it was so before, or refused."
    )
    policy: CountyPolicyType | None = strawberry.field(
        description="生效日当天的规则。The policy of the first day."
    )
    otherwise_from: list[date] = strawberry.field(
        description=(
            "之后仍有不同取值的县级规则的生效日。Later days on which a row of the county holds other values."
        )
    )
    refused: RefusedType | None


def _publish(
    info: AskingInfo,
    counties: Annotated[
        list[str], strawberry.argument(description="县的短名，1–100 个。Short names, 1 to 100.")
    ],
    effective_from: Annotated[
        date, strawberry.argument(description="生效日，不早于今天。The first day, today or later.")
    ],
    values: PolicyValuesInput,
    reason: Annotated[
        str, strawberry.argument(description="依据，如文号；将留存。The paper it rests on; it is kept.")
    ],
    throughout: Annotated[
        bool,
        strawberry.argument(
            description=(
                "对之后已发布的县级规则同样生效。Also from each later day on which another row begins."
            )
        ),
    ] = False,
) -> list[PolicyPublicationType] | None:
    """What is wrong with the decision itself is refused as a whole, before any county is opened."""
    actor = info.context.caller.actor
    decision = values.given()
    check_decision(actor=actor, values=decision, reason=reason)
    slugs = list(dict.fromkeys(counties))
    if not 1 <= len(slugs) <= MAX_LIST:
        raise ARGUMENT.error(field="counties", reason=f"1..{MAX_LIST}")
    refs = [directory.by_slug(slug) for slug in slugs]
    done = []
    for ref in refs:
        try:
            with county_to_change(ref) as work:
                outcome = publish_city_policy(
                    actor=actor,
                    effective_from=effective_from,
                    values=decision,
                    reason=reason,
                    throughout=throughout,
                    now=work.now,
                )
        except (DomainError, OperationalError, InterfaceError) as fault:
            refused = refusal_of(fault)
            if refused is None:
                raise
            done.append(_refused(ref.slug, refused, info.context.lang))
        else:
            done.append(
                PolicyPublicationType(
                    county=ref.slug,
                    rows_written=outcome.rows_written,
                    policy=CountyPolicyType.of(outcome.policy),
                    otherwise_from=list(outcome.otherwise_from),
                    refused=None,
                )
            )
    return done


def _refused(county: str, refused: DomainError, lang: str) -> PolicyPublicationType:
    return PolicyPublicationType(
        county=county,
        rows_written=0,
        policy=None,
        otherwise_from=[],
        refused=RefusedType.of(refused, lang),
    )


def _fields() -> list[PolicyFieldType]:
    return [PolicyFieldType.of(name, field) for name, field in FIELDS.items()]


@strawberry.type
class PolicyQuery:
    policy_fields: list[PolicyFieldType] = strawberry.field(
        resolver=_fields,
        description="县级规则各项的含义、单位与范围。What the values of a policy mean, with their bounds.",
    )


@strawberry.type
class PolicyMutation:
    publish_policy: list[PolicyPublicationType] | None = strawberry.field(
        resolver=_publish,
        description=(
            "为一个或多个县发布规则，逐县一次事务，逐县给出结果；重复提交无影响。需要 city:policy 权限。"
            "Publishes policy values in one or more counties, each in its own transaction and with its own "
            "result; a repeat changes nothing. Needs city:policy."
        ),
    )
