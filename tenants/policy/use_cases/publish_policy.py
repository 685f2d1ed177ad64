from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from kernel import audit
from kernel.actor import Actor
from kernel.clock import business_day
from tenants.policy import rules, store
from tenants.policy.contracts import FIELDS, Policy
from tenants.policy.errors import POLICY_EMPTY, POLICY_IN_PAST
from tenants.policy.selectors import policy_on

SCOPE = "policy:write"


def publish_policy(
    *, actor: Actor, effective_from: date, values: Mapping[str, object], now: datetime
) -> Policy:
    """Publishes the county's policy from a Shanghai day on; what `values` leaves out stays as it would
    be on that day. Earlier days keep what they had, and so do orders that were published by it.

    Raises `forbidden`, `policy_in_past`, `policy_empty`, `policy_value_unknown`, `policy_value_invalid`.
    """
    actor.require(SCOPE)
    changes = checked(effective_from, values, now=now)
    store.lock()
    return append(
        policy_on(effective_from),
        changes,
        effective_from=effective_from,
        actor=actor,
        purpose="county policy",
        now=now,
    )


def checked(effective_from: date, values: Mapping[str, object], *, now: datetime) -> dict[str, int]:
    """The values, when the day has not passed and there are any."""
    today = business_day(now)
    if effective_from < today:
        raise POLICY_IN_PAST.error(field="effective_from", today=today.isoformat())
    changes = rules.check_values(values)
    if not changes:
        raise POLICY_EMPTY.error(field="values")
    return changes


def append(
    before: Policy,
    changes: Mapping[str, int],
    *,
    effective_from: date,
    actor: Actor,
    purpose: str,
    now: datetime,
    level: str = "county",
) -> Policy:
    """Writes the next row, `before` with the changes, and its audit row. The caller holds the lock."""
    merged = {name: getattr(before, name) for name in FIELDS} | dict(changes)
    policy = store.append(effective_from=effective_from, values=merged, published_by=actor.key, now=now)
    audit.record(
        actor,
        store.ACT,
        subject=policy.id,
        purpose=purpose,
        now=now,
        detail={
            "effective_from": effective_from.isoformat(),
            "level": level,
            "changes": {name: [getattr(before, name), value] for name, value in changes.items()},
        },
    )
    return policy
