"""Rows as several use cases need them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Max

from compliance.insurance import rules
from compliance.insurance.contracts import RateLine
from compliance.insurance.models import OccupationClass, Policy, Product, RateRow, RateTable
from compliance.insurance.states import TABLE, TableState
from kernel import states
from kernel.actor import Actor
from kernel.errors import NOT_FOUND

CANCELLED = "cn.linggong.cover.cancelled.v1"


def locked(policy_id: UUID) -> Policy:
    """The policy, locked to the end of the transaction. Raises `not_found`."""
    policy: Policy | None = Policy.objects.select_for_update().filter(id=policy_id).first()
    if policy is None:
        raise NOT_FOUND.error(field="policy_id")
    return policy


def event_data(policy: Policy, *, reason: str = "") -> dict[str, Any]:
    """What every event about a policy carries: ids and codes."""
    return {
        "policy_id": str(policy.id),
        "assignment_id": str(policy.assignment_id),
        "order_id": str(policy.order_id),
        "reason": reason or policy.refusal_reason,
    }


def write_table(
    product: Product,
    *,
    effective_from: date,
    lines: Sequence[RateLine],
    classes: Mapping[str, int],
    source: str,
    actor: Actor,
    now: datetime,
) -> RateTable:
    """Writes the product's next version as a draft. Raises `rate_table_invalid`, `amount_invalid`."""
    rules.check_table(lines, classes)
    with connection.cursor() as cursor:  # versions are given one at a time
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' rates', 0))")
    newest: int | None = RateTable.objects.filter(product=product).aggregate(n=Max("version"))["n"]
    table: RateTable = RateTable.objects.create(
        product=product,
        version=(newest or 0) + 1,
        effective_from=effective_from,
        state=TableState.DRAFT,
        source=source[:200],
        digest=rules.table_digest(lines, classes),
        drafted_at=now,
        drafted_by=actor.key,
    )
    RateRow.objects.bulk_create(
        RateRow(
            table=table,
            risk_class=line.risk_class,
            premium_fen=line.premium_fen,
            death_disability_cover_fen=line.death_disability_cover_fen,
            medical_cover_fen=line.medical_cover_fen,
        )
        for line in lines
    )
    OccupationClass.objects.bulk_create(
        OccupationClass(table=table, trade=trade, risk_class=risk_class)
        for trade, risk_class in classes.items()
    )
    states.begin(table, machine=TABLE, actor=actor, now=now)
    return table
