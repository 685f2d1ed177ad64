import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import kernel.ids
from kernel.grants import GrantPublic


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "id",
                    models.UUIDField(
                        default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("phone_sealed", models.TextField()),
                ("phone_index", models.CharField(max_length=64, unique=True)),
                ("phone_verified", models.BooleanField(default=False)),
                ("is_active", models.BooleanField(default=True)),
                (
                    "is_staff_member",
                    models.BooleanField(default=False, help_text="holds a staff role, which asks for TOTP"),
                ),
                ("created_at", models.DateTimeField()),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="Role",
            fields=[
                ("code", models.CharField(max_length=40, primary_key=True, serialize=False)),
                (
                    "level",
                    models.CharField(
                        choices=[("county", "County"), ("city", "City"), ("partner", "Partner")],
                        max_length=10,
                    ),
                ),
                ("staff", models.BooleanField(help_text="its scopes count only after TOTP")),
                ("name", models.CharField(max_length=40)),
                ("name_en", models.CharField(max_length=60)),
            ],
        ),
        migrations.CreateModel(
            name="IdentityAudit",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("actor", models.CharField(max_length=80)),
                ("channel", models.CharField(max_length=10)),
                ("act", models.CharField(max_length=60)),
                ("subject", models.CharField(help_text="a user's id or a client's", max_length=80)),
                ("county_id", models.UUIDField(null=True)),
                ("detail", models.JSONField()),
                ("request_id", models.CharField(blank=True, max_length=64)),
                ("at", models.DateTimeField()),
            ],
            options={"indexes": [models.Index(fields=["subject", "id"], name="identity_audit_subject")]},
        ),
        migrations.CreateModel(
            name="SmsMessage",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("phone_index", models.CharField(max_length=64)),
                ("body_sealed", models.TextField()),
                ("at", models.DateTimeField(db_index=True)),
            ],
            options={"indexes": [models.Index(fields=["phone_index", "id"], name="sms_phone")]},
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("county_id", models.UUIDField(null=True)),
                ("granted_at", models.DateTimeField()),
                ("granted_by", models.CharField(max_length=80)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "role",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.role"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "county_id", "role"), name="membership_once", nulls_distinct=False
                    )
                ]
            },
        ),
        migrations.CreateModel(
            name="RoleScope",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("scope", models.CharField(max_length=40)),
                (
                    "role",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="scopes", to="identity.role"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("role", "scope"), name="role_scope_once")]
            },
        ),
        GrantPublic("identity_user", "SELECT, INSERT, UPDATE", to="identity"),
        GrantPublic("identity_role", "SELECT", to="identity"),
        GrantPublic("identity_rolescope", "SELECT", to="identity"),
        GrantPublic("identity_membership", "SELECT, INSERT, DELETE", to="identity"),
        GrantPublic("identity_identityaudit", "SELECT, INSERT", to="identity"),
        GrantPublic("identity_smsmessage", "SELECT, INSERT, DELETE", to="identity"),
    ]
