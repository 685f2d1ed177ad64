"""The county schema as one SQL text, replayed to open a county.

`county.sql` is written by `linggong county snapshot` from a schema that the migrations built, with
`{schema}`, `{role}` and `{folder}` in place of names. A test keeps it equal to the migrations.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from django.apps import apps
from django.conf import settings

from kernel.grants import county_role, role

FILE = Path(__file__).with_name("county.sql")
_NOISE = re.compile(r"^(\\|SET |SELECT pg_catalog\.set_config|--|CREATE SCHEMA |$)")


def sources_hash() -> str:
    """A digest of every county migration; a snapshot with another digest is out of date."""
    digest = hashlib.sha256()
    labels = {config.name: config for config in apps.get_app_configs()}
    for name in settings.TENANT_APPS:
        for path in sorted((Path(labels[name].path) / "migrations").glob("0*.py")):
            digest.update(f"{name}/{path.name}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def is_fresh(text: str) -> bool:
    return text.startswith(f"-- {sources_hash()}\n")


def from_dump(dump: str, *, schema: str, applied: list[tuple[str, str]]) -> str:
    """Turns `pg_dump --schema-only` of one county into the snapshot text."""
    body = _without_noise(dump)
    for name, placeholder in ((county_role(schema), "role"), (role("folder"), "folder"), (schema, "schema")):
        body = re.sub(rf"\b{re.escape(name)}\b", "{" + placeholder + "}", body)
    rows = ",\n".join(f"    ('{app}', '{name}', now())" for app, name in applied)
    return (
        f"-- {sources_hash()}\n{body}\n"
        f"INSERT INTO {{schema}}.django_migrations (app, name, applied) VALUES\n{rows};\n"
    )


def for_county(text: str, *, schema: str) -> str:
    """The SQL that makes one county's tables, in a schema that exists."""
    names = {"schema": schema, "role": county_role(schema), "folder": role("folder")}
    for placeholder, name in names.items():
        text = text.replace("{" + placeholder + "}", name)
    return text


def _without_noise(dump: str) -> str:
    """Drops session settings, comments and psql commands, but nothing inside a function body."""
    kept, quote = [], None
    for line in dump.splitlines():
        if quote is None and _NOISE.match(line):
            continue
        kept.append(line)
        for mark in re.findall(r"\$\w*\$", line):
            quote = None if quote == mark else (quote or mark)
    return "\n".join(kept)
