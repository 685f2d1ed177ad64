from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from compliance.insurance import selectors
from compliance.insurance.errors import PREMIUM_MISMATCH
from compliance.insurance.models import Policy
from compliance.insurance.states import LIVE, POLICY, PolicyState
from kernel import outbox, states
from kernel.actor import Actor
from kernel.clock import real_now

REQUESTED = "cn.linggong.cover.requested.v1"


def request_cover(
    *,
    assignment_id: UUID,
    order_id: UUID,
    worker_id: UUID,
    trade: str,
    on: date,
    table_version_id: UUID,
    premium_fen: int,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Asks for one person's cover at the price that was quoted; the insurer answers later.

    Returns the policy's id: the live one's, if the assignment has one for that day, for then nothing
    more is bought. The caller holds the assignment locked. Emits `cover.requested`, subject the policy,
    data policy_id, assignment_id, order_id.

    Raises `premium_mismatch`, and whatever `selectors.replay_quote` raises.
    """
    quote = selectors.replay_quote(table_version_id=table_version_id, trade=trade, heads=1)
    if quote.premium_per_head_fen != premium_fen:
        raise PREMIUM_MISMATCH.error(field="premium_fen", expected_fen=quote.premium_per_head_fen)
    live: Policy | None = Policy.objects.filter(assignment_id=assignment_id, on=on, state__in=LIVE).first()
    if live is not None:
        return live.id
    asked_at = real_now()
    policy: Policy = Policy.objects.create(
        assignment_id=assignment_id,
        order_id=order_id,
        worker_id=worker_id,
        trade=trade,
        on=on,
        table_id=table_version_id,
        risk_class=quote.risk_class,
        premium_fen=premium_fen,
        death_disability_cover_fen=quote.death_disability_cover_fen,
        medical_cover_fen=quote.medical_cover_fen,
        state=PolicyState.REQUESTED,
        requested_at=now,
        first_asked_at=asked_at,
        asked_at=asked_at,
    )
    states.begin(policy, machine=POLICY, actor=actor, now=now)
    outbox.emit(
        REQUESTED,
        subject=policy.id,
        data={
            "policy_id": str(policy.id),
            "assignment_id": str(assignment_id),
            "order_id": str(order_id),
        },
        now=now,
    )
    return policy.id
