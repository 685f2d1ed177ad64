"""A word about the other side, once each, when the work is paid."""

from __future__ import annotations

from datetime import datetime

from compliance.people.selectors import employer_for, worker_for
from kernel.actor import Actor
from kernel.errors import INVALID_VALUE
from orders import rules
from orders.contracts import Direction, WriteReview
from orders.errors import RATING_INVALID, REVIEW_NOT_YET, REVIEW_TWICE
from orders.models import Review
from orders.states import AssignmentState
from orders.use_cases._rows import locked_assignment
from orders.views import ReviewView


def write_review(*, command: WriteReview, actor: Actor, now: datetime) -> ReviewView:
    """Raises `rating_invalid`, `review_not_yet` before the wage is paid, `review_twice`."""
    actor.require("reviews:write")
    if type(command.rating) is not int or not 1 <= command.rating <= 5:
        raise RATING_INVALID.error(field="rating")
    if command.direction not in tuple(Direction):
        raise INVALID_VALUE.error(field="direction", reason=", ".join(Direction))
    text = rules.check_text(command.text, field="text", minimum=0, maximum=500, lines=True)
    order, assignment = locked_assignment(command.assignment_id)
    if command.direction == Direction.OF_EMPLOYER:
        worker_for(actor, assignment.worker_id)
    else:
        employer_for(actor, order.employer_id, need="confirm")
    if assignment.state != AssignmentState.PAID:
        raise REVIEW_NOT_YET.error()
    if Review.objects.filter(assignment=assignment, direction=command.direction).exists():
        raise REVIEW_TWICE.error()
    review = Review.objects.create(
        assignment=assignment,
        direction=command.direction,
        employer_id=order.employer_id,
        worker_id=assignment.worker_id,
        rating=command.rating,
        text=text,
        written_by=actor.key,
        channel=actor.channel,
        written_at=now,
    )
    return ReviewView(assignment.id, review.direction, review.rating, review.text, review.written_at)
