"""Handlers that belong to no room: they carry news to a door."""

from __future__ import annotations

from api import wake
from kernel.events import Event
from tenants.contracts import CountyRef


def wake_feed(county: CountyRef, event: Event) -> None:
    """On news of an order to grab: workers who wait on the feed look again."""
    wake.call(county.schema_name)
