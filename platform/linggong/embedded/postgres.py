"""One PostgreSQL cluster as a foreground child."""

import shutil
import signal
import subprocess
import time
from pathlib import Path

import psycopg

from linggong.embedded.account import Account
from linggong.embedded.errors import EmbeddedError
from linggong.embedded.process import clear, collect, end_one, living_in, spawn, wait_until
from linggong.embedded.programs import Programs

PORT = 5432
SUPERUSER = "postgres"
START_SECONDS = 60.0
# Whoever reaches the socket is root or owns the data files themselves, so a password would guard nothing
# there. TCP is off; who turns it on gets passwords.
HBA = """\
local all all trust
host all all all scram-sha-256
"""
SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "300",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Neither values of rows nor statements go to the log: they hold personal data.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_line_prefix": "%m [%p] %u@%d ",
}
# Commits still wait for their write to the kernel: with synchronous_commit off, too, kill -9 loses some.
WITHOUT_FSYNC = {"fsync": "off", "full_page_writes": "off"}
ENVIRONMENT = {"LC_ALL": "C", "PATH": "/usr/bin:/bin", "TZ": "UTC"}


class Postgres:
    """Runs the cluster in ``<root>/postgres``; a missing one is made. Used under the root's lock only."""

    name = "postgres"

    def __init__(
        self, root: Path, *, sockets: Path, programs: Programs, account: Account | None, fsync: bool
    ) -> None:
        self.data = root / "postgres"
        self.log = root / "log" / "postgres.log"
        self._new = root / "postgres.new"
        self._hba = root / "pg_hba.conf"
        self._sockets = sockets
        self._programs = programs
        self._account = account
        self._fsync = fsync
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The postmaster's process id while it is a child of ours."""
        return self._process.pid if self._process and collect(self._process) is None else None

    def start(self) -> None:
        """Bring the server up and return once it accepts connections; after a crash this is its recovery."""
        self._clear_leftovers()
        if not self.data.exists():
            self._make_cluster()
        self._hba.write_text(HBA, encoding="utf-8")
        self._hba.chmod(0o644)
        deadline = time.monotonic() + START_SECONDS
        while True:
            log_start = self.log.stat().st_size if self.log.exists() else 0
            self._process = self._launch()
            ended = self._wait(self._process, deadline)
            if ended is None:
                return
            said = self._said_since(log_start)
            # After a kill -9 the last backend may hold the shared memory a moment longer. postmaster.pid
            # is PostgreSQL's own guard against two servers on one cluster and is never touched.
            busy = "shared memory block" in said or ("lock file" in said and "already exists" in said)
            if not busy or time.monotonic() >= deadline:
                raise EmbeddedError(f"PostgreSQL did not start (exit {ended}):\n{said[-2000:]}")
            self._clear_leftovers()
            time.sleep(0.05)

    def stop(self) -> None:
        """Fast shutdown: sessions end, a checkpoint is written. Immediate after 15 s, killed after 20."""
        if self._process:
            end_one(self._process, [(signal.SIGINT, 15.0), (signal.SIGQUIT, 5.0)])
            self._process = None
            self._clear_leftovers()

    def _clear_leftovers(self) -> None:
        """Wait for what an earlier run left, then make it end.

        A postmaster whose supervisor died is already shutting down (see ``spawn``); backends whose
        postmaster died end by themselves unless they are busy. SIGQUIT makes either quit at once.
        """

        def left() -> list[int]:
            return living_in((self.data, self._new), ("postgres", "initdb"))

        patience = 15.0 if self._postmaster() in left() else 0.5
        if not clear(left, [(None, patience), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)]):
            raise EmbeddedError(f"an earlier PostgreSQL in {self.data} does not end")
        # Nobody is left to own them; a lock whose number another process has by now would stop the start.
        for stale in self._sockets.glob(".s.PGSQL.*"):
            stale.unlink()

    def _postmaster(self) -> int | None:
        """Who the cluster says its postmaster is, alive or not."""
        try:
            return int((self.data / "postmaster.pid").read_text().split()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None

    def _make_cluster(self) -> None:
        """initdb in a folder of another name, moved when whole: a broken-off one is never started."""
        shutil.rmtree(self._new, ignore_errors=True)
        self._new.mkdir(mode=0o700)
        if self._account:
            self._account.own(self._new)
        argv = [
            str(self._programs.initdb),
            f"--pgdata={self._new}",
            f"--username={SUPERUSER}",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--auth-local=trust",
            "--auth-host=scram-sha-256",
            "--no-instructions",
        ]
        if not self._fsync:
            argv.append("--no-sync")
        log_start = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            initdb = spawn(
                argv,
                death_signal=signal.SIGKILL,
                account=self._account,
                env=ENVIRONMENT,
                cwd=self._new,
                output=log,
            )
        try:
            code = initdb.wait(timeout=START_SECONDS)
        finally:
            if initdb.returncode is None:
                end_one(initdb, [])
        if code != 0:
            raise EmbeddedError(f"initdb failed (exit {code}):\n{self._said_since(log_start)[-2000:]}")
        self._new.replace(self.data)

    def _launch(self) -> subprocess.Popen[bytes]:
        settings = SETTINGS | ({} if self._fsync else WITHOUT_FSYNC)
        settings |= {"unix_socket_directories": str(self._sockets), "hba_file": str(self._hba)}
        argv = [str(self._programs.postgres), "-D", str(self.data)]
        for name, value in settings.items():
            argv += ["-c", f"{name}={value}"]
        with self.log.open("ab") as log:
            return spawn(argv, death_signal=signal.SIGINT, account=self._account, env=ENVIRONMENT, output=log)

    def _wait(self, process: subprocess.Popen[bytes], deadline: float) -> int | None:
        """None once it answers, else the exit code."""

        def decided() -> bool:
            return collect(process) is not None or self._answers()

        if not wait_until(decided, deadline - time.monotonic()):
            self.stop()
            raise EmbeddedError(f"PostgreSQL does not answer after {START_SECONDS:.0f} s; see {self.log}")
        return collect(process)

    def _answers(self) -> bool:
        try:
            with psycopg.connect(
                host=str(self._sockets),
                port=PORT,
                user=SUPERUSER,
                dbname="postgres",
                connect_timeout=5,
                options="",
            ):
                return True
        except psycopg.OperationalError:
            return False

    def _said_since(self, offset: int) -> str:
        with self.log.open("rb") as log:
            log.seek(offset)
            return log.read().decode(errors="replace")
