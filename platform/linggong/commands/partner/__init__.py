"""`linggong partner check URL`: runs docs/partners.md against an insurer's endpoint and prints a table."""

from __future__ import annotations

import json
import re
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from linggong.commands.partner import checks, event_checks
from linggong.commands.partner.door import Door
from linggong.commands.partner.peer import Options, Peer
from linggong.commands.partner.run import CHECKS, Outcome, Run, run_all

SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{32,88}={0,2}")
COLOURS = {"ok": "green", "FAILED": "bold red", "skipped": "yellow"}

__all__ = [
    "CHECKS",
    "Options",
    "check_partner",
    "checks",
    "event_checks",
    "read_terms",
    "show",
    "wrong_options",
]


def check_partner(options: Options) -> list[Outcome]:
    """Runs all checks. Needs no database: the check is an outsider to the site."""
    peer = Peer(options)
    door = Door(options) if options.door_port is not None else None
    try:
        return run_all(Run(options, peer, door))
    finally:
        peer.close()
        if door is not None:
            door.close()


def read_terms(given: list[str]) -> dict[str, Any]:
    """`["premium_fen=500", 'product="x"']` as members; ValueError when one is not NAME=JSON."""
    terms: dict[str, Any] = {}
    for one in given:
        name, _, value = one.partition("=")
        try:
            terms[name] = json.loads(value)
        except ValueError:
            raise ValueError(f"{one}: write NAME=JSON, such as 'product=\"job\"'") from None
    return terms


def wrong_options(options: Options) -> str:
    """What does not fit together, in words, or ''."""
    for name in ("secret", "old_secret", "events_secret", "inbound_secret"):
        value = getattr(options, name)
        if value and not SECRET.fullmatch(value):
            return f"{name}: whsec_ and base64 of 24 to 64 bytes"
    if bool(options.events_url) != bool(options.events_secret):
        return "--events and --events-secret go together"
    if (options.door_port is None) != (not options.inbound_secret):
        return "--door and --inbound-secret go together"
    return ""


def show(outcomes: list[Outcome]) -> int:
    """Prints a row a check with the reason; 0 when none failed, else 1."""
    table = Table("", "§", "check", "outcome", "remark", title="Contract 1 (docs/partners.md)")
    for number, one in enumerate(outcomes, start=1):
        colour = COLOURS[one.state]
        table.add_row(
            str(number), one.section, one.title, f"[{colour}]{one.state}[/{colour}]", escape(one.remark)
        )
    console = Console()
    console.print(table)
    count = {state: sum(one.state == state for one in outcomes) for state in COLOURS}
    console.print(
        f"{len(outcomes)} checks: {count['ok']} ok, {count['FAILED']} failed, {count['skipped']} skipped",
        highlight=False,
    )
    return 1 if count["FAILED"] else 0
