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
from kernel.errors import DomainError
from orders.models import Assignment, Order
from orders.states import AssignmentState
from orders.use_cases import _money
from orders.use_cases._cover import ask_for_cover
from orders.use_cases._rows import locked_assignment
from orders.use_cases.record_cover import give_up


def record_amendments(*, policy_id: UUID, now: datetime) -> int:
    """Lets money and place follow each answer once. A worker who was put into the place is covered from
    now on, at his own price; where the insurer does not take him, the old cover is cancelled and new
    cover asked for. A further day that was not taken is paid back. Cover that was cancelled
    meanwhile is paid for no more. Returns how many there were."""
    order, assignment = locked_assignment(insurance.policy_view(policy_id).assignment_id)
    answered = take_unsettled(policy_id)
    for amendment in answered:
        policy = insurance.policy_view(policy_id)
        taken = amendment.state is AmendmentState.ISSUED
        if amendment.change is Change.DAY_ADDED:
            _further_day(order, assignment, policy, amendment, now=now)
        elif taken:
            _covered(order, assignment, policy, now=now)
        else:
            _cover_anew(order, assignment, policy, now=now)
    return len(answered)


def _further_day(
    order: Order, assignment: Assignment, policy: PolicyView, amendment: AmendmentView, *, now: datetime
) -> None:
    """Paid when it was asked for. Once it is the policy's it counts as paid for the place, and comes back
    with the rest if the cover is off before work."""
    if amendment.state is not AmendmentState.ISSUED or policy.state is PolicyState.CANCELLED:
        _money.return_further_day(order=order, policy=policy, amount_fen=amendment.extra_fen, now=now)
        return
    assignment.premium_paid_fen += amendment.extra_fen
    assignment.save(update_fields=["premium_paid_fen"])


def _covered(order: Order, assignment: Assignment, policy: PolicyView, *, now: datetime) -> None:
    if policy.state is PolicyState.CANCELLED:  # and all that was paid for it has come back
        return
    # the first worker's premium may not have been paid yet when the place was handed over
    due_fen = policy.employer_premium_fen - assignment.premium_paid_fen
    pay, amount_fen = (_money.pay_premium, due_fen) if due_fen > 0 else (_money.take_back, -due_fen)
    pay(order=order, assignment=assignment, policy=policy, amount_fen=amount_fen, now=now)
    if assignment.state == AssignmentState.WON:
        assignment.cover_bound_at = now
    assignment.save(update_fields=["premium_paid_fen", "cover_bound_at"])


def _cover_anew(order: Order, assignment: Assignment, policy: PolicyView, *, now: datetime) -> None:
    if policy.state in WAITING | {PolicyState.ISSUED}:
        cancel_cover(policy_id=policy.id, actor=SYSTEM, now=now, reason="undone")
        _money.return_premium(order=order, assignment=assignment, policy=policy, now=now)
    if assignment.state == AssignmentState.WON and assignment.cover_id == policy.id:
        try:
            ask_for_cover(order, assignment, actor=SYSTEM, now=now)
        except DomainError:  # too late for cover that begins at midnight: nobody works without it
            give_up(order, assignment, policy, now=now)
    assignment.save(update_fields=["premium_paid_fen", "cover_id", "basic_cover_id"])
