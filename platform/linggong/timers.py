"""Running a timer over the counties. One county's failure is logged and stops no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import structlog

from tenants import directory
from tenants.contracts import CountyRef

Timer = Callable[[CountyRef], int]
CityTimer = Callable[[], int]
log = structlog.get_logger(__name__)


def sweep(
    name: str, timer: Timer, counties: Iterable[CountyRef] | None = None, *, closed: bool = False
) -> int:
    """Calls the timer for each county, the sandbox too; returns the sum of what they did. In a `closed`
    county nothing is left to do and nothing may be written, but for the timers that say otherwise."""
    done = 0
    if counties is None:
        counties = directory.all_counties(sandbox=True) if closed else directory.working()
    for county in counties:
        try:
            done += timer(county)
        except Exception:
            log.exception("timer failed", timer=name, county=county.slug)
    return done
