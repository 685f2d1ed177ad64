"""Worker and beat as they run in production, against the test's own database and broker."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from linggong.embedded.process import wait_until
from tests.harness.servers import CHECKOUT

DEADLINE = 60.0  # of any wait; only a failure lasts so long


def until(condition: Callable[[], bool], what: str) -> None:
    """Polls until it holds; fails the test by name after the deadline."""
    assert wait_until(condition, DEADLINE, pause=0.02), f"never happened: {what}"


@dataclass
class Process:
    """One command of the site in a process group of its own; its output goes to a file."""

    command: str
    env: Mapping[str, str]
    log: Path
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        assert self._process is None
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "linggong.cli", *self.command.split()],
                cwd=CHECKOUT,
                env=dict(self.env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self) -> None:
        """kill -9 of everything it started; nothing is told to end."""
        if self._process is not None:
            assert self._process.poll() is None, f"{self.command} had ended: {self.log.read_text()[-2000:]}"
            self.end()

    def end(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None


@contextlib.contextmanager
def running(process: Process) -> Iterator[Process]:
    process.start()
    try:
        yield process
    finally:
        process.end()
