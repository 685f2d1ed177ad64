"""Running a timer over the counties. One county's failure is logged and stops no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import structlog

from tenants import directory
from tenants.contracts import CountyRef

Timer = Callable[[CountyRef], int]
CityTimer = Callable[[], int]
log = structlog.get_logger(__name__)


def sweep(name: str, timer: Timer, counties: Iterable[CountyRef] | None = None) -> int:
    """Calls the timer for each county, the sandbox too; returns the sum of what they did."""
    done = 0
    for county in counties if counties is not None else directory.all_counties(sandbox=True):
        try:
            done += timer(county)
        except Exception:
            log.exception("timer failed", timer=name, county=county.slug)
    return done
