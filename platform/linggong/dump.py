"""`pg_dump` of one county's schema, for the snapshot."""

from __future__ import annotations

import subprocess

from django.db import connection

from linggong.embedded.programs import installed


def dump_schema(schema: str) -> str:
    """The schema's definition with its grants, without owners. Needs pg_dump of the embedded part."""
    at = connection.settings_dict
    return subprocess.run(
        [
            str(installed().initdb.with_name("pg_dump")),
            "--schema-only",
            "--no-owner",
            f"--schema={schema}",
            f"--host={at['HOST']}",
            f"--port={at['PORT']}",
            f"--username={at['USER']}",
            at["NAME"],
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
