"""What a new site starts with: its sample insurers, each county's first policy row and rate table."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings

from compliance.insurance.seed import seed as seed_insurance
from compliance.rates.seed import seed as seed_rates
from kernel.actor import SYSTEM
from tenants import directory
from tenants.contracts import CountyRef
from tenants.county import run_in_county
from tenants.models import County
from tenants.partners.seed import seed_insurers
from tenants.policy.seed import seed as seed_policy


def seed_all(*, since: date, now: datetime) -> None:
    """Registers a sandbox's sample insurers, and seeds every county that has not been seeded; safe to run
    again."""
    seed_insurers(sandbox=settings.LINGGONG_SANDBOX, now=now)
    wages = {row["id"]: row for row in County.objects.values("id", "min_wage_month_fen", "min_wage_hour_fen")}
    for county in directory.working():
        floors = wages[county.id]
        seed_county(
            county,
            min_wage_month_fen=floors["min_wage_month_fen"],
            min_wage_hour_fen=floors["min_wage_hour_fen"],
            since=since,
            now=now,
        )


def seed_county(
    county: CountyRef, *, min_wage_month_fen: int, min_wage_hour_fen: int, since: date, now: datetime
) -> None:
    with run_in_county(county):
        seed_policy(
            min_wage_month_fen=min_wage_month_fen, min_wage_hour_fen=min_wage_hour_fen, since=since, now=now
        )
        seed_rates(since=since, now=now, actor=SYSTEM)
        if settings.LINGGONG_SANDBOX:
            seed_insurance(now=now, actor=SYSTEM)
