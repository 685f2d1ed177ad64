"""Kernel tables, one set a county: history, outbox, facts, idempotency keys, audit."""

from __future__ import annotations

from django.db import models

from kernel.db import CountyModel


class TransitionLog(CountyModel):
    """Who moved what from which state to which. Append-only by privilege."""

    machine = models.CharField(max_length=40)
    subject = models.UUIDField()
    frm = models.CharField(max_length=20, blank=True)
    to = models.CharField(max_length=20)
    actor = models.CharField(max_length=80)
    channel = models.CharField(max_length=10)
    at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["subject", "id"], name="transition_subject")]


class OutboxMessage(CountyModel):
    """News for other rooms, written with the change it tells of. The row is the truth; the broker
    only carries a wake-up call. Deleted once every handler is done.

    Writers of one subject hold that subject's row lock, so within a subject the identity column
    follows commit order; across subjects it does not, and nothing relies on it there.
    """

    id = models.BigAutoField(primary_key=True)  # type: ignore[assignment]  # a queue needs commit order
    event_id = models.UUIDField(unique=True)
    type = models.CharField(max_length=80)
    subject = models.UUIDField()
    data = models.JSONField()
    at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    dead = models.BooleanField(default=False)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["subject", "id"], name="outbox_subject")]


class Fact(CountyModel):
    """One countable thing that happened. Append-only; rollups can be rebuilt from it at any time."""

    kind = models.CharField(max_length=40)
    day = models.DateField()
    recorded_at = models.DateTimeField()
    subject = models.UUIDField()
    trade = models.CharField(max_length=40, blank=True)
    station = models.CharField(max_length=40, blank=True)
    town = models.CharField(max_length=40, blank=True)
    person_key = models.CharField(max_length=32, blank=True)
    role = models.CharField(max_length=20, blank=True)
    values = models.JSONField()


class FactQueue(CountyModel):
    """A fact not yet folded. The folder deletes the row and updates the rollup in one transaction:
    commit order is not id order, so no watermark is ever used."""

    id = models.BigAutoField(primary_key=True)  # type: ignore[assignment]  # a queue needs commit order
    fact = models.ForeignKey(Fact, on_delete=models.PROTECT, related_name="+")


class IdempotencyRecord(CountyModel):
    """The first answer to a request that carried an idempotency key. Never expires for money."""

    actor = models.CharField(max_length=80)
    key = models.CharField(max_length=100)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="idempotency_once")]


class AuditRow(CountyModel):
    """An act that must be answered for: an unmasked view, an act on behalf of another. Append-only."""

    actor = models.CharField(max_length=80)
    channel = models.CharField(max_length=10)
    act = models.CharField(max_length=60)
    subject = models.UUIDField(null=True)
    purpose = models.CharField(max_length=200)
    detail = models.JSONField()
    request_id = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["subject", "id"], name="audit_subject")]
