"""An insurer has answered about a change of a policy."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.insurance import selectors as insurance
from compliance.insurance.amendments import take_unsettled
from compliance.insurance.contracts import AmendmentView, Change, PolicyView
from compliance.insurance.states import WAITING, AmendmentState, PolicyState
from compliance.insurance.use_cases.cancel_cover import cancel_cover
from kernel.actor import SYSTEM
from orders.models import Assignment, Order
from orders.states import AssignmentState
from orders.use_cases import _money
from orders.use_cases._cover import ask_for_cover
from orders.use_cases._rows import locked_assignment


def record_amendments(*, policy_id: UUID, now: datetime) -> int:
    """Lets money and place follow each answer once. A worker who was put into the place is covered from
    now on, at his own price; where the insurer does not take him, the old cover is cancelled and new
    cover asked for. A further day that was not taken is paid back. Returns how many there were."""
    order, assignment = locked_assignment(insurance.policy_view(policy_id).assignment_id)
    answered = take_unsettled(policy_id)
    for amendment in answered:
        policy = insurance.policy_view(policy_id)
        taken = amendment.state is AmendmentState.ISSUED
        if amendment.change is Change.DAY_ADDED:
            if not taken:
                _money.return_further_day(order=order, policy=policy, amount_fen=amendment.extra_fen, now=now)
        elif taken:
            _covered(order, assignment, policy, amendment, now=now)
        else:
            _cover_anew(order, assignment, policy, now=now)
    return len(answered)


def _covered(
    order: Order, assignment: Assignment, policy: PolicyView, amendment: AmendmentView, *, now: datetime
) -> None:
    if amendment.extra_fen > 0:
        _money.pay_premium(
            order=order, assignment=assignment, policy=policy, amount_fen=amendment.extra_fen, now=now
        )
    elif amendment.extra_fen < 0:
        _money.return_premium(
            order=order, assignment=assignment, policy=policy, refund_fen=-amendment.extra_fen, now=now
        )
    if assignment.state == AssignmentState.WON:
        assignment.cover_bound_at = now
    assignment.save(update_fields=["premium_paid_fen", "cover_bound_at"])


def _cover_anew(order: Order, assignment: Assignment, policy: PolicyView, *, now: datetime) -> None:
    if policy.state in WAITING | {PolicyState.ISSUED}:
        refund = cancel_cover(policy_id=policy.id, actor=SYSTEM, now=now, reason="undone")
        _money.return_premium(order=order, assignment=assignment, policy=policy, refund_fen=refund, now=now)
    if assignment.state == AssignmentState.WON and assignment.cover_id == policy.id:
        ask_for_cover(order, assignment, actor=SYSTEM, now=now)
    assignment.save(update_fields=["premium_paid_fen", "cover_id", "basic_cover_id"])
