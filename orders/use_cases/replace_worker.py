"""Another worker takes a booked place over before work starts."""

from __future__ import annotations

from datetime import datetime

from compliance.insurance import selectors as insurance
from compliance.insurance.contracts import PolicyView
from compliance.insurance.use_cases.cancel_cover import cancel_cover
from compliance.insurance.use_cases.replace_insured import replace_insured
from compliance.people.selectors import worker_for
from compliance.rates.contracts import Layer
from kernel import outbox
from kernel.actor import Actor
from kernel.ids import uuid7
from kernel.states import begin, transition
from ledger.use_cases.void_hold import void_hold
from orders import selectors
from orders.contracts import ReplaceWorker
from orders.errors import ALREADY_TAKEN, BUSY_THEN, NOT_REPLACEABLE
from orders.models import Assignment, Order, Place
from orders.states import ASSIGNMENT, HOLDING, AssignmentState
from orders.use_cases import _money
from orders.use_cases._booking_facts import record_freed, record_taken_over
from orders.use_cases._cover import ask_for_cover
from orders.use_cases._eligible import check_eligible
from orders.use_cases._rows import locked_assignment
from orders.views import AssignmentView

REPLACED = "cn.linggong.assignment.replaced.v1"


def replace_worker(*, command: ReplaceWorker, actor: Actor, now: datetime) -> AssignmentView:
    """At the hall, with the new worker present: the place and its wage are his, without a race.

    Issued top-up cover is amended to him, and he is not covered before the insurer has agreed; all other
    cover is cancelled and asked for anew: what still waits, a fallback insurer's, cover of further days,
    whose price for him the place's escrow need not hold.

    Raises `not_replaceable` unless the worker before is booked and has not started, `already_in_order`,
    `worker_busy_then`, `age_not_insurable`, `cover_starts_tomorrow`, and what `check_eligible` refuses.
    """
    actor.require("act_for")
    order, before = locked_assignment(command.assignment_id)
    worker = worker_for(actor, command.worker_id)
    if before.state != AssignmentState.WON or now >= order.ends_at:
        raise NOT_REPLACEABLE.error()
    if worker.id == before.worker_id:
        raise ALREADY_TAKEN.error()
    _check_free(order, worker.id)
    check_eligible(order, worker, now=now)
    _money.lock_wallets(order=order, worker_ids=[before.worker_id, worker.id], now=now)
    transition(before, AssignmentState.REPLACED, machine=ASSIGNMENT, actor=actor, now=now, reason="replaced")
    if before.hold_id is not None:
        void_hold(hold_id=before.hold_id, now=now)
    after = _placed(order, before, worker.id, actor=actor, now=now)
    _hand_over_cover(order, before, after, actor=actor, now=now)
    before.end_reason = "replaced"
    before.save(update_fields=["end_reason", "premium_paid_fen", "cover_bound_at"])
    after.save()
    record_freed(order, before, now=now)
    record_taken_over(order, after, person_key=worker.person_key, now=now)
    data = {"order_id": str(order.id), "assignment_id": str(before.id), "by": str(after.id)}
    outbox.emit(REPLACED, subject=order.id, data=data, now=now)
    return selectors.assignment_view(after)


def _check_free(order: Order, worker_id: object) -> None:
    rows = Assignment.objects.filter(worker_id=worker_id, state__in=HOLDING)
    if rows.filter(order=order).exists():
        raise ALREADY_TAKEN.error()
    other = rows.filter(starts_at__lt=order.ends_at, ends_at__gt=order.starts_at).first()
    if other is not None:
        raise BUSY_THEN.error(starts_at=other.starts_at.isoformat(), ends_at=other.ends_at.isoformat())


def _placed(
    order: Order, before: Assignment, worker_id: object, *, actor: Actor, now: datetime
) -> Assignment:
    after: Assignment = Assignment.objects.create(
        id=uuid7(),
        order=order,
        place_id=before.place_id,
        place_no=before.place_no,
        worker_id=worker_id,
        state=AssignmentState.WON,
        channel=actor.channel,
        starts_at=order.starts_at,
        ends_at=order.ends_at,
        won_at=now,
        undo_until=now,
    )
    begin(after, machine=ASSIGNMENT, actor=actor, now=now)
    Place.objects.filter(id=before.place_id).update(taken_by=after.id)
    after.hold_id = _money.hold_wage(order=order, assignment_id=after.id, worker_id=after.worker_id, now=now)
    return after


def _hand_over_cover(
    order: Order, before: Assignment, after: Assignment, *, actor: Actor, now: datetime
) -> None:
    for policy in insurance.covers_of([before.id]).get(before.id, ()):
        if _can_be_handed_over(order, policy):
            replace_insured(
                policy_id=policy.id, assignment_id=after.id, worker_id=after.worker_id, actor=actor, now=now
            )
            after.cover_id = policy.id
            after.premium_paid_fen, before.premium_paid_fen = before.premium_paid_fen, 0
        else:
            cancel_cover(policy_id=policy.id, actor=actor, now=now, reason="undone")
            if policy.layer is Layer.TOP_UP:
                _money.return_premium(order=order, assignment=before, policy=policy, now=now)
    before.cover_bound_at = None
    # What was not handed over is asked for; the policy that was is found, and nothing bought twice.
    ask_for_cover(order, after, actor=actor, now=now)


def _can_be_handed_over(order: Order, policy: PolicyView) -> bool:
    own = policy.layer is Layer.TOP_UP and policy.table_version_id == order.rate_table_version_id
    return own and policy.in_force and not policy.amending and policy.days == 1
