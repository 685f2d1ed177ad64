"""The committed snapshot equals what the migrations build."""

from __future__ import annotations

import os
import subprocess
import sys

from tenants import snapshot
from tests.harness.servers import CHECKOUT, clone

_BUILD = (
    "import django; django.setup(); "
    "from linggong.commands.snapshot import built_by_migrations; "
    "import sys; sys.stdout.write(built_by_migrations('990002'))"
)


def test_snapshot_is_what_the_migrations_build(database: str) -> None:
    clone("lgtest_snapshot")
    built = subprocess.run(
        [sys.executable, "-c", _BUILD],
        cwd=CHECKOUT,
        env={
            **os.environ,
            "LINGGONG_DB_NAME": "lgtest_snapshot",
            "DJANGO_SETTINGS_MODULE": "linggong.settings.owner",
        },
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    committed = snapshot.FILE.read_text(encoding="utf-8")
    assert snapshot.is_fresh(committed), "a migration changed: run `linggong county snapshot`"
    assert built == committed
