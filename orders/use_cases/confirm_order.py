"""The employer or his foreman confirms everybody who has finished, on one list, with corrections."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from compliance.people.selectors import employer_for
from kernel.actor import Actor
from orders.contracts import Confirmed, ConfirmOrder, Correction, PaidPlace, PayBasis
from orders.errors import CORRECTION_INVALID, NOTHING_TO_CONFIRM
from orders.models import Assignment, Order
from orders.states import AssignmentState
from orders.use_cases import _settle
from orders.use_cases._progress import advance
from orders.use_cases._rows import locked_order


def confirm_order(*, command: ConfirmOrder, actor: Actor, now: datetime) -> Confirmed:
    """Pays each finished worker; the order settles once nobody is left and the rest goes back.

    Raises `nothing_to_confirm` (also the second time), `correction_invalid`, `not_found`.
    """
    actor.require("orders:confirm")
    order = locked_order(command.order_id)
    employer_for(actor, order.employer_id, need="confirm")
    finished = list(
        Assignment.objects.filter(order=order, state=AssignmentState.FINISHED).order_by("worker_id")
    )
    if not finished:
        raise NOTHING_TO_CONFIRM.error()
    corrected = _check_corrections(order, finished, command.corrections)
    paid = _settle.pay(order, finished, corrected=corrected, by="employer", actor=actor, now=now)
    refund_fen = advance(order, actor=actor, now=now)
    return confirmed(order, paid, refund_fen)


def confirmed(order: Order, paid: Sequence[PaidPlace], refund_fen: int) -> Confirmed:
    return Confirmed(
        order_id=order.id,
        state=order.state,
        paid=tuple(paid),
        wage_fen=sum(one.wage_fen for one in paid),
        fee_fen=sum(one.fee_fen for one in paid),
        refund_fen=refund_fen,
    )


def _check_corrections(
    order: Order, finished: Sequence[Assignment], corrections: Sequence[Correction]
) -> dict[UUID, int]:
    known = {assignment.id for assignment in finished}
    corrected: dict[UUID, int] = {}
    for index, one in enumerate(corrections):
        field = f"corrections.{index}"
        if one.assignment_id not in known or one.assignment_id in corrected:
            raise CORRECTION_INVALID.error(
                field=f"{field}.assignment_id",
                reason_zh="不是本订单待确认的工作，或重复",
                reason_en="not waiting for confirmation in this order, or named twice",
            )
        fixed = order.basis in (PayBasis.DAY, PayBasis.LUMP)
        if fixed or type(one.quantity) is not int or not 1 <= one.quantity <= order.quantity_max:
            raise CORRECTION_INVALID.error(
                field=f"{field}.quantity",
                reason_zh=f"按时或计件可更正，1 至 {order.quantity_max}",
                reason_en=f"by the hour or piece only, 1 to {order.quantity_max}",
            )
        corrected[one.assignment_id] = one.quantity
    return corrected
