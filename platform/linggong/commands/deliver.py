"""`linggong deliver`: the process that sends webhooks to partners."""

from __future__ import annotations

import signal
import threading

from webhooks.sender import run_forever


def run_deliver() -> int:
    """Sends until SIGTERM or SIGINT; then finishes what is on the wire, ten seconds at most."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run_forever(stop)
    return 0
