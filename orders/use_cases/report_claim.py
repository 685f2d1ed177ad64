"""An accident at work, reported by whoever saw it or heard of it."""

from __future__ import annotations

from datetime import datetime

from compliance.claims.access import REPORT, side_of
from compliance.claims.contracts import ClaimFile, ClaimView
from compliance.claims.errors import CLAIM_EXISTS, CLAIM_NO_COVER
from compliance.claims.rules import check_moment
from compliance.claims.selectors import live_claim_of
from compliance.claims.use_cases.open_claim import open_claim
from compliance.insurance.contracts import PolicyView
from compliance.insurance.cover_at import policies_at
from kernel.actor import Actor
from kernel.errors import NOT_FOUND
from orders.contracts import ReportClaim
from orders.models import Assignment, Attendance


def report_claim(*, command: ReportClaim, actor: Actor, now: datetime) -> tuple[ClaimView, ...]:
    """Opens one claim on each policy, of whatever layer, that was in force at the moment, with what the
    order, the attendance and the policies say about it. The worker's own login, the employer's side, a
    station or the hall may report; a stranger hears that there is no such place.

    Raises `forbidden`, `not_found`, `claim_moment`, `claim_no_cover`, `claim_exists` (with its number)
    when each policy has a live claim already, `claim_files`, `text_length`, `text_characters`.
    """
    actor.require(REPORT)
    assignment = Assignment.objects.select_related("order").filter(id=command.assignment_id).first()
    if assignment is None:
        raise NOT_FOUND.error(field="assignment_id")
    side = side_of(actor, worker_id=assignment.worker_id, employer_id=assignment.order.employer_id)
    if side is None:
        raise NOT_FOUND.error(field="assignment_id")
    check_moment(command.happened_at, now=now)
    policies = policies_at(assignment.id, command.happened_at)
    if not policies:
        raise CLAIM_NO_COVER.error(field="happened_at")
    earlier = {policy.id: live_claim_of(policy.id) for policy in policies}
    known = [claim for claim in earlier.values() if claim is not None]
    if len(known) == len(policies):
        raise CLAIM_EXISTS.error(field="assignment_id", number=known[0].number)
    file = _file(assignment, policies)
    return tuple(
        open_claim(
            policy=policy,
            file=file,
            what=command.what,
            where=command.where,
            when=command.happened_at,
            injured=command.injured,
            hospital=command.hospital,
            pictures=command.pictures,
            reporter=side,
            channel=actor.channel,
            actor=actor,
            now=now,
        )
        for policy in policies
        if earlier[policy.id] is None
    )


def _file(assignment: Assignment, policies: list[PolicyView]) -> ClaimFile:
    """What this room knows of the work, as it is now."""
    order = assignment.order
    attended = Attendance.objects.filter(assignment=assignment).first()
    return ClaimFile(
        order_id=order.id,
        order_number=order.number,
        assignment_id=assignment.id,
        worker_id=assignment.worker_id,
        employer_id=order.employer_id,
        trade=order.trade,
        title=order.title,
        address=order.address,
        day=order.day,
        starts_at=order.starts_at,
        ends_at=order.ends_at,
        place_no=assignment.place_no,
        checked_in_at=attended.checked_in_at if attended else None,
        checked_out_at=attended.checked_out_at if attended else None,
        attendance_channel=attended.checked_in_channel if attended else "",
        policies=tuple(policy.certificate_number for policy in policies),
    )
