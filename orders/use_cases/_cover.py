"""The cover of one place: asked for with the place, waited for before work, never missed by accident."""

from __future__ import annotations

from datetime import datetime

from compliance.fund.selectors import opted_out, program_on
from compliance.insurance import selectors as insurance
from compliance.insurance.contracts import PolicyView
from compliance.insurance.states import WAITING, PolicyState
from compliance.insurance.use_cases.end_cover import end_cover
from compliance.insurance.use_cases.request_cover import request_basic_cover, request_cover
from compliance.insurance.use_cases.start_cover import start_cover
from compliance.people.selectors import insurance_consent
from kernel.actor import Actor
from kernel.clock import SHANGHAI
from orders.errors import COVER_PENDING, COVER_STARTS_LATER
from orders.models import Assignment, Order


def ask_for_cover(order: Order, assignment: Assignment, *, actor: Actor, now: datetime) -> None:
    """The employer's top-up where the order carries it, at the worker's own price, and the fund's basic
    cover where the county has a program and nobody declined. The caller saves the place.

    Raises `age_not_insurable`, `cover_starts_tomorrow`, `premium_mismatch`. Basic cover that cannot be
    had (no product for him, no consent to name him to an insurer, budget empty) is no reason to refuse
    the place.
    """
    if order.insured:
        assert order.rate_table_version_id is not None
        assignment.cover_id = request_cover(
            assignment_id=assignment.id,
            order_id=order.id,
            worker_id=assignment.worker_id,
            trade=order.trade,
            on=order.day,
            table_version_id=order.rate_table_version_id,
            heads=order.headcount,
            level=order.cover_level,
            most_fen=order.premium_fen,
            actor=actor,
            now=now,
        )
    if order.basic_cover and program_on(order.day) is not None and insurance_consent(assignment.worker_id):
        declined = opted_out(worker_id=assignment.worker_id, employer_id=order.employer_id, order_id=order.id)
        if declined is None:
            assignment.basic_cover_id = request_basic_cover(
                assignment_id=assignment.id,
                order_id=order.id,
                worker_id=assignment.worker_id,
                trade=order.trade,
                on=order.day,
                heads=order.headcount,
                actor=actor,
                now=now,
            )


def check_covered(order: Order, assignment: Assignment, *, now: datetime) -> None:
    """Raises `cover_pending` while a policy that was asked for is not in force, and `cover_starts_later`
    before its cover begins."""
    if order.insured and assignment.cover_bound_at is None:
        raise COVER_PENDING.error()
    for policy in covers(assignment):
        if not policy.in_force:
            raise COVER_PENDING.error()
        if policy.covers_from is not None and now < policy.covers_from:
            begins = policy.covers_from.astimezone(SHANGHAI)
            raise COVER_STARTS_LATER.error(covers_from=f"{begins:%Y-%m-%d %H:%M}")


def was_free_to_start(order: Order, assignment: Assignment, *, now: datetime) -> bool:
    """Whether no cover that is still waited for keeps the worker from starting: only then is he absent."""
    if order.insured and assignment.cover_bound_at is None:
        return False
    return not any(
        policy.state in WAITING
        or policy.replacing
        or (policy.covers_from is not None and now < policy.covers_from)
        for policy in covers(assignment)
    )


def start_covers(assignment: Assignment, *, actor: Actor, now: datetime) -> None:
    """Check-in starts every policy of the place."""
    for policy in covers(assignment):
        start_cover(policy_id=policy.id, actor=actor, now=now)


def end_covers(assignment: Assignment, *, actor: Actor, now: datetime) -> None:
    """Check-out ends them; one that its own timer has ended already stays so."""
    for policy in covers(assignment):
        if policy.state == PolicyState.ACTIVE:
            end_cover(policy_id=policy.id, actor=actor, now=now)


def covers(assignment: Assignment) -> tuple[PolicyView, ...]:
    """The place's live policies of all layers."""
    if assignment.cover_id is None and assignment.basic_cover_id is None:
        return ()
    return insurance.covers_of([assignment.id]).get(assignment.id, ())
