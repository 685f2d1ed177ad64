"""The site's processes: output, order, restarts, and an end that leaves nothing."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import redis

from linggong.embedded import Child, Supervisor, endpoints_of
from linggong.embedded.process import clear, spawn
from tests.embedded.helpers import Site, alive, eventually, execute, processes_of, until

SAY_PID = "import os, signal; print('pid', os.getpid()); signal.pause()"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SAY_PID}"
# A parent with a child in a session of its own, which no process group reaches.
RUNAWAY = """
import os, signal, subprocess, sys
code = "import os, signal; print('pid', os.getpid(), flush=True); signal.pause()"
subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
signal.pause()
"""


def python(name: str, code: str, *, ready: Callable[[], bool] | None = None, restart: bool = True) -> Child:
    return Child(name, [sys.executable, "-c", code], ready=ready, restart=restart, grace_seconds=5.0)


def pid_in(line: str) -> int:
    return int(line.split("pid", 1)[1])


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything(root: Path, site: Callable[..., Site], signum: int) -> None:
    running = site(SAY_PID, RUNAWAY)
    child = pid_in(running.line("child0   | pid"))
    runaway = pid_in(running.line("child1   | pid"))
    running.line("ready")
    assert running.end(signum) == 0
    assert not alive(child)
    assert not alive(runaway)
    assert not processes_of(root)


def test_killed_supervisor_leaves_children_to_the_next_one(root: Path, site: Callable[..., Site]) -> None:
    """One that ignores SIGTERM is still there, holding its port; the next start of the root ends it."""
    first = site(SAY_PID, DEAF)
    polite = pid_in(first.line("child0   | pid"))
    deaf = pid_in(first.line("child1   | pid"))
    first.line("ready")
    first.end(signal.SIGKILL)
    eventually(lambda: not alive(polite))
    assert alive(deaf)
    second = site()
    second.line("ready")
    assert not alive(deaf)
    assert second.end(signal.SIGINT) == 0


def test_a_process_counts_until_it_has_ended_not_until_it_is_unfindable() -> None:
    """A dying process has no environment to be found by while it still holds its port."""
    process = spawn([sys.executable, "-c", SAY_PID], death_signal=signal.SIGKILL)
    found = [[process.pid]]
    assert not clear(lambda: found.pop() if found else [], [(None, 0.2)])
    found = [[process.pid]]
    assert clear(lambda: found.pop() if found else [], [(signal.SIGKILL, 20.0)])
    assert not alive(process.pid)
    process.wait()


def test_killed_servers_come_back_under_a_running_site(root: Path, site: Callable[..., Site]) -> None:
    running = site(SAY_PID)
    running.line("ready")
    endpoints = endpoints_of(root)
    execute(endpoints, "CREATE TABLE kept AS SELECT 1 AS n")
    data = root / "postgres" / "postmaster.pid"
    os.kill(int(data.read_text().split()[0]), signal.SIGKILL)
    running.line("postgres had died and was started again")
    assert execute(endpoints, "SELECT n FROM kept") == [(1,)]
    with redis.Redis.from_url(endpoints.cache_url) as cache:
        os.kill(int(str(cache.info()["process_id"])), signal.SIGKILL)
        running.line("valkey had died and was started again")
        assert cache.ping()
    assert running.end(signal.SIGINT) == 0


def test_a_crashed_child_is_started_again_and_its_lines_are_named() -> None:
    lines: list[str] = []
    supervisor = Supervisor([python("worker", SAY_PID)], sink=lines.append)

    def kill_it() -> int:
        eventually(lambda: len(said(lines)) == 1)
        os.kill(pid_in(said(lines)[0]), signal.SIGKILL)
        eventually(lambda: len(said(lines)) == 2)
        return 7

    assert supervisor.run(task=kill_it) == 7
    assert any("linggong | worker ended with -9; starting it again in 0.5 s" in line for line in lines)
    assert not any(alive(pid_in(line)) for line in said(lines))


def said(lines: list[str]) -> list[str]:
    return [line for line in lines if line.startswith("worker   | pid")]


def test_the_next_child_starts_when_the_one_before_is_ready(tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    lines: list[str] = []
    first = python("first", f"open({str(flag)!r}, 'w'); {SAY_PID}", ready=flag.exists)
    second = python("second", f"import os; print('flag', os.path.exists({str(flag)!r}))", restart=False)
    supervisor = Supervisor([first, second], sink=lines.append)
    supervisor.run(task=lambda: until(lambda: "second   | flag True" in lines))
    assert "linggong | second is done" in lines or "second   | flag True" in lines


def test_children_end_in_reverse_order() -> None:
    ending = (
        "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(print('end'))); print('up');"
    )
    lines: list[str] = []
    names = ["web", "worker", "beat"]
    up = [f"{name:<8} | up" for name in names]
    children = [python(name, f"{ending} signal.pause()") for name in names]
    Supervisor(children, sink=lines.append).run(task=lambda: until(lambda: all(line in lines for line in up)))
    assert [line.split()[0] for line in lines if line.endswith("end")] == ["beat", "worker", "web"]


def test_a_child_that_does_not_end_is_killed_after_its_grace() -> None:
    lines: list[str] = []
    deaf = Child("worker", [sys.executable, "-c", DEAF], grace_seconds=0.2)
    began = time.monotonic()
    Supervisor([deaf], sink=lines.append).run(task=lambda: until(lambda: bool(said(lines))))
    assert time.monotonic() - began < 20
    assert not alive(pid_in(said(lines)[0]))
    assert "linggong | worker does not end and is killed" in lines


def test_a_failed_single_run_ends_the_site() -> None:
    lines: list[str] = []
    children = [python("web", SAY_PID), python("migrate", "raise SystemExit(3)", restart=False)]
    assert Supervisor(children, sink=lines.append).run() == 1
    assert "linggong | migrate failed with 3" in lines
    assert Supervisor([Child("web", ["/nowhere"])], sink=lines.append).run() == 1
    assert "web cannot be started" in lines[-1]


def test_a_task_that_raises_is_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    def broken() -> int:
        raise SystemExit("no such month")

    assert Supervisor([python("web", SAY_PID)], sink=lambda _: None).run(task=broken) == 1
    assert "no such month" in capsys.readouterr().err


def test_long_and_broken_output_passes() -> None:
    lines: list[str] = []
    code = "import sys; w = sys.stdout.buffer.write; w(b'x' * 300000 + b'\\n\\xff\\xe4\\n no end')"
    child = python("web", code, restart=False)
    supervisor = Supervisor([child], sink=lines.append)
    supervisor.run(task=lambda: until(lambda: "linggong | web is done" in lines))
    assert lines[:3] == [f"web      | {'x' * 300000}", "web      | ��", "web      |  no end"]
