"""provision: seconds to open a county, and whether the thousandth takes longer than the tenth."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, date, datetime

from benchmarks.figure import Figure, p95, rounded
from benchmarks.ground import site, use

COUNTIES = 1_000


def run() -> list[Figure]:
    with site() as env:
        use(env, "owner")
        seconds = _open_many()
    early, late = statistics.median(seconds[5:25]), statistics.median(seconds[-20:])
    return [
        Figure(
            "provision",
            rounded(p95(seconds)),
            0.5,
            "lower",
            "the bar itself, in seconds",
            rounded(p95(seconds)),
            "s p95",
            len(seconds),
        ),
        Figure(
            "provision",
            rounded(late / early),
            1.2,
            "lower",
            "the same at 10 counties",
            rounded(late),
            "s at 1,000",
            len(seconds),
        ),
    ]


def _open_many() -> list[float]:
    from rich.progress import track

    from tenants.provision import CountySpec, provision, seed_public

    now = datetime.now(UTC)
    city = seed_public(now=now)
    seconds = []
    for number in track(range(COUNTIES), description="opening counties"):
        spec = CountySpec(str(900_000 + number), f"bench{number}", "测", "Bench", 1, 1)
        began = time.perf_counter()
        provision(spec, city=city, now=now, since=date(2025, 4, 1))
        seconds.append(time.perf_counter() - began)
    return seconds
