"""Bringing the public schema and every county up to date, as the owner."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from tenants.models import County


def migrate_public() -> None:
    call_command("migrate_schemas", shared=True, interactive=False, verbosity=0)


def migrate_county(schema: str) -> None:
    """Runs the migrations in one county's schema, which exists."""
    call_command("migrate_schemas", schema_name=schema, interactive=False, verbosity=0)


def applied_in(schema: str) -> set[tuple[str, str]]:
    """(app, migration) pairs recorded in a county's schema."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f"{schema}.django_migrations"])
        row = cursor.fetchone()
        if not row or not row[0]:
            return set()
        cursor.execute(f'SELECT app, name FROM "{schema}".django_migrations ORDER BY id')  # noqa: S608  # our own schema name
        return set(cursor.fetchall())


def wanted() -> set[tuple[str, str]]:
    """Migrations on disk that a county must have."""
    labels = {name.rsplit(".", 1)[-1] for name in settings.TENANT_APPS}
    return {key for key in MigrationLoader(None).disk_migrations if key[0] in labels}


def migrate_all(*, say: Callable[[str], object]) -> int:
    """Public first, then each county that is behind. Returns how many counties were changed."""
    migrate_public()
    say("public: up to date")
    need, changed = wanted(), 0
    for county in County.objects.order_by("schema_name"):
        if need <= applied_in(county.schema_name):
            continue
        migrate_county(county.schema_name)
        changed += 1
        say(f"{county.slug}: migrated")
    say(f"{changed} counties migrated")
    return changed
