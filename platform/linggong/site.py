"""A whole site on one machine: servers, tables, counties, and then web, worker, sender, beat and operations.

Each step that needs other rights runs in a process of its own: no process that serves requests or runs
timers holds the owner's login. The one that does, `linggong operations`, listens to nobody: it reads what
was asked for from a table and opens counties.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from kernel.crypto import generate_keys
from linggong.embedded import Child, Endpoints, Servers
from tenants.bootstrap import bootstrap

DATABASE = "linggong"
HOST = "127.0.0.1"
SAMPLE_COUNTY = "jiangle"  # where sample logins and the demonstration live


@dataclass(frozen=True, slots=True)
class Site:
    """Where a prepared site answers, and the environment its processes run in."""

    address: str
    env: Mapping[str, str]

    def children(self, *, web_workers: int = 2) -> list[Child]:
        """Web, worker, sender of webhooks, beat, and the owner's process for operations on counties, in the
        order in which they start."""
        command = [sys.executable, "-m", "linggong.cli"]
        port = self.address.rsplit(":", 1)[1]
        return [
            Child(
                "web",
                [*command, "serve", "--bind", f"{HOST}:{port}", "--workers", str(web_workers)],
                env=self.env,
                ready=self.ready,
            ),
            Child("worker", [*command, "worker"], env=self.env),
            Child("sender", [*command, "deliver"], env=self.env),
            Child("beat", [*command, "beat"], env=self.env),
            Child("operations", [*command, "operations"], env=self.env),
        ]

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/readyz", timeout=2) as answer:  # noqa: S310  # our own address
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


def embedded_env(at: Endpoints, *, folder: Path, database: str = DATABASE) -> dict[str, str]:
    """Environment of a sandbox site on the embedded servers. Keys are made at the first start."""
    return {
        **os.environ,
        "LINGGONG_ENV": "development",
        "LINGGONG_SECRET_KEY": _kept(folder / "secret", lambda: secrets.token_urlsafe(64)),
        "LINGGONG_DB_HOST": str(at.pg_host),
        "LINGGONG_DB_PORT": str(at.pg_port),
        "LINGGONG_DB_NAME": database,
        "LINGGONG_BROKER_URL": at.broker_url,
        "LINGGONG_CACHE_URL": at.cache_url,
        "LINGGONG_KEYS_FILE": str(_keys_file(folder)),
        "LINGGONG_FILES_ROOT": str(folder / "files"),
        "LINGGONG_MARKET_CLOCK": "1",
        "LINGGONG_SANDBOX": "1",
        "LINGGONG_EGRESS_ALLOW": os.environ.get("LINGGONG_EGRESS_ALLOW", "127.0.0.1,::1"),
    }


def prepare(servers: Servers, *, port: int, say: Callable[[str], object], fresh: bool = False) -> Site:
    """Starts the servers and brings the database, its tables and the counties up to date.

    `fresh` drops the database first. Every step is safe to run again.
    """
    at = servers.start()
    superuser = {"host": at.pg_host, "port": at.pg_port, "user": at.pg_superuser}
    if fresh:
        _drop(superuser)
    bootstrap(superuser=superuser, database=DATABASE, prefix="lg", passwords={})
    private = servers.root / "private"
    private.mkdir(mode=0o700, exist_ok=True)
    env = embedded_env(at, folder=private)
    say("PostgreSQL and Valkey are up")
    open_counties(env, say=say)
    return Site(address=f"http://{HOST}:{port}", env=env)


def open_counties(env: Mapping[str, str], *, say: Callable[[str], object]) -> None:
    """Tables and counties as the owner, then seeds as the site would write them."""
    for step, told in (
        ("migrate", "tables are up to date"),
        ("open", "counties are open"),
        ("seed", "seeded"),
    ):
        subprocess.run(
            [sys.executable, "-m", "linggong.cli", *(["county", step] if step != "migrate" else [step])],
            env={**env},
            check=True,
            stdout=subprocess.DEVNULL,
        )
        say(told)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _drop(superuser: Mapping[str, object]) -> None:
    with psycopg.connect(**superuser, dbname="postgres", autocommit=True) as server:  # type: ignore[arg-type]  # plain mapping
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DATABASE)))


def _kept(path: Path, make: Callable[[], str]) -> str:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(make(), encoding="utf-8")
    return path.read_text(encoding="utf-8")


def _keys_file(folder: Path) -> Path:
    path = folder / "keys.json"
    _kept(path, lambda: json.dumps(generate_keys()))
    return path
