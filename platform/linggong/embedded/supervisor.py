"""The processes of a running site, kept alive on top of the embedded servers and ended together."""

import os
import selectors
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from linggong.embedded.errors import EmbeddedError
from linggong.embedded.process import clear, collect, kill_group, marked, spawn
from linggong.embedded.servers import Servers

NAME = "linggong"
MARKER = "LINGGONG_SUPERVISED"
TICK_SECONDS = 0.1
READY_SECONDS = 90.0
FIRST_DELAY, LONGEST_DELAY = 0.5, 15.0
# Having run for so long, a crash counts as the first again.
SETTLED_SECONDS = 60.0
INTERRUPTED = 130


@dataclass(frozen=True)
class Child:
    """One process of the site. ``env`` None inherits the supervisor's environment, else replaces it.

    ``ready`` is asked several times a second until it says True, and only then is the next child started;
    it must answer fast. Without ``restart`` an exit with 0 is fine and any other ends the site. Ending gets
    SIGTERM and, after ``grace_seconds``, SIGKILL for the child's whole process group.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] | None = None
    cwd: Path | None = None
    ready: Callable[[], bool] | None = None
    restart: bool = True
    grace_seconds: float = 10.0


def say(line: str) -> None:
    """The default sink: one line to standard output, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class _Run:
    """One child over all of its starts."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.process: subprocess.Popen[bytes] | None = None
        self.pipe: int | None = None
        self.rest = b""
        self.started = 0.0
        self.crashes = 0
        self.start_at: float | None = None


class Supervisor:
    """Runs children until a signal, a failure or the end of a task; then ends all, and the servers last.

    One thread, the main one, does everything: forking, reading output, restarting. The caller starts
    ``servers``, whose endpoints go into the children's environment; from then on they are looked after and
    stopped here. ``sink`` gets each line of output, prefixed with the child's name.
    """

    def __init__(
        self, children: Sequence[Child], *, servers: Servers | None = None, sink: Callable[[str], None] = say
    ) -> None:
        self._runs = [_Run(child) for child in children]
        self._servers = servers
        self._sink = sink
        self._width = max(len(NAME), *(len(child.name) for child in children)) if children else len(NAME)
        self._selector = selectors.DefaultSelector()
        self._signals = 0
        self._servers_at = 0.0
        self._servers_failures = 0

    def run(
        self, *, on_ready: Callable[[], None] | None = None, task: Callable[[], int] | None = None
    ) -> int:
        """Start everything and stay. The exit code: 0 after a signal, 1 after a failure, else the task's.

        ``on_ready`` is called once, when the last child is ready. ``task`` then runs in a thread beside the
        supervision (a demonstration, a benchmark); when it returns, the site ends. A task that a signal
        cut short gives 130, one that raised gives 1.
        """
        with self._listening_to_signals():
            try:
                self._start()
                if on_ready and not self._signals:
                    on_ready()
                return self._stay(task)
            except EmbeddedError as error:
                self._tell(str(error))
                return 1
            finally:
                self._stop()

    def pids(self) -> dict[str, int | None]:
        """Process id by child's name, None while it is down."""
        return {run.child.name: run.process.pid if run.process else None for run in self._runs}

    def _stay(self, task: Callable[[], int] | None) -> int:
        result: list[int] = []

        def work(job: Callable[[], int]) -> None:
            try:
                result.append(job())
            except BaseException:  # noqa: BLE001 - also SystemExit, which a thread swallows without a word
                traceback.print_exc()
                result.append(1)

        if task:
            threading.Thread(target=work, args=(task,), name="task", daemon=True).start()
        while not self._signals and not result:
            self._tick(TICK_SECONDS)
        if result:
            return result[0]
        return INTERRUPTED if task else 0

    # Starting

    def _start(self) -> None:
        if not self._clear_marked():
            raise EmbeddedError("processes of an earlier run do not end")
        for run in self._runs:
            if self._signals:
                return
            self._launch(run)
            self._wait_ready(run.child)

    def _wait_ready(self, child: Child) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while child.ready and not self._signals and not child.ready():
            if time.monotonic() > deadline:
                raise EmbeddedError(f"{child.name} is not ready after {READY_SECONDS:.0f} s")
            self._tick(TICK_SECONDS)

    def _launch(self, run: _Run) -> None:
        child = run.child
        env = dict(os.environ if child.env is None else child.env)
        env.setdefault("PYTHONUNBUFFERED", "1")
        env[MARKER] = self._mark()
        run.start_at, run.started = None, time.monotonic()
        read_end, write_end = os.pipe()
        os.set_blocking(read_end, False)
        try:
            run.process = spawn(
                child.argv,
                death_signal=signal.SIGTERM,
                env=env,
                cwd=child.cwd or Path.cwd(),
                output=write_end,
            )
        except OSError as error:
            os.close(read_end)
            raise EmbeddedError(f"{child.name} cannot be started: {error}") from error
        finally:
            os.close(write_end)
        run.pipe = read_end
        self._selector.register(read_end, selectors.EVENT_READ, run)

    # Running

    def _tick(self, seconds: float) -> None:
        """Pass on what the children say for so long, then see to the dead."""
        self._listen(seconds)
        for run in self._runs:
            code = collect(run.process) if run.process else None
            if code is not None:
                self._close(run)
                self._plan_restart(run, code)
            elif run.start_at is not None and time.monotonic() >= run.start_at:
                self._launch(run)
        if self._servers and time.monotonic() >= self._servers_at:
            self._revive(self._servers)

    def _plan_restart(self, run: _Run, code: int) -> None:
        name = run.child.name
        if not run.child.restart:
            if code:
                raise EmbeddedError(f"{name} failed with {code}")
            self._tell(f"{name} is done")
            return
        now = time.monotonic()
        if now - run.started > SETTLED_SECONDS:
            run.crashes = 0
        delay = _delay(run.crashes)
        run.crashes += 1
        run.start_at = now + delay
        self._tell(f"{name} ended with {code}; starting it again in {delay:.1f} s")

    def _revive(self, servers: Servers) -> None:
        try:
            for name in servers.revive():
                self._tell(f"{name} had died and was started again")
            self._servers_failures = 0
        except EmbeddedError as error:
            delay = _delay(self._servers_failures)
            self._servers_failures += 1
            self._servers_at = time.monotonic() + delay
            self._tell(f"{error}; trying again in {delay:.1f} s")

    # Output

    def _listen(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            self._read(key.data)

    def _read(self, run: _Run) -> None:
        """Take what is there now, no more: a grandchild may hold the pipe open for ever."""
        if run.pipe is None:
            return
        try:
            chunk = os.read(run.pipe, 1 << 16)
        except BlockingIOError:
            return
        if not chunk:
            self._selector.unregister(run.pipe)
            os.close(run.pipe)
            run.pipe = None
            return
        *lines, run.rest = (run.rest + chunk).split(b"\n")
        for line in lines:
            self._tell(line.decode(errors="replace").rstrip("\r"), run.child.name)

    def _close(self, run: _Run) -> None:
        """The child has ended and was collected: pass on its last words."""
        run.process = None
        self._read(run)
        if run.pipe is not None:
            self._selector.unregister(run.pipe)
            os.close(run.pipe)
            run.pipe = None
        if run.rest:
            self._tell(run.rest.decode(errors="replace"), run.child.name)
            run.rest = b""

    def _tell(self, line: str, name: str = NAME) -> None:
        self._sink(f"{name:<{self._width}} | {line}")

    # Stopping

    def _stop(self) -> None:
        """The last started first, each within its grace; one more signal kills what is left."""
        patience = self._signals
        try:
            for run in reversed(self._runs):
                self._end(run, patience)
            self._clear_marked()
        finally:
            self._selector.close()
            if self._servers:
                self._servers.stop()

    def _end(self, run: _Run, patience: int) -> None:
        process = run.process
        if process is None:
            return
        deadline = time.monotonic() + run.child.grace_seconds
        if collect(process) is None:
            process.terminate()
        while collect(process) is None:
            if time.monotonic() > deadline or self._signals > patience:
                self._tell(f"{run.child.name} does not end and is killed")
                kill_group(process)
                process.wait()
            self._listen(TICK_SECONDS / 4)
        self._close(run)

    def _mark(self) -> str:
        return str(self._servers.root) if self._servers else str(os.getpid())

    def _clear_marked(self) -> bool:
        """End what an earlier supervisor of the same root left, and whatever left its process group."""
        mark = f"{MARKER}={self._mark()}"
        steps = [(None, 0.0), (signal.SIGTERM, 3.0), (signal.SIGKILL, 3.0)]
        return clear(lambda: marked(mark), steps)

    @contextmanager
    def _listening_to_signals(self) -> Iterator[None]:
        def count(_signum: int, _frame: FrameType | None) -> None:
            self._signals += 1

        wanted = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {signum: signal.signal(signum, count) for signum in wanted}
        try:
            yield
        finally:
            for signum, handler in before.items():
                signal.signal(signum, handler)


def _delay(failures: int) -> float:
    """Seconds to wait before the next start: doubling, so that a hopeless child costs little."""
    return min(FIRST_DELAY * 2.0 ** min(failures, 10), LONGEST_DELAY)
