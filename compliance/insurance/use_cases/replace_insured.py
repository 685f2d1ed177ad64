from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.insurance import amendments, store
from compliance.insurance.contracts import AmendmentView, Change, Payer
from compliance.insurance.errors import POLICY_NOT_AMENDABLE
from compliance.insurance.models import Policy
from compliance.insurance.rules import MAX_DAYS, check_starts_in_time
from compliance.insurance.states import PolicyState
from compliance.insurance.use_cases.request_cover import price_of
from compliance.rates.contracts import Starts
from kernel.actor import Actor
from kernel.errors import INVALID_VALUE


def replace_insured(
    *, policy_id: UUID, assignment_id: UUID, worker_id: UUID, actor: Actor, now: datetime
) -> AmendmentView:
    """Another worker has the place: the policy is now for him, once the insurer agrees; until then he is
    not covered (`amending`). The price is that of the new worker's age, `extra_fen` the difference.

    Raises `not_found`, `policy_not_amendable` unless it is issued and no change waits,
    `age_not_insurable`, `cover_starts_tomorrow`.
    """
    policy = _amendable(policy_id, {PolicyState.ISSUED})
    check_starts_in_time(Starts(policy.starts), policy.on, now)
    price = price_of(
        worker_id,
        policy.table_version_id,
        trade=policy.trade,
        heads=policy.heads,
        days=policy.days,
        level=policy.level,
        on=policy.on,
    )
    before = policy.assignment_id, policy.worker_id
    policy.assignment_id, policy.worker_id, policy.replacing = assignment_id, worker_id, True
    amendment = amendments.ask(
        policy,
        change=Change.WORKER_REPLACED,
        days=policy.days,
        premium_fen=price.premium_fen,
        assignment_before=before[0],
        worker_before=before[1],
        actor=actor,
        now=now,
    )
    policy.save(update_fields=["assignment_id", "worker_id", "replacing", "amending"])
    return amendments.amendment_view(amendment)


def add_day(*, policy_id: UUID, actor: Actor, now: datetime) -> AmendmentView:
    """One more day of the same work at the table's price of further days; the caller has set `extra_fen`
    aside before it commits. Raises `not_found`, `policy_not_amendable`, `invalid_value` past 31 days."""
    policy = _amendable(policy_id, {PolicyState.ISSUED, PolicyState.ACTIVE})
    if policy.days >= MAX_DAYS:
        raise INVALID_VALUE.error(field="days", reason=f"1 to {MAX_DAYS}")
    price = price_of(
        policy.worker_id,
        policy.table_version_id,
        trade=policy.trade,
        heads=policy.heads,
        days=policy.days + 1,
        level=policy.level,
        on=policy.on,
    )
    amendment = amendments.ask(
        policy,
        change=Change.DAY_ADDED,
        days=policy.days + 1,
        premium_fen=price.premium_fen,
        assignment_before=policy.assignment_id,
        worker_before=policy.worker_id,
        actor=actor,
        now=now,
    )
    policy.save(update_fields=["amending"])
    return amendments.amendment_view(amendment)


def _amendable(policy_id: UUID, states: set[PolicyState]) -> Policy:
    policy = store.locked(policy_id)
    changing = policy.amending is not None or policy.replacing
    # Nobody has set aside what a change of basic cover would cost the fund.
    if policy.state not in states or changing or policy.payer == Payer.FUND:
        raise POLICY_NOT_AMENDABLE.error(state=policy.state)
    return policy
