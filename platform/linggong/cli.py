"""`linggong`: every command of the platform. Heavy imports stay inside the commands they serve."""

from __future__ import annotations

import os
import sys

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Linggong, a public casual-work market.")
county_app = typer.Typer(no_args_is_help=True, help="Counties: add, list, snapshot.")
app.add_typer(county_app, name="county")


def use(settings: str) -> None:
    """Loads Django with the given settings; each process serves under exactly one set of logins."""
    os.environ["DJANGO_SETTINGS_MODULE"] = f"linggong.settings.{settings}"
    import django

    django.setup()


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def manage(context: typer.Context) -> None:
    """Django's own commands, as the owner of the tables."""
    use("owner")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["linggong manage", *context.args])


@app.command()
def migrate() -> None:
    """Brings the public schema and every county up to date."""
    use("owner")
    from tenants.migrate import migrate_all

    migrate_all(say=typer.echo)


def main() -> None:
    app()


if __name__ == "__main__":
    sys.exit(main())
