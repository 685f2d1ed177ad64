"""What a new county starts with: its first policy row, its insurer's first rate table."""

from __future__ import annotations

from datetime import date, datetime

from tenants import directory
from tenants.contracts import CountyRef
from tenants.county import run_in_county


def seed_all(*, since: date, now: datetime) -> None:
    """Seeds every county that has not been seeded; safe to run again."""
    for county in directory.all_counties(sandbox=True):
        seed_county(county, since=since, now=now)


def seed_county(county: CountyRef, *, since: date, now: datetime) -> None:
    with run_in_county(county):
        pass
