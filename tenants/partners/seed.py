"""The insurers of a sandbox: one in the house and two samples that speak over HTTP."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

from kernel.actor import SYSTEM
from tenants.partners.contracts import SANDBOX_INSURER
from tenants.partners.models import Insurer
from tenants.partners.use_cases.register_insurer import register_insurer

DATA = Path(__file__).with_name("data") / "sample_insurers.csv"


def seed_insurers(*, sandbox: bool, now: datetime) -> None:
    """Registers the sample insurers of a sandbox site. Safe to run again: known ones are left alone.

    Elsewhere only the insurer in the house is there, suspended, since counties' first sample rates name it.
    """
    known = set(Insurer.objects.values_list("code", flat=True))
    with DATA.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["code"] not in known and (sandbox or row["code"] == SANDBOX_INSURER):
                register_insurer(**row, active=sandbox, actor=SYSTEM, now=now)
