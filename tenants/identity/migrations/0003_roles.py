"""Loads the roles. Later changes of the data file are loaded by `seed_roles`."""

from django.db import migrations

from tenants.identity.roles import load_roles


def load(apps, schema_editor):
    load_roles(
        role_model=apps.get_model("identity", "Role"), scope_model=apps.get_model("identity", "RoleScope")
    )


class Migration(migrations.Migration):
    dependencies = [("identity", "0002_clients_and_grants")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop, elidable=False)]
