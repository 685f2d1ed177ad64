"""Reference insurers as real processes on loopback, for any test that needs the other side.

def test_it(reference_insurer):
    insurer = reference_insurer("linggong")           # or "jinxi"
    insurer.connect("jiangle", call_keys=[secret])    # what the county's call key is
    insurer.base_url("jiangle")                       # goes into the connection
    insurer.fault(down=True); insurer.mend()
    insurer.ledger("jiangle")                         # what it sold
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

from tests.harness.servers import CHECKOUT

START_SECONDS = 60.0


class ReferenceInsurer:
    """One process and its database file. `stop` and `start` again keep port and file."""

    def __init__(self, folder: Path, dialect: str = "linggong", code: str = "") -> None:
        self.dialect, self.code = dialect, code
        self._folder = folder
        self._port = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._told: dict[str, Any] = {}
        self._http = httpx.Client(timeout=30, trust_env=False)

    def start(self) -> ReferenceInsurer:
        assert self._process is None
        argv = [sys.executable, "-m", "examples.reference_insurer", "--port", str(self._port)]
        argv += ["--database", str(self._folder / "insurer.sqlite"), "--dialect", self.dialect]
        argv += ["--code", self.code] if self.code else []
        log = self._folder / "insurer.log"
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                argv,
                cwd=CHECKOUT,
                env=dict(os.environ),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
            )
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], START_SECONDS)
        line = self._process.stdout.readline() if ready else b""
        assert line, f"the reference insurer did not start: {log.read_text()[-2000:]}"
        self._told = json.loads(line)
        self._port = int(self.address.rpartition(":")[2])
        return self

    def stop(self, *, kill: bool = False) -> None:
        """Ends the process, politely or by SIGKILL; the database stays."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
            self._process.wait(30)
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None

    def close(self) -> None:
        self.stop(kill=True)
        self._http.close()

    @property
    def address(self) -> str:
        return str(self._told["address"])

    @property
    def public_key(self) -> dict[str, str]:
        """The JWK that persons are encrypted to."""
        return dict(self._told["public_key"])

    def base_url(self, county: str) -> str:
        return f"{self.address}/{county}"

    def connect(self, county: str, **known: Any) -> None:
        """Hands over keys and addresses; see `Connection` in examples/reference_insurer/connections.py."""
        self._call("POST", "/_connect", {"county": county, **known})

    def register(self, county: str) -> str:
        """Has the connected county push its events here; the endpoint's id."""
        asked = {"county": county, "url": self.base_url(county) + "/events"}
        return str(self._call("POST", "/_register", asked)["endpoint_id"])

    def hand_in_statement(self, county: str, month: str) -> int:
        """Sends its account of a month (`YYYY-MM`) to the county; the rows that were read."""
        return int(self._call("POST", "/_statement", {"county": county, "month": month})["rows"])

    def fault(self, **switches: Any) -> None:
        """Turns switches of examples/reference_insurer/faults.py."""
        self._call("POST", "/_faults", switches)

    def mend(self) -> None:
        self._call("DELETE", "/_faults")

    def settle(self) -> int:
        """Decides everything pending now; how many."""
        return int(self._call("POST", "/_settle", {})["answered"])

    def ledger(self, county: str = "") -> list[dict[str, Any]]:
        """Its policies, oldest first; `asked` tells how often each bind came."""
        return list(self._call("GET", f"/_ledger?county={county}")["policies"])

    def claims(self) -> list[dict[str, Any]]:
        return list(self._call("GET", "/_ledger")["claims"])

    def heard(self) -> list[dict[str, Any]]:
        """Events of counties that it took, `applied` or waiting for an earlier one."""
        return list(self._call("GET", "/_heard")["events"])

    def news(self) -> list[dict[str, Any]]:
        """Its own events; `told` is what the county said to the last attempt."""
        return list(self._call("GET", "/_news")["events"])

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = self._http.request(method, self.address + path, json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())
