"""Each side's number for the other, from the won place until some days after the end."""

from __future__ import annotations

from datetime import datetime, timedelta

from compliance.people.contracts import Contact
from compliance.people.selectors import employer_for, worker_for
from compliance.people.use_cases.reveal_contact import reveal_contact
from kernel.actor import Actor
from kernel.clock import business_day
from kernel.errors import NOT_FOUND
from orders.contracts import Party, ShowContact
from orders.errors import CONTACT_CLOSED
from orders.models import Assignment
from orders.states import HOLDING
from tenants.policy.selectors import policy_on


def show_contact(*, command: ShowContact, actor: Actor, now: datetime) -> Contact:
    """Name and phone, with an audit row. Raises `contact_closed` for a place that was given back or
    lost, and when the county's days after the order's end are over; `not_found`."""
    actor.require("orders:read")
    found = Assignment.objects.select_related("order").filter(id=command.assignment_id).first()
    if found is None:
        raise NOT_FOUND.error(field="assignment_id")
    order = found.order
    purpose = f"order {order.number}"
    if command.of is Party.EMPLOYER:
        worker_for(actor, found.worker_id)
    else:
        employer_for(actor, order.employer_id, need="confirm")
    days = timedelta(days=policy_on(business_day(now)).contact_days)
    if found.state not in HOLDING or (order.ended_at is not None and now > order.ended_at + days):
        raise CONTACT_CLOSED.error()
    if command.of is Party.EMPLOYER:
        return reveal_contact(actor=actor, employer_id=order.employer_id, purpose=purpose, now=now)
    return reveal_contact(actor=actor, worker_id=found.worker_id, purpose=purpose, now=now)
