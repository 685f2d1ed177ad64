"""`linggong figures …`: rollups against a full recount of the facts, and made anew from them."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.progress import track
from rich.table import Table

from reporting.city_folder import fold_city_all
from reporting.city_recount import check_city, repair_city
from reporting.recount import check_county, rebuild_county
from tenants import directory


def check() -> int:
    """A row a county, and one line for the city's own sums; 0 when all equal their recount, else 1."""
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
    city = check_city()
    console.print(f"the city's own sums: {city.figures} figures, {city.differing} differing")
    problems += [f"city: {problem}" for problem in city.problems]
    for problem in problems:
        console.print(problem, style="red")
    return 1 if problems else 0


def rebuild(slug: str | None) -> int:
    """Makes the figures of a county, or of all, anew from their facts, and mends the city's own sums."""
    console = Console()
    counties = [directory.by_slug(slug)] if slug else directory.all_counties(sandbox=True)
    facts = 0
    for county in track(counties, description="rebuilding", disable=not sys.stdout.isatty()):
        facts += rebuild_county(county)
    merged, mended = fold_city_all(), repair_city()
    console.print(f"{facts} facts counted anew, {merged} changes merged, {mended} of the city's sums mended")
    return 0
