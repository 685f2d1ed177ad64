"""Children that never outlive their supervisor, and the search for those that somehow did. Linux only."""

import ctypes
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import IO

from linggong.embedded.account import Account
from linggong.embedded.errors import EmbeddedError

PROC = Path("/proc")
_PR_SET_PDEATHSIG = 1
# Loaded before any fork: between fork and exec nothing may be imported or allocated at leisure.
_prctl = ctypes.CDLL(None).prctl


def spawn(
    argv: Sequence[str],
    *,
    death_signal: int,
    account: Account | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path = Path("/"),
    output: int | IO[bytes] = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own that gets ``death_signal`` when the calling process dies.

    The kernel ties that signal to the *thread* that forked and forgets it at setuid. Hence only the main
    thread may call this, and the signal is set after the privileges are dropped: Popen calls preexec_fn last.
    """
    if threading.current_thread() is not threading.main_thread():
        raise EmbeddedError("servers start from the main thread: they die with the thread that started them")
    parent = os.getpid()

    def before_exec() -> None:
        _prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)

    return subprocess.Popen(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd=cwd,
        env=env,
        start_new_session=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        preexec_fn=before_exec,
    )


def collect(process: subprocess.Popen[bytes]) -> int | None:
    """The exit code once the child ended, else None. What is left of its process group is killed first:
    until the child is waited for, its number cannot belong to anybody else."""
    if process.returncode is not None:
        return process.returncode
    try:
        ended = os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return process.poll()
    if ended is None:
        return None
    kill_group(process)
    return process.wait()


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL a child that has not been waited for, with all of its process group."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def wait_until(condition: Callable[[], bool], seconds: float, pause: float = 0.01) -> bool:
    """Poll ``condition`` until it holds or the time is up."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(pause)
    return True


def end_one(process: subprocess.Popen[bytes], steps: Sequence[tuple[int, float]]) -> None:
    """Send each signal in turn, waiting its seconds; then SIGKILL the group."""
    for signum, seconds in steps:
        if collect(process) is not None:
            return
        process.send_signal(signum)
        if wait_until(lambda: collect(process) is not None, seconds):
            return
    kill_group(process)
    process.wait()


def living_in(folders: Collection[Path], programs: Collection[str]) -> list[int]:
    """Processes that run one of ``programs`` in one of ``folders``.

    PostgreSQL and Valkey change into their data folder, and so do all their children: the working
    directory names the owner where the command line ("postgres: checkpointer") does not.
    """
    wanted = {str(folder) for folder in folders}

    def matches(entry: Path) -> bool:
        folder = str((entry / "cwd").readlink()).removesuffix(" (deleted)")
        program = (entry / "exe").readlink().name.removesuffix(" (deleted)")
        return folder in wanted and program in programs

    return _search(matches)


def marked(marker: str) -> list[int]:
    """Processes started with ``marker`` (``NAME=value``) in their environment, this one left out."""
    needle = marker.encode()

    def matches(entry: Path) -> bool:
        return needle in (entry / "environ").read_bytes().split(b"\0")

    return [pid for pid in _search(matches) if pid != os.getpid()]


def _search(matches: Callable[[Path], bool]) -> list[int]:
    found = []
    for entry in PROC.iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if matches(entry):
                found.append(int(entry.name))
        except OSError:  # gone meanwhile, a zombie, or somebody else's
            continue
    return found


def clear(search: Callable[[], list[int]], steps: Sequence[tuple[int | None, float]]) -> bool:
    """Wait for the processes that ``search`` finds to end, sending each step's signal (None: only wait).

    Searched anew before each signal, so a number that was reused meanwhile is not hit. True: all gone.
    A dying process loses its environment and its memory before its files and ports: one that was found
    counts until it has ended, not until the search no longer knows it.
    """
    seen: set[tuple[int, str]] = set()

    def find() -> list[int]:
        found = search()
        seen.update((pid, began) for pid in found if (began := _began(pid)))
        return found

    def gone() -> bool:
        return not find() and not any(_began(pid) == began for pid, began in seen)

    for signum, seconds in steps:
        for pid in find() if signum is not None else ():
            try:
                os.kill(pid, signum or 0)
            except ProcessLookupError:
                continue
        if wait_until(gone, seconds, pause=0.02):
            return True
    return False


def _began(pid: int) -> str:
    """The start time that tells one bearer of a process number from the next; empty once it has ended."""
    try:
        fields = (PROC / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return ""
    state, began = fields[0], fields[19]
    return "" if state in "ZX" else began
