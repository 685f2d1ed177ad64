"""PostgreSQL and Valkey for one test run, and the database that every worker gets a copy of.

The first process starts the servers, builds the template as the owner in a process of its own, and
hands the addresses to the workers through the environment.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from kernel.crypto import generate_keys
from linggong.embedded import Servers
from tenants.bootstrap import bootstrap

PREFIX = "lgtest"
TEMPLATE = "lgtest_template"
CHECKOUT = Path(__file__).resolve().parents[2]


class TestServers:
    """Started once in the controlling process; `stop` ends both servers and removes their folder."""

    __test__ = False

    def __init__(self) -> None:
        # Not below the checkout: as root the servers drop to a user who may not enter it.
        self._folder = tempfile.TemporaryDirectory(prefix="lgt-", ignore_cleanup_errors=True)
        Path(self._folder.name).chmod(0o755)
        self._servers = Servers(Path(self._folder.name) / "d", fsync=False)

    def start(self) -> None:
        at = self._servers.start()
        keys = Path(self._folder.name) / "keys.json"
        keys.write_text(json.dumps(generate_keys()))
        os.environ.update(
            LINGGONG_DB_HOST=str(at.pg_host),
            LINGGONG_DB_PORT=str(at.pg_port),
            LINGGONG_DB_NAME=TEMPLATE,
            LINGGONG_DB_ROLE_PREFIX=PREFIX,
            LINGGONG_BROKER_URL=at.broker_url,
            LINGGONG_CACHE_URL=at.cache_url,
            LINGGONG_KEYS_FILE=str(keys),
            LINGGONG_FILES_ROOT=str(Path(self._folder.name) / "files"),
            LINGGONG_MARKET_CLOCK="1",
            LINGGONG_SANDBOX="1",
            LINGGONG_TEST_SUPERUSER=at.pg_superuser,
        )
        bootstrap(superuser=superuser(), database=TEMPLATE, prefix=PREFIX, passwords={})
        for step, settings in (("tables", "owner"), ("seeds", "site")):
            subprocess.run(
                [sys.executable, "-m", "tests.harness.template", step],
                cwd=CHECKOUT,
                check=True,
                env={**os.environ, "DJANGO_SETTINGS_MODULE": f"linggong.settings.{settings}"},
            )

    def stop(self) -> None:
        self._servers.stop()
        self._folder.cleanup()


def superuser() -> dict[str, Any]:
    """Connection parameters of the test server's superuser."""
    return {
        "host": os.environ["LINGGONG_DB_HOST"],
        "port": int(os.environ["LINGGONG_DB_PORT"]),
        "user": os.environ["LINGGONG_TEST_SUPERUSER"],
    }


def clone(name: str) -> None:
    """Makes this worker's own copy of the template."""
    with psycopg.connect(**superuser(), dbname="postgres", autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(1)")  # a template must have no second reader meanwhile
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        server.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(f"{PREFIX}_owner"), sql.Identifier(TEMPLATE)
            )
        )
        server.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
        server.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
                sql.Identifier(name),
                sql.SQL(", ").join(
                    sql.Identifier(f"{PREFIX}_{login}")
                    for login in ("owner", "county", "identity", "city", "folder")
                ),
            )
        )
