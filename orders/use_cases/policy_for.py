"""A policy for those whom it concerns."""

from __future__ import annotations

from uuid import UUID

from compliance.insurance.contracts import PolicyView
from compliance.insurance.selectors import policy_view
from compliance.people.selectors import employers_of, workers_of
from kernel.actor import Actor
from kernel.errors import NOT_FOUND
from orders.models import Order


def policy_for(actor: Actor, policy_id: UUID) -> PolicyView:
    """The policy, for its worker, the order's employer, the hall, and whoever sees to insurance. To all
    others it does not exist: raises `not_found`."""
    policy = policy_view(policy_id)
    if actor.has("insurance:read") or actor.has("act_for"):
        return policy
    if policy.worker_id in {worker.id for worker in workers_of(actor)}:
        return policy
    employer_id = Order.objects.filter(id=policy.order_id).values_list("employer_id", flat=True).first()
    if actor.has("orders:confirm") and employer_id in {one.id for one in employers_of(actor)}:
        return policy
    raise NOT_FOUND.error(field="policy_id")
