"""What the embedded servers' tests share."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg

from linggong.embedded import Endpoints, endpoints_of
from linggong.embedded.process import PROC, wait_until

DEADLINE = 20.0

# A supervisor in a process of its own, as `linggong up` is one; says "ready" once everything runs.
SITE = """
import sys
from pathlib import Path
from linggong.embedded import Child, Servers, Supervisor

servers = Servers(Path(sys.argv[1]), fsync=False)
servers.start()
children = [Child(f"child{n}", [sys.executable, "-c", code]) for n, code in enumerate(sys.argv[2:])]
supervisor = Supervisor(children, servers=servers)
sys.exit(supervisor.run(on_ready=lambda: print("ready", flush=True)))
"""


def processes_of(root: Path) -> dict[int, bytes]:
    """Every process but this one whose folder, command line or environment names the root or its sockets."""
    needles = [os.fsencode(root), os.fsencode(endpoints_of(root).pg_host)]
    found = {}
    for entry in PROC.iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            folder = os.fsencode((entry / "cwd").readlink())
            known = folder + b" " + (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
        except OSError:
            continue
        if any(needle in known for needle in needles):
            found[int(entry.name)] = known[:200]
    return found


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie that its parent has not collected yet does not."""
    try:
        return (PROC / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def eventually(condition: Callable[[], bool]) -> None:
    """Fail unless the condition comes true within the deadline."""
    assert wait_until(condition, DEADLINE), "did not come true in time"


def until(condition: Callable[[], bool]) -> int:
    """``eventually`` as a supervisor's task."""
    eventually(condition)
    return 0


def execute(endpoints: Endpoints, statement: str) -> list[tuple[object, ...]]:
    """Run one statement as the superuser and commit it."""
    with psycopg.connect(endpoints.dsn(), autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


class Site:
    """A supervising process started by a test."""

    def __init__(self, root: Path, *codes: str) -> None:
        self.root = root
        self.process = subprocess.Popen(
            [sys.executable, "-c", SITE, str(root), *codes], stdout=subprocess.PIPE, text=True
        )
        self.lines: list[str] = []

    def line(self, text: str) -> str:
        """The first line that contains ``text``, waited for unless it was printed already."""
        assert self.process.stdout
        for line in self.lines:
            if text in line:
                return line
        for line in self.process.stdout:
            self.lines.append(line)
            if text in line:
                return line
        raise AssertionError(f"ended without {text!r}: {self.lines}")

    def end(self, signum: int) -> int:
        """Signal the supervisor and wait for its exit code."""
        self.process.send_signal(signum)
        return self.process.wait(timeout=DEADLINE)
