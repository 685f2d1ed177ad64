"""`linggong ledger verify`: every account of every county, recomputed."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.progress import track
from rich.table import Table

from kernel.money import yuan
from ledger.verify import VerifyReport
from orders.verify import verify_money
from tenants import directory
from tenants.contracts import CountyRef
from tenants.county import run_in_county


def verify_one(county: CountyRef) -> VerifyReport:
    """Stored = recomputed, sum of all = 0, escrow = 0 once settled, every fen of the cover fund explained;
    in one read of one county."""
    with run_in_county(county):
        return verify_money()


def verify(slug: str) -> int:
    """Prints a row a county and every problem in words; 0 when there is none, else 1."""
    counties = [directory.by_slug(slug)] if slug else directory.all_counties(sandbox=True)
    console = Console()
    table = Table("county", "accounts", "transfers", "sum (yuan)", "problems", title="Ledger verification")
    problems: list[str] = []
    for county in track(counties, description="verifying", disable=not sys.stdout.isatty()):
        report = verify_one(county)
        table.add_row(
            f"{county.slug} {county.name}",
            str(report.accounts),
            str(report.transfers),
            yuan(report.sum_fen),
            str(len(report.problems)),
        )
        problems += [f"{county.slug}: {problem}" for problem in report.problems]
    console.print(table)
    for problem in problems:
        console.print(problem, style="red")
    return 1 if problems else 0
