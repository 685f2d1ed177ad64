"""Celery's tasks. They only call what `wiring` names; the database holds the truth.

Every task about a county names it; one without is rejected. Tasks may run twice, together, or be
killed at any line.
"""

from __future__ import annotations

from typing import Any

from celery import Celery, Task
from celery.exceptions import Reject
from django.conf import settings
from redis import Redis

from linggong.celery import app
from linggong.relay import relay_county
from linggong.timers import sweep as sweep_counties
from linggong.wiring import CITY_TIMERS, HANDLERS, TIMERS
from tenants import directory
from tenants.identity.tasks import purge_expired


class CountyTask(Task):
    """A task that works in one county and refuses to run without one."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not kwargs.get("county"):
            raise Reject(f"{self.name} names no county", requeue=False)
        return super().__call__(*args, **kwargs)


@app.task(base=CountyTask, name="linggong.relay", ignore_result=True)
def relay(*, county: str) -> int:
    """Delivers a county's news."""
    return relay_county(directory.by_slug(county), HANDLERS)


@app.task(name="linggong.sweep", ignore_result=True)
def sweep(timer: str) -> int:
    """Runs one timer over all counties."""
    every = TIMERS[timer]
    return sweep_counties(timer, every.run, closed=every.closed)


@app.task(name="linggong.sweep_city", ignore_result=True)
def sweep_city(timer: str) -> int:
    """Runs one timer of the city's, which belongs to no county."""
    return CITY_TIMERS[timer].run()


@app.task(name="linggong.purge_identity", ignore_result=True)
def purge_identity() -> int:
    """Deletes sessions and tokens that no longer count. Identities belong to no county."""
    return purge_expired()


@app.on_after_finalize.connect
def _schedule(sender: Celery, **kwargs: Any) -> None:
    """Beat's table, drawn from the wiring. A run that could not start in time is dropped: the next
    one does its work."""
    for name, every in TIMERS.items():
        sender.add_periodic_task(every.seconds, sweep.s(timer=name), name=name, expires=max(every.seconds, 5))
    for name, city in CITY_TIMERS.items():
        at_most = max(city.seconds, 5)
        sender.add_periodic_task(city.seconds, sweep_city.s(timer=name), name=name, expires=at_most)
    sender.add_periodic_task(3600, purge_identity.s(), name="purge_identity", expires=3600)


def wake(schema: str) -> None:
    """Asks a worker to look at a county's news soon. A hint: at most about ten a second a county,
    and harmless when lost, since the sweep looks every second anyway."""
    county = directory.by_schema(schema)
    with Redis.from_url(settings.LINGGONG_CACHE_URL, socket_timeout=1, socket_connect_timeout=1) as bell:
        if bell.set(f"wake:{schema}", 1, nx=True, px=100):
            relay.delay(county=county.slug)
