"""`linggong operations`: the process that may open counties. It holds the owner's login and serves nobody."""

from __future__ import annotations

import signal
import threading

import structlog
from django.db import InterfaceError, OperationalError, connections

from tenants.operations.owner import run_owner_steps

POLL_SECONDS = 1.0
log = structlog.get_logger(__name__)


def run_operations(*, once: bool) -> int:
    """Does the owner's steps as they come, until SIGTERM or SIGINT. A database that is away is waited for."""
    if once:
        run_owner_steps()
        return 0
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    while not stop.is_set():
        try:
            run_owner_steps()
        except (OperationalError, InterfaceError) as fault:
            log.warning("operations wait for the database", error=type(fault).__name__)
            connections.close_all()
        stop.wait(POLL_SECONDS)
    return 0
