"""`linggong up`: a whole sandbox site in one terminal."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from rich.console import Console

from linggong.embedded import Servers, Supervisor
from linggong.site import SAMPLE_COUNTY as COUNTY
from linggong.site import Site, prepare


def run_up(*, port: int, data: Path | None) -> int:
    """Starts everything, prints one address and one login per kind of user, and stays until Ctrl-C."""
    console = Console()
    servers = Servers(data)
    try:
        site = prepare(servers, port=port, say=lambda told: console.print(f"  {told}"))
        logins = _logins(site, servers.root / "private" / "logins.json")
        supervisor = Supervisor(site.children(), servers=servers)
        return supervisor.run(on_ready=lambda: _greet(console, site, logins))
    finally:
        servers.stop()


def _logins(site: Site, file: Path) -> list[dict[str, str]]:
    """In a process of its own, since it acts with the site's logins."""
    subprocess.run([sys.executable, "-m", "linggong.cli", "logins", str(file)], env={**site.env}, check=True)
    made: list[dict[str, str]] = json.loads(file.read_text(encoding="utf-8"))
    return made


def _greet(console: Console, site: Site, logins: list[dict[str, str]]) -> None:
    """Plain lines rather than a table: a secret or an address cut short is of no use."""

    def say(line: str) -> None:
        console.print(line, highlight=False, soft_wrap=True)

    say(f"[bold]Linggong is up: {site.address}[/bold]")
    for login in logins:
        say(f"  {login['role']:20} {login['phone']}  {login['name']}")
        if login["totp"]:
            say(f"{'':23}one-time password: .venv/bin/linggong totp {login['totp']}")
    base = f"{site.address}/{COUNTY}/api/v1"
    say(f"  REST of {COUNTY} county   {base}/docs")
    say(f"  The city's dashboard     {site.address}/city/")
    say(f"  GraphQL of the city      {site.address}/graphql/")
    say(f"  login codes (sandbox)    {base}/sandbox/sms?phone=13800000001")
    say('  how to log in and post an order with curl: README.md, "Call it with curl"')
    say("  Ctrl-C stops everything")
