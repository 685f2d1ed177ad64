"""Checking out: attendance becomes the quantity that pays."""

from __future__ import annotations

from datetime import datetime

from compliance.people.selectors import worker_for
from kernel.actor import Actor
from kernel.errors import STALE_STATE
from orders import rules
from orders.contracts import CheckedOut, CheckOut, PayBasis
from orders.errors import CORRECTION_INVALID
from orders.states import AssignmentState
from orders.use_cases._finish import finish
from orders.use_cases._progress import advance
from orders.use_cases._rows import locked_assignment


def check_out(*, command: CheckOut, actor: Actor, now: datetime) -> CheckedOut:
    """Raises `stale_state` unless checked in, `correction_invalid` for a wrong count of pieces."""
    actor.require("orders:attend")
    order, assignment = locked_assignment(command.assignment_id)
    worker_for(actor, assignment.worker_id)
    if assignment.state != AssignmentState.CHECKED_IN:
        raise STALE_STATE.error(
            is_=assignment.state, wants=str(AssignmentState.FINISHED), machine="assignment"
        )
    basis = PayBasis(order.basis)
    if command.pieces is not None and (
        basis is not PayBasis.PIECE or not 1 <= command.pieces <= order.quantity_max
    ):
        raise CORRECTION_INVALID.error(
            field="pieces",
            reason_zh=f"仅计件可填，1 至 {order.quantity_max}",
            reason_en=f"for piece work only, 1 to {order.quantity_max}",
        )
    finish(order, assignment, left_at=now, pieces=command.pieces, assumed=False, actor=actor, now=now)
    advance(order, actor=actor, now=now)
    assert assignment.quantity is not None
    assert assignment.silence_at is not None
    return CheckedOut(
        assignment_id=assignment.id,
        state=assignment.state,
        checked_out_at=now,
        quantity=assignment.quantity,
        wage_fen=rules.wage_fen(basis, order.rate_fen, assignment.quantity),
        silence_at=assignment.silence_at,
    )
