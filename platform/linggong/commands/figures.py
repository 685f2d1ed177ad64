"""`linggong figures check`: rollups against a full recount of the facts."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.progress import track
from rich.table import Table

from reporting.recount import check_county
from tenants import directory


def check() -> int:
    """A row a county; 0 when every rollup equals its recount, else 1."""
    console = Console()
    table = Table("county", "facts", "waiting", "figures", "differing", title="Figures against facts")
    problems: list[str] = []
    counties = directory.all_counties(sandbox=True)
    for county in track(counties, description="recounting", disable=not sys.stdout.isatty()):
        found = check_county(county)
        table.add_row(
            county.slug, str(found.facts), str(found.waiting), str(found.figures), str(found.differing)
        )
        problems += [f"{county.slug}: {problem}" for problem in found.problems]
    console.print(table)
    for problem in problems:
        console.print(problem, style="red")
    return 1 if problems else 0
