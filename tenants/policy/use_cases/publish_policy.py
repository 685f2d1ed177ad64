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
    today = business_day(now)
    if effective_from < today:
        raise POLICY_IN_PAST.error(field="effective_from", today=today.isoformat())
    changes = rules.check_values(values)
    if not changes:
        raise POLICY_EMPTY.error(field="values")
    store.lock()
    before = policy_on(effective_from)
    merged = {name: getattr(before, name) for name in FIELDS} | changes
    policy = store.append(effective_from=effective_from, values=merged, published_by=actor.key, now=now)
    audit.record(
        actor,
        "policy.publish",
        subject=policy.id,
        purpose="county policy",
        now=now,
        detail={
            "effective_from": effective_from.isoformat(),
            "changes": {name: [getattr(before, name), value] for name, value in changes.items()},
        },
    )
    return policy
