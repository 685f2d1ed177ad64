"""One web process of the site with the city's door in it, and a member of the city's staff to knock."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from linggong.site import HOST, free_port

ADMIN = "+8613800000091"


@dataclass(slots=True)
class Door:
    """Where the door is: `process` is the one process that answers, `token` the administrator's session."""

    port: int
    process: int
    token: str = ""

    def post(self, line: http.client.HTTPConnection, path: str, body: bytes) -> tuple[int, bytes]:
        """Status and body of one call on a connection that stays open."""
        headers = {"Content-Type": "application/json", "X-Session-Token": self.token}
        line.request("POST", path, body, headers)
        answer = line.getresponse()
        return answer.status, answer.read()

    def line(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(HOST, self.port, timeout=60)


@contextmanager
def door(env: Mapping[str, str], *, settings: str = "linggong.settings.site") -> Iterator[Door]:
    """Starts one worker process with `settings` and logs an administrator in, by code and one-time password.
    Wants the settings of the site loaded in this process (`ground.use`)."""
    from kernel.actor import SYSTEM
    from kernel.clock import real_now
    from tenants.identity.use_cases.create_staff import create_staff

    made = create_staff(actor=SYSTEM, phone=ADMIN, role="city_admin", county=None, now=real_now())
    assert made.totp_secret is not None, "staff have one"
    port = free_port()
    argv = [sys.executable, "-m", "gunicorn", "linggong.wsgi:application", "--bind", f"{HOST}:{port}"]
    argv += ["--worker-class", "gthread", "--workers", "1", "--threads", "4", "--log-level", "error"]
    argv += ["--keep-alive", "60", "--timeout", "120"]
    # The limit of requests a minute is a person's, and this one knocks faster than any.
    server = subprocess.Popen(argv, env={**env, "DJANGO_SETTINGS_MODULE": settings, "LINGGONG_THROTTLE": "0"})
    try:
        _wait(port)
        found = Door(port, _worker_of(server.pid))
        found.token = _log_in(port, made.totp_secret)
        yield found
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)


def _log_in(port: int, totp_secret: str) -> str:
    from linggong.commands.demo.http import Wire, log_in

    wire = Wire(f"http://{HOST}:{port}")
    try:
        return log_in(wire, ADMIN, totp_secret)
    finally:
        wire.close()


def _wait(port: int) -> None:
    for _ in range(300):
        line = http.client.HTTPConnection(HOST, port, timeout=5)
        try:
            line.request("GET", "/livez")
            if line.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
        finally:
            line.close()
    raise RuntimeError("the web process did not come up")


def _worker_of(parent: int) -> int:
    """The process that answers: gunicorn's only child."""
    [child] = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()
    return int(child)


def read(body: bytes) -> Any:
    return json.loads(body)
