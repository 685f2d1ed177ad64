"""Public tables of operations. Nothing personal, no secret."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from kernel.ids import uuid7
from tenants.operations.contracts import OperationKind, OperationState, Side
from tenants.operations.states import PENDING

_PENDING = sorted(state.value for state in PENDING)


class Operation(models.Model):
    """Something that was asked for and needs steps; see `contracts.OperationView`.

    Whoever carries out a step holds the row's lock to the step's end and writes both in one transaction:
    a process that is killed has done nothing of the step, and the next one takes it up at once.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=12, choices=[(kind.value, kind.value) for kind in OperationKind])
    state = models.CharField(max_length=8, choices=[(state.value, state.value) for state in OperationState])
    slug = models.CharField(max_length=31)
    code = models.CharField(max_length=6)
    parameters = models.JSONField()
    side = models.CharField(
        max_length=5,
        blank=True,
        choices=[(side.value, side.value) for side in Side],
        help_text="whose rights the next step needs",
    )
    steps_done = models.PositiveSmallIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0, help_text="of the next step")
    error = models.CharField(max_length=80, blank=True)
    requested_by = models.CharField(max_length=80)
    channel = models.CharField(max_length=10)
    request_id = models.CharField(max_length=64, blank=True)
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["slug"], condition=Q(state__in=_PENDING), name="operation_once_a_slug"
            ),
            models.UniqueConstraint(
                fields=["code"], condition=Q(state__in=_PENDING), name="operation_once_a_code"
            ),
        ]
        indexes = [models.Index(fields=["side", "id"], name="operation_next")]


class OperationStep(models.Model):
    """One try of one step. Append-only by privilege."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    operation = models.ForeignKey(Operation, on_delete=models.PROTECT, related_name="steps")
    code = models.CharField(max_length=12)
    done = models.BooleanField()
    error = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField()
