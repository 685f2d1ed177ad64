"""Writing the county snapshot: migrations run once on a throw-away server, then pg_dump."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from linggong.embedded import Servers
from linggong.site import embedded_env
from tenants.bootstrap import bootstrap


def write_snapshot() -> str:
    """Builds one county by migrations and writes the snapshot. Returns what it did in words."""
    with tempfile.TemporaryDirectory(prefix="lgs-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with Servers(Path(folder) / "d", fsync=False) as at:
            superuser = {"host": at.pg_host, "port": at.pg_port, "user": at.pg_superuser}
            bootstrap(superuser=superuser, database="linggong", prefix="lg", passwords={})
            private = Path(folder) / "private"
            private.mkdir(mode=0o700)
            done = subprocess.run(
                [sys.executable, "-m", "linggong.commands.snapshot"],
                env={
                    **os.environ,
                    **embedded_env(at, folder=private),
                    "DJANGO_SETTINGS_MODULE": "linggong.settings.owner",
                },
                check=True,
                capture_output=True,
                text=True,
            )
    return done.stdout.strip()


def _build_and_dump() -> None:
    import django

    django.setup()
    from tenants import snapshot

    text = built_by_migrations()
    snapshot.FILE.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{snapshot.FILE.name}: {text.count('CREATE TABLE')} tables, {len(text) // 1024} KB\n")


def built_by_migrations(code: str = "990001") -> str:
    """Opens a county by its migrations, as the owner, and returns it as snapshot text."""
    from datetime import UTC, date, datetime

    from linggong.dump import dump_schema
    from tenants import snapshot
    from tenants.migrate import applied_in, migrate_county, migrate_public
    from tenants.provision import CountySpec, provision, seed_public

    migrate_public()
    now = datetime.now(UTC)
    spec = CountySpec(code, f"s{code}", "快照", "Snapshot", 1, 1, sandbox=True)
    provision(spec, city=seed_public(now=now), now=now, since=date(2025, 4, 1), sql="")
    migrate_county(spec.schema)
    applied = sorted(applied_in(spec.schema))
    return snapshot.from_dump(dump_schema(spec.schema), schema=spec.schema, applied=applied)


if __name__ == "__main__":
    _build_and_dump()
