"""People of one county. What identifies a person is sealed; the index beside it finds it again (PIPL)."""

from __future__ import annotations

from django.db import models

from kernel.db import CountyModel


class Worker(CountyModel):
    """A real-name registration. `identity_id` is the login that acts for this person, if any: two
    workers may share one, because a family may share a phone."""

    name_sealed = models.TextField()
    id_number_sealed = models.TextField()
    id_number_index = models.CharField(max_length=64, unique=True)
    phone_sealed = models.TextField()
    phone_index = models.CharField(max_length=64, db_index=True)
    birth_date = models.DateField()
    sex = models.CharField(max_length=6)
    division = models.CharField(max_length=6, help_text="of the ID number; may be retired since")
    person_key = models.CharField(max_length=32)
    identity_id = models.UUIDField(null=True, db_index=True)
    registered_at = models.DateTimeField()
    registered_by = models.CharField(max_length=80)
    channel = models.CharField(max_length=10)


class WorkerTrade(CountyModel):
    """A trade of the city's catalogue that the worker can do, wants to do, or both."""

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="trades")
    trade = models.CharField(max_length=40)
    can_do = models.BooleanField()
    want_to_do = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["worker", "trade"], name="worker_trade_once"),
            models.CheckConstraint(
                condition=models.Q(can_do=True) | models.Q(want_to_do=True), name="worker_trade_means"
            ),
        ]
        indexes = [models.Index(fields=["trade", "worker"], name="worker_trade_find")]


class Employer(CountyModel):
    """A person who hires, by ID number, or a company or other body, by credit code (GB 32100)."""

    class Kind(models.TextChoices):
        PERSON = "person"
        COMPANY = "company"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    display_name = models.CharField(max_length=60)
    contact_name_sealed = models.TextField()
    id_number_sealed = models.TextField(blank=True)
    id_number_index = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001  # null: a company has none
    credit_code = models.CharField(max_length=18, null=True, unique=True)  # noqa: DJ001  # null: a person has none
    phone_sealed = models.TextField()
    phone_index = models.CharField(max_length=64, db_index=True)
    person_key = models.CharField(max_length=32)
    registered_at = models.DateTimeField()
    registered_by = models.CharField(max_length=80)
    channel = models.CharField(max_length=10)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="person", id_number_index__isnull=False, credit_code__isnull=True)
                | models.Q(kind="company", id_number_index__isnull=True, credit_code__isnull=False),
                name="employer_is_one_kind",
            )
        ]


class EmployerUser(CountyModel):
    """A login that acts for an employer, and how far."""

    class Duty(models.TextChoices):
        OWNER = "owner"
        FOREMAN = "foreman"

    employer = models.ForeignKey(Employer, on_delete=models.CASCADE, related_name="users")
    identity_id = models.UUIDField(db_index=True)
    duty = models.CharField(max_length=10, choices=Duty.choices)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["employer", "identity_id"], name="employer_user_once")]


class Consent(CountyModel):
    """What a person agreed to or took back, when, and through which channel (PIPL, articles 13 to 15):
    the privacy notice in a version, and apart from it (articles 23 and 29) that name and ID number go to
    an insurer that is asked for cover. Append-only; the newest row of a purpose counts."""

    subject = models.UUIDField(db_index=True)
    purpose = models.CharField(max_length=12, default="privacy")
    given = models.BooleanField(default=True)
    version = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    channel = models.CharField(max_length=10)
