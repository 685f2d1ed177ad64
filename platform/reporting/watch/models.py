"""Public tables of the watch. The folder fills what rules look at; the city's login keeps the rest."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from kernel.ids import uuid7


class PersonBooking(models.Model):
    """A place somebody holds or held, folded from a county's facts, by whatever of them came first.

    `person_key` names nobody (`kernel.crypto.person_key`) and is emptied when the place is given up.
    `owed_fen` is owed from `finished_at`, at the latest at `due_at`. `unchecked` has not been held against
    the person's other bookings yet.
    """

    booking = models.UUIDField(primary_key=True)
    county_id = models.UUIDField()
    trade = models.CharField(max_length=40)
    person_key = models.CharField(max_length=32)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    freed = models.BooleanField()
    finished_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    owed_fen = models.BigIntegerField()
    recorded_at = models.DateTimeField()
    unchecked = models.BooleanField()

    class Meta:
        indexes = [
            models.Index(fields=["person_key", "starts_at"], condition=~Q(person_key=""), name="booking_of"),
            models.Index(fields=["booking"], condition=Q(unchecked=True), name="booking_unchecked"),
            models.Index(
                fields=["due_at"], condition=Q(paid_at=None, due_at__isnull=False), name="booking_owed"
            ),
            models.Index(fields=["paid_at"], condition=Q(paid_at__isnull=False), name="booking_paid"),
            models.Index(fields=["recorded_at"], name="booking_age"),
            models.Index(fields=["county_id"], name="booking_county"),
        ]


class PayBucket(models.Model):
    """How many orders of a county, day, trade and pay basis offered pay in one bucket (`buckets.BOUNDS`)."""

    county_id = models.UUIDField()
    day = models.DateField()
    trade = models.CharField(max_length=40)
    basis = models.PositiveSmallIntegerField()
    bucket = models.PositiveSmallIntegerField()
    orders = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["county_id", "day", "trade", "basis", "bucket"], name="pay_bucket_once"
            )
        ]
        indexes = [models.Index(fields=["day"], name="pay_bucket_day")]


class MarketDay(models.Model):
    """What a county's market did on a day, all trades together: a row where the rollups have hundreds, for
    rules that go through every county's months every two minutes."""

    county_id = models.UUIDField()
    day = models.DateField()
    posted = models.IntegerField()
    registered = models.IntegerField()
    settled = models.IntegerField()
    insured = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county_id", "day"], name="market_day_once")]
        indexes = [models.Index(fields=["day"], name="market_day_day")]


class Happening(models.Model):
    """Something that just happened, without people, for the ticker. A glimpse, not a record: a fold keeps
    its newest only, and old rows are swept."""

    county_id = models.UUIDField()
    kind = models.CharField(max_length=10)
    trade = models.CharField(max_length=40)
    places = models.IntegerField()
    amount_fen = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["-at", "-id"], name="happening_newest"),
            models.Index(fields=["county_id"], name="happening_county"),
        ]


class RuleSetting(models.Model):
    """A rule's thresholds from a day on, until a later row. Append-only by privilege; of two rows for one
    day the later revision holds."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    rule = models.CharField(max_length=20)
    revision = models.PositiveIntegerField()
    effective_from = models.DateField()
    enabled = models.BooleanField()
    thresholds = models.JSONField()
    actor = models.CharField(max_length=80)
    channel = models.CharField(max_length=10)
    request_id = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "revision"], name="rule_revision_once")]


class Alert(models.Model):
    """What a rule found, once a subject: found again it reopens. `key` is a hash of the subject.

    `cases` is how many it found and `mark` how bad that is, comparable over time; `numbers` are what it saw
    and the norm it held against. `held`: whether it was still so at the last look. `closed_mark` is set while
    a person's closing stands against a rule that still holds.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=64, unique=True)
    rule = models.CharField(max_length=20)
    state = models.CharField(max_length=20)
    county_id = models.UUIDField()
    other_county_id = models.UUIDField(null=True)
    trade = models.CharField(max_length=40, blank=True)
    first = models.DateField()
    last = models.DateField()
    cases = models.IntegerField()
    mark = models.IntegerField()
    numbers = models.JSONField()
    subject = models.UUIDField(null=True, help_text="a booking in county_id")
    other_subject = models.UUIDField(null=True, help_text="a booking in other_county_id")
    held = models.BooleanField(default=True)
    closed_mark = models.IntegerField(null=True)
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "-id"], name="alert_of_state"),
            models.Index(fields=["rule", "-id"], name="alert_of_rule"),
            models.Index(fields=["county_id", "-id"], name="alert_of_county"),
            models.Index(
                fields=["other_county_id", "-id"],
                condition=Q(other_county_id__isnull=False),
                name="alert_of_other",
            ),
        ]


class AlertChange(models.Model):
    """Who moved an alert from which state to which, and with what words. Append-only by privilege."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="changes")
    frm = models.CharField(max_length=20, blank=True)
    to = models.CharField(max_length=20)
    actor = models.CharField(max_length=80)
    channel = models.CharField(max_length=10)
    note = models.CharField(max_length=500, blank=True)
    numbers = models.JSONField()
    request_id = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
