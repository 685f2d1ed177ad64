"""Public tables of exports. Files lie in the file storage below `city/`; nothing here names a person but by
identity."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from kernel.ids import uuid7
from reporting.exports.contracts import ExportKind
from reporting.exports.states import ExportState

_KINDS = [(kind.value, kind.value) for kind in ExportKind]


class ExportTemplate(models.Model):
    """See `contracts.TemplateView`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=80)
    file_key = models.CharField(max_length=200, unique=True)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    cells = models.JSONField()
    active = models.BooleanField(default=True)
    uploaded_by = models.CharField(max_length=80)
    uploaded_at = models.DateTimeField()


class ExportSchedule(models.Model):
    """See `contracts.ScheduleView`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=_KINDS)
    parameters = models.JSONField()
    day = models.PositiveSmallIntegerField()
    minute = models.PositiveSmallIntegerField()
    next_at = models.DateTimeField()
    active = models.BooleanField(default=True)
    created_by = models.CharField(max_length=80)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(day__range=(1, 28)) & Q(minute__range=(0, 1439)), name="schedule_time"
            )
        ]


class ExportJob(models.Model):
    """One file that is wanted, on its way, or there. A worker holds it by a lease in real time."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=10, choices=_KINDS)
    parameters = models.JSONField()
    state = models.CharField(max_length=10, choices=[(state.value, state.value) for state in ExportState])
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    requested_by = models.CharField(max_length=80)
    requested_at = models.DateTimeField()
    schedule = models.ForeignKey(ExportSchedule, on_delete=models.PROTECT, null=True, related_name="jobs")
    attempts = models.PositiveSmallIntegerField(default=0)
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    file_key = models.CharField(max_length=200, blank=True)
    file_name = models.CharField(max_length=120, blank=True)
    media_type = models.CharField(max_length=80, blank=True)
    size = models.PositiveBigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    delete_after = models.DateTimeField(null=True)
    fault = models.CharField(max_length=60, blank=True)
    fault_zh = models.CharField(max_length=300, blank=True)
    fault_en = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=Q(state__in=["queued", "running"]), name="export_to_do"),
            models.Index(fields=["delete_after"], condition=Q(state="done"), name="export_to_delete"),
        ]
        constraints = [
            # one job a schedule and month, however often its timer runs
            models.UniqueConstraint(
                fields=["schedule", "requested_at"],
                condition=Q(schedule__isnull=False),
                name="export_once_due",
            ),
        ]


class ExportChange(models.Model):
    """Who asked for, cancelled, deleted, scheduled or uploaded what. Append-only by privilege."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject = models.UUIDField(help_text="the export, schedule or template")
    act = models.CharField(max_length=20)
    actor = models.CharField(max_length=80)
    channel = models.CharField(max_length=10)
    detail = models.JSONField()
    request_id = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["subject", "id"], name="export_change_subject")]
