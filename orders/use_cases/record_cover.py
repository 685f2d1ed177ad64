"""The insurer has answered for one place."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.insurance import selectors as insurance
from kernel.actor import SYSTEM
from orders.states import AssignmentState
from orders.use_cases import _money
from orders.use_cases._progress import advance
from orders.use_cases._release import release, reopen_place
from orders.use_cases._rows import locked_assignment


def record_cover(*, assignment_id: UUID, policy_id: UUID, now: datetime) -> bool:
    """Bound: the premium is paid, once, and work may start. Refused: nobody works uninsured by
    accident, so the worker is released with the reason and the place is free for others.

    Judged by the policy as it stands now, so a redelivered or late event changes nothing. Tells
    whether anything changed.
    """
    order, assignment = locked_assignment(assignment_id)
    if assignment.state != AssignmentState.WON or assignment.cover_id != policy_id:
        return False
    policy = insurance.policy_view(policy_id)
    if policy.in_force:
        if assignment.cover_bound_at is not None:
            return False
        _money.pay_premium(order=order, assignment=assignment, now=now)
        assignment.cover_bound_at = now
        assignment.save(update_fields=["premium_paid_fen", "cover_bound_at"])
        return True
    if policy.state in ("refused", "timed_out"):
        withdrawn = AssignmentState.WITHDRAWN
        release(order, assignment, to=withdrawn, reason="cover_refused", actor=SYSTEM, now=now)
        reopen_place(order, assignment, now=now)
        advance(order, actor=SYSTEM, now=now)
        return True
    return False
