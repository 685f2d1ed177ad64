"""Tables of one county's insurance. No name or number of a person stands here, and no secret."""

from __future__ import annotations

from django.db import models

from compliance.insurance.states import LIVE, AmendmentState, ConnectionState, PolicyState
from kernel.db import CountyModel


class Connection(CountyModel):
    """How the county reaches an insurer. Keys of signatures are rows of `webhooks`.

    `failures`, `open_until` and `last_ok_at` belong to the breaker and are real time.
    """

    insurer = models.CharField(max_length=40, unique=True)
    adapter = models.CharField(max_length=40)
    base_url = models.CharField(max_length=300, blank=True)
    public_key = models.JSONField(null=True, help_text="JWK that people's data is encrypted to")
    fallback_after_minutes = models.PositiveIntegerField(null=True)
    state = models.CharField(max_length=12, choices=[(s.value, s.value) for s in ConnectionState])
    failures = models.PositiveIntegerField(default=0)
    open_until = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, blank=True)
    last_ok_at = models.DateTimeField(null=True)
    connected_at = models.DateTimeField()
    connected_by = models.CharField(max_length=80)


class Policy(CountyModel):
    """Cover of one person for one place. Holds ids of other rooms, no names or numbers.

    Moments are market time. `next_ask_at` (when the insurer is asked for its answer) and `next_tell_at`
    (when it is told that the policy is cancelled) are real time and null when there is nothing to do.
    `failed_at` is the market moment of the first question that failed or was put off.
    """

    assignment_id = models.UUIDField()
    order_id = models.UUIDField(db_index=True)
    worker_id = models.UUIDField()
    trade = models.CharField(max_length=40)
    on = models.DateField()
    days = models.PositiveSmallIntegerField()
    insurer = models.CharField(max_length=40)
    product = models.CharField(max_length=40)
    layer = models.CharField(max_length=10)
    payer = models.CharField(max_length=10)
    starts = models.CharField(max_length=14)
    table_version_id = models.UUIDField()
    table_version = models.PositiveIntegerField()
    level = models.CharField(max_length=40)
    heads = models.PositiveIntegerField()
    risk_class = models.PositiveSmallIntegerField()
    premium_fen = models.BigIntegerField()
    employer_premium_fen = models.BigIntegerField()
    death_disability_cover_fen = models.BigIntegerField()
    medical_cover_fen = models.BigIntegerField()
    state = models.CharField(max_length=12, choices=[(s.value, s.value) for s in PolicyState])
    certificate_number = models.CharField(max_length=64, blank=True)
    certificate_sha256 = models.CharField(max_length=64, blank=True)
    certificate_file_id = models.UUIDField(null=True)
    refusal_reason = models.CharField(max_length=60, blank=True)
    refund_fen = models.BigIntegerField(default=0)
    slip = models.CharField(max_length=12, unique=True)
    replaces = models.UUIDField(
        null=True, help_text="the earlier insurer's policy that this one stands in for"
    )
    amending = models.UUIDField(null=True, help_text="the amendment that waits for the insurer")
    replacing = models.BooleanField(
        default=False, help_text="for a worker whom the insurer has not taken: he is not covered"
    )
    requested_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True)
    covers_from = models.DateTimeField(null=True)
    covers_until = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=200, blank=True)
    asks = models.PositiveIntegerField(default=0)
    next_ask_at = models.DateTimeField(null=True)
    tells = models.PositiveIntegerField(default=0)
    next_tell_at = models.DateTimeField(null=True)
    tell_reason = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["assignment_id", "layer", "on"],
                condition=models.Q(state__in=sorted(state.value for state in LIVE)),
                name="policy_one_live",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    refund_fen__gte=0,
                    refund_fen__lte=models.F("premium_fen"),
                    employer_premium_fen__gte=0,
                    employer_premium_fen__lte=models.F("premium_fen"),
                ),
                name="policy_fen_within_premium",
            ),
            models.UniqueConstraint(
                fields=["insurer", "certificate_number"],
                condition=~models.Q(certificate_number=""),
                name="policy_certificate_once",
            ),
        ]
        indexes = [
            models.Index(fields=["assignment_id", "id"], name="policy_assignment"),
            models.Index(
                fields=["next_ask_at"], condition=models.Q(next_ask_at__isnull=False), name="policy_asking"
            ),
            models.Index(
                fields=["next_tell_at"], condition=models.Q(next_tell_at__isnull=False), name="policy_telling"
            ),
            models.Index(
                fields=["covers_until"],
                condition=models.Q(state__in=["active", "issued", "pending", "requested"]),
                name="policy_open",
            ),
            models.Index(fields=["insurer", "id"], name="policy_insurer"),
            models.Index(fields=["worker_id", "covers_until"], name="policy_worker"),
        ]


class Amendment(CountyModel):
    """A change of an issued policy. `next_ask_at` is real time."""

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="amendments")
    number = models.PositiveSmallIntegerField()
    change = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in AmendmentState])
    assignment_before = models.UUIDField()
    worker_before = models.UUIDField()
    days = models.PositiveSmallIntegerField()
    premium_fen = models.BigIntegerField()
    extra_fen = models.BigIntegerField()
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=60, blank=True)
    settled = models.BooleanField(default=False, help_text="its money and place have followed the answer")
    asks = models.PositiveIntegerField(default=0)
    next_ask_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["policy", "number"], name="amendment_once")]
        indexes = [
            models.Index(
                fields=["next_ask_at"],
                condition=models.Q(next_ask_at__isnull=False),
                name="amendment_asking",
            ),
        ]
