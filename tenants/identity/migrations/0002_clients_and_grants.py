"""The binding of machine clients, and the `identity` login's rights on tables of the libraries."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from kernel.grants import GrantModels, GrantPublic


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0001_initial"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("oauth2_provider", "0022_refreshtoken_token_family_index"),
        ("sessions", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiClientBinding",
            fields=[
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="binding",
                        serialize=False,
                        to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
                    ),
                ),
                ("county_id", models.UUIDField(db_index=True)),
                ("scopes", models.TextField(help_text="separated by spaces")),
                ("created_at", models.DateTimeField()),
                ("created_by", models.CharField(max_length=80)),
            ],
        ),
        GrantPublic("identity_apiclientbinding", "SELECT, INSERT, DELETE", to="identity"),
        GrantModels(
            "identity",
            "account_emailaddress",
            "account_emailconfirmation",
            "auth_group",
            "auth_group_permissions",
            "auth_permission",
            "django_content_type",
            "django_session",
            "mfa_authenticator",
            "oauth2_provider_accesstoken",
            "oauth2_provider_application",
            "oauth2_provider_devicegrant",
            "oauth2_provider_grant",
            "oauth2_provider_idtoken",
            "oauth2_provider_refreshtoken",
        ),
    ]
