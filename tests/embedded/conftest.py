"""Fixtures of the embedded servers' tests. They need no Django and no other room."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from linggong.embedded import Servers, endpoints_of
from tests.embedded.helpers import Site, execute, processes_of


def new_folder() -> Path:
    """A folder that an unprivileged user can reach (pytest's own tmp_path is closed to others)."""
    top = Path(tempfile.mkdtemp(prefix="linggong-test-"))
    top.chmod(0o755)
    return top


@pytest.fixture
def root() -> Iterator[Path]:
    """A data folder that does not exist yet. At the end no process may be left that has to do with it."""
    top = new_folder()
    yield top / "data"
    leaked = processes_of(top)
    shutil.rmtree(top, ignore_errors=True)
    shutil.rmtree(endpoints_of(top / "data").pg_host, ignore_errors=True)
    assert not leaked


@pytest.fixture(scope="session")
def cluster() -> Iterator[Path]:
    """A stopped root to copy, which is faster than an initdb for each test."""
    top = new_folder()
    with Servers(top / "data", fsync=False) as endpoints:
        execute(endpoints, "CREATE EXTENSION amcheck")
    yield top / "data"
    shutil.rmtree(top)


@pytest.fixture
def made(root: Path, cluster: Path) -> Path:
    """A root whose cluster exists already, with the extension amcheck."""
    subprocess.run(["cp", "-a", str(cluster), str(root)], check=True)
    return root


@pytest.fixture
def servers(made: Path) -> Iterator[Servers]:
    servers = Servers(made, fsync=False)
    yield servers
    servers.stop()


@pytest.fixture
def site(made: Path) -> Iterator[Callable[..., Site]]:
    """Starts a supervisor over the root with children given as Python code; killed at the latest here."""
    started: list[Site] = []

    def start(*codes: str) -> Site:
        started.append(Site(made, *codes))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:  # the test failed half-way
            one.end(signal.SIGKILL)
            for pid in processes_of(made):
                with suppress(ProcessLookupError):  # it died of its parent's death meanwhile
                    os.kill(pid, signal.SIGKILL)
        if one.process.stdout:
            one.process.stdout.close()
