from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from kernel.actor import Actor
from kernel.identifiers import clean_text
from tenants.policy import rules, store
from tenants.policy.contracts import CityPublication, Policy
from tenants.policy.errors import POLICY_EMPTY
from tenants.policy.selectors import later_days, policy_on
from tenants.policy.use_cases.publish_policy import append, checked

SCOPE = "city:policy"
MAX_REASON = 200


def publish_city_policy(
    *,
    actor: Actor,
    effective_from: date,
    values: Mapping[str, object],
    reason: str,
    throughout: bool = False,
    now: datetime,
) -> CityPublication:
    """What the city decides for the open county from a Shanghai day on. Repeating it changes nothing.

    Rows that take effect later hold values of their own, so the city's end where one of them begins; with
    `throughout` each of those days gets a row with the city's values as well. `reason` names the paper it
    rests on. Raises `forbidden`, `text_length`, `policy_in_past`, `policy_empty`, `policy_value_unknown`,
    `policy_value_invalid`, `policy_missing`.
    """
    why = check_decision(actor=actor, values=values, reason=reason)
    changes = checked(effective_from, values, now=now)
    store.lock()
    later = later_days(effective_from)
    rows = 0
    for day in (effective_from, *(later if throughout else ())):
        before = policy_on(day)
        if _differs(before, changes):
            append(before, changes, effective_from=day, actor=actor, purpose=why, level="city", now=now)
            rows += 1
    otherwise = () if throughout else tuple(day for day in later if _differs(policy_on(day), changes))
    return CityPublication(policy=policy_on(effective_from), rows_written=rows, otherwise_from=otherwise)


def check_decision(*, actor: Actor, values: Mapping[str, object], reason: str) -> str:
    """What no county is needed for: rights, values and the reason, which is given back cleaned. So that a
    decision about many counties is refused as a whole, or not."""
    actor.require(SCOPE)
    if not rules.check_values(values):
        raise POLICY_EMPTY.error(field="values")
    return clean_text(reason, "reason", MAX_REASON, min_len=2)


def _differs(policy: Policy, values: Mapping[str, int]) -> bool:
    return any(getattr(policy, name) != value for name, value in values.items())
