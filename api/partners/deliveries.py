"""What became of the events that were pushed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import serializers

from api.cursors import Page, PageIn
from api.endpoint import Call
from api.fields import Choice, Id, In
from api.partners.door import Named, Reading, Signed, insurer_of
from api.shapes import Out
from tenants.county import CountyWork
from webhooks.errors import DELIVERY_NOT_DEAD, DELIVERY_NOT_FOUND
from webhooks.selectors import attempts, deliveries, delivery_by_id
from webhooks.states import DeliveryState
from webhooks.use_cases.retry_delivery import retry_delivery


class DeliveryOut(Out):
    id = serializers.UUIDField()
    endpoint_id = serializers.UUIDField()
    event_id = serializers.UUIDField(help_text="its webhook-id")
    type = serializers.CharField()
    subject = serializers.UUIDField()
    state = serializers.CharField()
    attempts = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    next_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    dead_at = serializers.DateTimeField(allow_null=True)
    last_status = serializers.IntegerField(allow_null=True)
    last_error = serializers.CharField()


class DeliveriesIn(PageIn):
    state = Choice(choices=[str(state) for state in DeliveryState], required=False)
    endpoint_id = Id(required=False)


def delivery_page(partner: str, call: Call) -> Page[Any]:
    """A page of a partner's deliveries, oldest first."""
    limit = call.query["limit"]
    rows = deliveries(
        partner=partner,
        endpoint_id=call.query["endpoint_id"],
        state=call.query["state"],
        after=UUID(call.position) if call.position else None,
        limit=limit + 1,
    )
    return Page(rows[:limit], str(rows[limit - 1].id) if len(rows) > limit else None)


class ListDeliveries(Reading):
    """Your events on their way, oldest first; the dead letters with `state=dead`."""

    tag = "deliveries"
    asks = DeliveriesIn
    gives = DeliveryOut
    paged = True

    def act(self, work: CountyWork, call: Call) -> Page[Any]:
        return delivery_page(insurer_of(call), call)


class AttemptOut(Out):
    at = serializers.DateTimeField()
    status = serializers.IntegerField(allow_null=True, help_text="null: no answer")
    milliseconds = serializers.IntegerField()
    error = serializers.CharField()


class ListAttempts(Reading):
    """What was tried of one delivery, oldest first."""

    tag = "deliveries"
    gives = AttemptOut
    listed = True
    refuses = (DELIVERY_NOT_FOUND,)

    def act(self, work: CountyWork, call: Call) -> Any:
        return attempts(delivery_by_id(insurer_of(call), call.path["delivery_id"]).id)


class RetryDeliveryIn(In):
    type = Named("delivery.retry")
    delivery_id = Id()


class RetryDelivery(Signed):
    """Give a dead letter another try now."""

    tag = "deliveries"
    takes = RetryDeliveryIn
    gives = DeliveryOut
    status = 202
    refuses = (DELIVERY_NOT_FOUND, DELIVERY_NOT_DEAD)

    def act(self, work: CountyWork, call: Call) -> Any:
        return retry_delivery(
            partner=insurer_of(call), delivery_id=call.path["delivery_id"], actor=call.who, now=work.now
        )
