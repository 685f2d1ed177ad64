"""Paying those whose work is confirmed: wages out of their holds, the fee to the county."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from compliance.people.selectors import worker_views
from kernel import facts
from kernel.actor import Actor
from kernel.money import share_fen
from kernel.states import transition_many
from ledger.contracts import AccountKind, Line
from ledger.use_cases.open_account import open_account
from ledger.use_cases.post_hold import post_hold
from ledger.use_cases.transfer import transfer
from orders import rules
from orders.contracts import PaidPlace, PayBasis
from orders.models import Assignment, Order
from orders.states import ASSIGNMENT, AssignmentState
from orders.use_cases import _money


def pay(
    order: Order,
    finished: Sequence[Assignment],
    *,
    corrected: Mapping[UUID, int],
    by: str,
    actor: Actor,
    now: datetime,
) -> list[PaidPlace]:
    """FINISHED -> CONFIRMED -> PAID for each, in one transaction; the caller holds the order's row.

    `corrected` has the right quantities by assignment. `by` is employer or silence. Each wage is at
    most what is held for it, and grows with it the fee; what is not earned stays in escrow.
    """
    due_fen = {one.id: _wage_due_fen(order, one) for one in finished}
    for assignment in finished:
        assignment.quantity = corrected.get(assignment.id, assignment.quantity)
        assert assignment.quantity is not None
        assignment.wage_fen = rules.wage_fen(PayBasis(order.basis), order.rate_fen, assignment.quantity)
        assignment.fee_fen = share_fen(assignment.wage_fen, order.fee_bp)
        assignment.confirmed_at, assignment.confirmed_by, assignment.paid_at = now, by, now
    Assignment.objects.bulk_update(
        finished, ["quantity", "wage_fen", "fee_fen", "confirmed_at", "confirmed_by", "paid_at"]
    )
    ids = [assignment.id for assignment in finished]
    for frm, to in (
        (AssignmentState.FINISHED, AssignmentState.CONFIRMED),
        (AssignmentState.CONFIRMED, AssignmentState.PAID),
    ):
        moved = transition_many(
            Assignment, ids, machine=ASSIGNMENT, frm=frm, to=to, actor=actor, now=now, reason=by
        )
        assert len(moved) == len(ids)
    _post(order, finished, now=now)
    _record(order, finished, due_fen=due_fen, now=now)
    return [
        PaidPlace(one.id, one.worker_id, one.quantity or 0, one.wage_fen or 0, one.fee_fen)
        for one in finished
    ]


def _post(order: Order, finished: Sequence[Assignment], *, now: datetime) -> None:
    _money.lock_wallets(order=order, worker_ids=[one.worker_id for one in finished], now=now)
    for assignment in finished:
        assert assignment.hold_id is not None
        assert assignment.wage_fen is not None
        post_hold(hold_id=assignment.hold_id, amount_fen=assignment.wage_fen, now=now)
    income = open_account(kind=AccountKind.FEE_INCOME, now=now)
    fees = [
        Line(order.escrow_account, income, one.fee_fen, "fee", one.id) for one in finished if one.fee_fen > 0
    ]
    transfer(lines=fees, now=now)


def _wage_due_fen(order: Order, assignment: Assignment) -> int:
    """What attendance made the wage, before anybody corrected it: as `place.finished` told it."""
    assert assignment.quantity is not None
    return rules.wage_fen(PayBasis(order.basis), order.rate_fen, assignment.quantity)


def _record(
    order: Order, finished: Sequence[Assignment], *, due_fen: Mapping[UUID, int], now: datetime
) -> None:
    workers = worker_views([one.worker_id for one in finished])
    for assignment in finished:
        assert assignment.wage_fen is not None
        facts.record(
            "place.paid",
            now=now,
            subject=assignment.id,
            trade=order.trade,
            town=rules.town_of(order.address),
            person_key=workers[assignment.worker_id].person_key,
            role="worker",
            values={
                "places": 1,
                "wage_fen": assignment.wage_fen,
                "due_fen": due_fen[assignment.id],
                "escrow_fen": assignment.wage_fen + assignment.fee_fen,
                "pay_seconds": (now - (assignment.finished_at or now)) // timedelta(seconds=1),
                "insured": int(assignment.cover_bound_at is not None),
            },
        )
