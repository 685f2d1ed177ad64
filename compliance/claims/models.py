"""Tables of one county's claims. Words of people are sealed; ids of other rooms are plain uuids."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from compliance.claims.contracts import Due, Reporter
from compliance.claims.states import LIVE, ClaimState
from kernel.db import CountyModel

_LIVE = sorted(state.value for state in LIVE)


class Claim(CountyModel):
    """One accident under one policy. `words_sealed` holds what, where, hospital and the insurer's reason
    as one JSON text; `file` the order's own data at the moment of reporting (`contracts.ClaimFile`).
    All moments are market time."""

    number = models.CharField(max_length=24, unique=True)
    policy_id = models.UUIDField()
    certificate_number = models.CharField(max_length=64, blank=True)
    insurer = models.CharField(max_length=40)
    layer = models.CharField(max_length=10)
    order_id = models.UUIDField()
    assignment_id = models.UUIDField()
    worker_id = models.UUIDField()
    employer_id = models.UUIDField()
    trade = models.CharField(max_length=40)
    on = models.DateField()
    cover_fen = models.BigIntegerField()
    state = models.CharField(max_length=14, choices=[(s.value, s.value) for s in ClaimState])

    injured = models.BooleanField()
    happened_at = models.DateTimeField()
    words_sealed = models.TextField()
    file = models.JSONField()

    reporter = models.CharField(max_length=10, choices=[(r.value, r.value) for r in Reporter])
    reported_by = models.CharField(max_length=80)
    channel = models.CharField(max_length=10)
    reported_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    insurer_reference = models.CharField(max_length=64, blank=True)

    accepted_fen = models.BigIntegerField(null=True)
    reason_code = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(null=True)
    paid_fen = models.BigIntegerField(null=True)
    payment_reference = models.CharField(max_length=64, blank=True)
    paid_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    due = models.CharField(max_length=10, blank=True, choices=[(d.value, d.value) for d in Due])
    due_at = models.DateTimeField(null=True)
    decide_by = models.DateTimeField()
    papers_wanted_at = models.DateTimeField(null=True)
    overdue_since = models.DateTimeField(null=True)
    overdue_times = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["policy_id"], condition=Q(state__in=_LIVE), name="claim_one_live_a_policy"
            ),
            models.CheckConstraint(
                condition=Q(accepted_fen=None) | Q(accepted_fen__gt=0, accepted_fen__lte=F("cover_fen")),
                name="claim_within_cover",
            ),
            models.CheckConstraint(
                condition=Q(paid_fen=None) | Q(paid_fen=F("accepted_fen")), name="claim_paid_as_accepted"
            ),
            models.CheckConstraint(
                condition=Q(due="", due_at=None) | (~Q(due="") & Q(due_at__isnull=False)),
                name="claim_due_has_a_moment",
            ),
        ]
        indexes = [
            models.Index(fields=["insurer", "id"], name="claim_of_insurer"),
            models.Index(fields=["worker_id", "id"], name="claim_of_worker"),
            models.Index(fields=["employer_id", "id"], name="claim_of_employer"),
            models.Index(fields=["assignment_id"], name="claim_of_assignment"),
            models.Index(fields=["reported_at"], name="claim_by_day"),
            models.Index(
                fields=["due_at"],
                condition=Q(due_at__isnull=False, overdue_since=None),
                name="claim_falling_due",
            ),
        ]


class Document(CountyModel):
    """A file of a claim; append-only. `role` is picture or paper."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="documents")
    file_id = models.UUIDField()
    role = models.CharField(max_length=10)
    added_by = models.CharField(max_length=10, choices=[(r.value, r.value) for r in Reporter])
    added_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["claim", "file_id"], name="claim_document_once")]
        indexes = [models.Index(fields=["file_id"], name="claim_document_file")]


class PapersAsked(CountyModel):
    """What the insurer asked for, all at once. The notes are sealed, for they speak of an injury."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="requests")
    codes = models.JSONField()
    notes_sealed = models.TextField()
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["claim"], condition=Q(answered_at=None), name="claim_one_open_request"
            )
        ]
