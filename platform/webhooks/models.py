"""Tables of a county: what partners are told, where, and what they tell us."""

from __future__ import annotations

from django.db import models

from kernel.db import CountyModel
from webhooks.states import Direction, EndpointState

WAITING = models.Q(delivered_at__isnull=True, dead_at__isnull=True)


class PartnerKey(CountyModel):
    """A secret shared with a partner. At most two of a direction are live: the current one, and the one
    before it until `retires_at` (real time, as signatures are)."""

    partner = models.CharField(max_length=40)
    direction = models.CharField(max_length=3)
    secret_sealed = models.TextField()
    created_at = models.DateTimeField()
    retires_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "direction"],
                condition=models.Q(retires_at__isnull=True),
                name="partnerkey_one_current",
            ),
            models.CheckConstraint(
                condition=models.Q(direction__in=[str(way) for way in Direction]), name="partnerkey_direction"
            ),
        ]
        indexes = [models.Index(fields=["partner", "direction", "-created_at"], name="partnerkey_live")]


class PartnerEvent(CountyModel):
    """One line of a partner's stream; append-only but for its position, which is given after commit, when
    the stream is read, so that no reader skips a late commit."""

    partner = models.CharField(max_length=40)
    type = models.CharField(max_length=80)
    subject = models.UUIDField()
    sequence = models.PositiveIntegerField()
    position = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    data = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "subject", "sequence"], name="partnerevent_sequence_once"
            ),
            models.UniqueConstraint(fields=["partner", "position"], name="partnerevent_position_once"),
        ]
        indexes = [
            models.Index(
                fields=["partner", "id"],
                condition=models.Q(position__isnull=True),
                name="partnerevent_unsealed",
            ),
            models.Index(fields=["partner", "at"], name="partnerevent_at"),
        ]


class Endpoint(CountyModel):
    """Where a partner hears events. `types` empty means all of them."""

    partner = models.CharField(max_length=40)
    url = models.CharField(max_length=2000)
    types = models.JSONField()
    state = models.CharField(max_length=10, default=EndpointState.ACTIVE)
    disabled_reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=80)
    secret_sealed = models.TextField()
    previous_sealed = models.TextField(blank=True)
    previous_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    open_until = models.DateTimeField(null=True)
    last_dead_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "url"], name="endpoint_once")]


class Delivery(CountyModel):
    """One event on its way to one endpoint. Due from `next_at`; `lease_until` is held by the process that
    is sending it. All moments are real time. After `give_up_at` it is dead, whatever was tried."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="+", db_index=False)
    event = models.ForeignKey(PartnerEvent, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    next_at = models.DateTimeField()
    give_up_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)
    last_status = models.PositiveSmallIntegerField(null=True)
    last_error = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "event"], name="delivery_once"),
            models.CheckConstraint(
                condition=models.Q(delivered_at__isnull=True) | models.Q(dead_at__isnull=True),
                name="delivery_one_end",
            ),
        ]
        indexes = [
            models.Index(fields=["endpoint", "next_at"], condition=WAITING, name="delivery_due"),
            models.Index(
                fields=["endpoint", "id"], condition=models.Q(dead_at__isnull=False), name="delivery_dead"
            ),
        ]


class Attempt(CountyModel):
    """One attempt of a delivery: no bodies, and of errors only our own words. Forgotten after a while."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    milliseconds = models.PositiveIntegerField()
    error = models.CharField(max_length=120, blank=True)


class InboundMessage(CountyModel):
    """A message of a partner that was accepted, so that it counts once."""

    partner = models.CharField(max_length=40)
    message_id = models.CharField(max_length=100)
    body_hash = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "message_id"], name="inboundmessage_once")]
        indexes = [models.Index(fields=["at"], name="inboundmessage_at")]
