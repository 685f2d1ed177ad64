"""After the month: every county signs it, the city accepts, what was signed is what the figures say, and the
month's bulletin is made."""

from __future__ import annotations

import calendar
import time
from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from linggong.commands.demo.http import Body, Wire, ask_graphql
from linggong.commands.demo.market import Market

_ACCEPT = """
mutation Accept($county: String!, $month: String!, $version: Int!) {
  acceptMonth(county: $county, month: $month, version: $version, note: "演示") { state intact }
}
"""
_FIGURES = """
query Month($first: Date!, $last: Date!) {
  figures(first: $first, last: $last, metrics: ["orders_settled", "wages_fen"], groupBy: [COUNTY]) {
    complete rows { county { slug } values { metric value } }
  }
}
"""
_REQUEST = """
mutation Bulletin($month: String!) {
  requestExport(export: {kind: BULLETIN, month: $month, lang: "zh"}) { id }
}
"""
_PATIENCE_SECONDS = 120


def bulletin(console: Console, wire: Wire, token: str, month: date, folder: Path) -> list[str]:
    """Asks for the month's bulletin, waits for it and keeps it in `folder`; why it is not there, if so."""
    made = ask_graphql(wire, token, _REQUEST, {"month": f"{month:%Y-%m}"})["requestExport"]
    address, sent = f"/city/exports/{made['id']}", {"X-Session-Token": token}
    deadline = time.monotonic() + _PATIENCE_SECONDS
    with Progress(console=console, transient=True) as bars:
        bar = bars.add_task("the month's bulletin", total=None)
        while True:
            told = wire.send("GET", address, headers=sent).json()
            bars.update(bar, completed=told["done"], total=told["total"] or None)
            if told["state"] not in ("queued", "running"):
                break
            if time.monotonic() > deadline:
                return [f"the bulletin is still {told['state']} after {_PATIENCE_SECONDS} s"]
            time.sleep(0.3)  # a worker makes it
    if told["fault"] and told["fault"]["code"] == "export_font_missing":
        console.print(f"no bulletin: {told['fault']['en']}", highlight=False)  # the machine's lack, said
        return []
    if told["state"] != "done":
        return [f"the bulletin is {told['state']}: {told['fault']}"]
    answer = wire.send("GET", f"{address}/file", headers=sent)
    if answer.status_code != 200 or not answer.content.startswith(b"%PDF-"):
        return [f"the bulletin's file: {answer.status_code}"]
    kept = folder / f"bulletin-{month:%Y-%m}.pdf"
    kept.write_bytes(answer.content)
    console.print(f"the month's bulletin: {kept}", highlight=False)
    return []


def sign_off(console: Console, wire: Wire, token: str, markets: Iterable[Market], month: date) -> list[str]:
    """Signs and accepts the calendar month that begins on `month` in each county; the differences between
    what was signed and what the city's figures say for it."""
    listed = list(markets)
    said = _figures(wire, token, month)
    faults = []
    for market in listed:
        name = f"{month:%Y-%m}"
        read = market.admin.get(f"months/{name}")
        signed = market.admin.post(f"months/{name}/sign", {"digest": read["digest"]})
        kept = ask_graphql(
            wire, token, _ACCEPT, {"county": market.slug, "month": name, "version": signed["number"]}
        )["acceptMonth"]
        if kept != {"state": "ACCEPTED", "intact": True}:
            faults.append(f"{market.slug}: the city's acceptance reads {kept}")
        sums = _sums(read["figures"])
        faults += [
            f"{market.slug}: {metric} signed as {sums[metric]}, the city's figures say {value}"
            for metric, value in said.get(market.slug, {}).items()
            if sums[metric] != value
        ]
    if not faults:
        console.print(
            f"{month:%B %Y}: signed by {len(listed)} counties, accepted by the city; what was signed is "
            "what the figures say",
            highlight=False,
        )
    return faults


def _sums(figures: Iterable[Body]) -> Counter[str]:
    found: Counter[str] = Counter()
    for line in figures:
        found[line["metric"]] += line["value"]
    return found


def _figures(wire: Wire, token: str, month: date) -> dict[str, dict[str, Any]]:
    last = month.replace(day=calendar.monthrange(month.year, month.month)[1])
    answer = ask_graphql(wire, token, _FIGURES, {"first": month.isoformat(), "last": last.isoformat()})[
        "figures"
    ]
    return {
        row["county"]["slug"]: {value["metric"]: value["value"] or 0 for value in row["values"]}
        for row in answer["rows"]
    }
