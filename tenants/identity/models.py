"""Who may log in, and what they may do where. Public tables, reached by the `identity` login alone.

A phone is not a person: two workers may share one, and then they share a login. The person (name, ID
number) is a row of `compliance.people` in each county, which names its login by a plain uuid.
"""

from __future__ import annotations

from typing import ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from oauth2_provider.models import Application

from kernel.ids import uuid7


class User(AbstractBaseUser):
    """One login for the whole city: a phone that receives codes. Nobody has a password."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    phone_sealed = models.TextField()
    phone_index = models.CharField(max_length=64, unique=True)
    phone_verified = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    is_staff_member = models.BooleanField(default=False, help_text="holds a staff role, which asks for TOTP")
    created_at = models.DateTimeField()

    objects: ClassVar[BaseUserManager[Self]] = BaseUserManager()

    USERNAME_FIELD = "id"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return str(self.id)


class Role(models.Model):
    """A role as data; `tenants/identity/data/roles.csv` is loaded into these two tables."""

    class Level(models.TextChoices):
        COUNTY = "county"
        CITY = "city"
        PARTNER = "partner"

    code = models.CharField(max_length=40, primary_key=True)
    level = models.CharField(max_length=10, choices=Level.choices)
    staff = models.BooleanField(help_text="its scopes count only after TOTP")
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)


class RoleScope(models.Model):
    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="scopes")
    scope = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["role", "scope"], name="role_scope_once")]


class Membership(models.Model):
    """A person's role in one county, or in the city where `county_id` is null."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    county_id = models.UUIDField(null=True)
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()
    granted_by = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "county_id", "role"], name="membership_once", nulls_distinct=False
            )
        ]


class ApiClientBinding(models.Model):
    """Binds a machine client, and so each of its tokens, to one county and a list of scopes; a client of
    an insurer also to that insurer (`partner`, its code)."""

    application = models.OneToOneField(
        Application, on_delete=models.CASCADE, related_name="binding", primary_key=True
    )
    county_id = models.UUIDField(db_index=True)
    scopes = models.TextField(help_text="separated by spaces")
    partner = models.CharField(max_length=40, blank=True, default="", help_text="an insurer's code, or empty")
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=80)


class SmsMessage(models.Model):
    """A message that the sandbox shows instead of sending. Empty wherever real senders are used."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    phone_index = models.CharField(max_length=64)
    body_sealed = models.TextField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["phone_index", "id"], name="sms_phone")]


class IdentityAudit(models.Model):
    """Who changed an identity or its rights. Append-only by privilege."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    actor = models.CharField(max_length=80)
    channel = models.CharField(max_length=10)
    act = models.CharField(max_length=60)
    subject = models.CharField(max_length=80, help_text="a user's id or a client's")
    county_id = models.UUIDField(null=True)
    detail = models.JSONField()
    request_id = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["subject", "id"], name="identity_audit_subject")]
