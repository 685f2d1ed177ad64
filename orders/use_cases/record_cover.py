"""An insurer has answered for one place."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.insurance import selectors as insurance
from compliance.insurance.contracts import PolicyView
from compliance.insurance.states import PolicyState
from compliance.rates.contracts import Layer
from kernel.actor import SYSTEM
from orders.models import Assignment, Order
from orders.states import AssignmentState
from orders.use_cases import _money
from orders.use_cases._progress import advance
from orders.use_cases._release import release, reopen_place
from orders.use_cases._rows import locked_assignment

NOT_COVERED = frozenset({PolicyState.REFUSED, PolicyState.TIMED_OUT, PolicyState.CANCELLED})


def record_cover(*, assignment_id: UUID, policy_id: UUID, now: datetime) -> bool:
    """Issued: the employer's part of the premium is paid, once, and work may start. Refused: nobody works
    uninsured by accident, so the worker is released with the reason and the place is free for others. The
    fund's basic cover was paid when it was asked for; without it the place goes on.

    Judged by the policy as it stands now, so a redelivered or late event changes nothing. Tells
    whether anything changed.
    """
    order, assignment = locked_assignment(assignment_id)
    policy = insurance.policy_view(policy_id)
    if policy.assignment_id != assignment.id:  # it was handed over to another worker of this place
        assignment = Assignment.objects.get(id=policy.assignment_id, order=order)
    _follow(assignment, policy)
    if assignment.state != AssignmentState.WON:
        return False
    if policy.layer is Layer.BASIC:
        return _without_basic(assignment, policy)
    if assignment.cover_id != policy_id:
        return False
    if policy.in_force:
        if assignment.cover_bound_at is not None:
            return False
        _money.pay_premium(
            order=order, assignment=assignment, policy=policy, amount_fen=policy.employer_premium_fen, now=now
        )
        assignment.cover_bound_at = now
        assignment.save(update_fields=["premium_paid_fen", "cover_bound_at"])
        return True
    if policy.state in NOT_COVERED:
        give_up(order, assignment, policy, now=now)
        return True
    return False


def _follow(assignment: Assignment, policy: PolicyView) -> None:
    """A fallback's policy takes the place of the one it replaces, however many were asked meanwhile."""
    newest = insurance.policies_of([assignment.id], layer=policy.layer).get(assignment.id)
    if newest is None or newest.replaces is None:
        return
    name = "basic_cover_id" if policy.layer is Layer.BASIC else "cover_id"
    if getattr(assignment, name) not in (None, newest.id):
        setattr(assignment, name, newest.id)
        assignment.save(update_fields=[name])


def _without_basic(assignment: Assignment, policy: PolicyView) -> bool:
    if assignment.basic_cover_id != policy.id or policy.state not in NOT_COVERED:
        return False
    assignment.basic_cover_id = None
    assignment.save(update_fields=["basic_cover_id"])
    return True


def give_up(order: Order, assignment: Assignment, policy: PolicyView, *, now: datetime) -> None:
    """The worker leaves the place, which is free again: no insurer covers him."""
    withdrawn = AssignmentState.WITHDRAWN
    release(order, assignment, to=withdrawn, reason="cover_refused", actor=SYSTEM, now=now)
    # what was paid for issued cover that was taken back; after the wage's hold, as everywhere
    _money.return_premium(order=order, assignment=assignment, policy=policy, now=now)
    assignment.cover_bound_at = None
    assignment.save(update_fields=["premium_paid_fen", "cover_bound_at"])
    reopen_place(order, assignment, now=now)
    advance(order, actor=SYSTEM, now=now)
