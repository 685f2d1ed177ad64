"""`linggong rates verify`: every rate table's digest and every quote ever given, worked out anew."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.progress import track
from rich.table import Table

from compliance.rates.selectors import tables, unequal_quotes
from tenants import directory
from tenants.contracts import CountyRef
from tenants.county import run_in_county


def verify_one(county: CountyRef) -> tuple[int, int, list[str]]:
    """How many tables and quotes a county has, and what is wrong with any of them. Quotes are read in
    pages, a short transaction each."""
    with run_in_county(county):
        versions = tables()
    problems = [
        f"{table.product} version {table.version}: its document is not the one that was drafted"
        for table in versions
        if not table.intact
    ]
    quotes, last = 0, None
    while True:
        with run_in_county(county):
            unequal, seen, last = unequal_quotes(after=last)
        quotes += seen
        problems += [f"quote {quote_id}: does not replay to what was given" for quote_id in unequal]
        if last is None:
            return len(versions), quotes, problems


def verify(slug: str) -> int:
    """Prints a row a county and every problem in words; 0 when there is none, else 1."""
    counties = [directory.by_slug(slug)] if slug else directory.all_counties(sandbox=True)
    console = Console()
    shown = Table("county", "tables", "quotes", "problems", title="Rates verification")
    problems: list[str] = []
    for county in track(counties, description="replaying", disable=not sys.stdout.isatty()):
        versions, quotes, found = verify_one(county)
        shown.add_row(f"{county.slug} {county.name}", str(versions), str(quotes), str(len(found)))
        problems += [f"{county.slug}: {problem}" for problem in found]
    console.print(shown)
    for problem in problems:
        console.print(problem, style="red")
    return 1 if problems else 0
