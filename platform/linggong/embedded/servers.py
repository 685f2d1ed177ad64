"""PostgreSQL and Valkey together, under one lock."""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from linggong.embedded import postgres, valkey
from linggong.embedded.account import Account, account_for
from linggong.embedded.errors import EmbeddedError
from linggong.embedded.places import (
    Lock,
    default_root,
    make_folder,
    make_private,
    socket_folder,
)
from linggong.embedded.postgres import Postgres
from linggong.embedded.programs import reachable
from linggong.embedded.valkey import Valkey

LOG_LIMIT = 16 * 1024 * 1024


@dataclass(frozen=True)
class Endpoints:
    """Where the servers of one root listen: unix sockets in one private folder, no TCP."""

    pg_host: str
    pg_port: int
    pg_superuser: str
    broker_url: str
    cache_url: str

    def dsn(self, dbname: str = "postgres", user: str | None = None) -> str:
        """A libpq connection string, the superuser's unless another login is named."""
        return f"host={self.pg_host} port={self.pg_port} dbname={dbname} user={user or self.pg_superuser}"


def this_checkout() -> Path:
    """The checkout that this code runs from; for an installed wheel, the current folder."""
    top = Path(__file__).resolve().parents[3]
    return top if (top / "pyproject.toml").is_file() else Path.cwd()


def endpoints_of(root: Path | None = None) -> Endpoints:
    """Where the servers of ``root`` are or would be. Starts nothing: for a command beside a running site."""
    sockets = socket_folder(root or default_root(this_checkout()))
    path = quote(str(sockets / valkey.SOCKET))
    return Endpoints(
        pg_host=str(sockets),
        pg_port=postgres.PORT,
        pg_superuser=postgres.SUPERUSER,
        broker_url=f"redis+socket://{path}?virtual_host=0",
        cache_url=f"unix://{path}?db=1",
    )


class Servers:
    """Starts both servers as children of this process, which they never outlive.

    ``fsync=False`` is for tests: it survives any killed process, but not a crash of the machine.
    Start from the main thread; see ``linggong.embedded.process.spawn``.
    """

    def __init__(self, root: Path | None = None, fsync: bool = True) -> None:
        self.root = (root or default_root(this_checkout())).resolve()
        self._fsync = fsync
        self._lock: Lock | None = None
        self._running: list[Postgres | Valkey] = []
        self._starter = 0

    def start(self) -> Endpoints:
        """Bring both up, or neither; recovers what an earlier run left. A second call changes nothing."""
        if self._lock:
            return endpoints_of(self.root)
        account = account_for(self.root)
        make_folder(self.root, account)
        self._lock = Lock(self.root)
        self._starter = os.getpid()
        try:
            self._start(account)
        except BaseException:  # Ctrl-C during the start must not leave a server either
            self.stop()
            raise
        return endpoints_of(self.root)

    def _start(self, account: Account | None) -> None:
        sockets = socket_folder(self.root)
        make_private(sockets, account)
        logs = self.root / "log"
        logs.mkdir(exist_ok=True)
        for log in logs.glob("*.log"):
            if log.stat().st_size > LOG_LIMIT:
                log.replace(log.with_suffix(".log.1"))
        programs = reachable(self.root, account)
        for kind in (Postgres, Valkey):
            server = kind(self.root, sockets=sockets, programs=programs, account=account, fsync=self._fsync)
            self._running.append(server)
            server.start()

    def revive(self) -> list[str]:
        """Start again what has died; the names of what was. A supervisor calls this a few times a second."""
        if not self._lock:
            raise EmbeddedError("the servers were not started")
        dead = [server for server in self._running if server.pid is None]
        for server in dead:
            server.start()
        return [server.name for server in dead]

    def pids(self) -> dict[str, int | None]:
        """Process id by server name, None for one that died."""
        return {server.name: server.pid for server in self._running}

    def stop(self) -> None:
        """Stop both, in bounded time, the last started first. A forked copy of this object stops nothing."""
        if not self._lock or self._starter != os.getpid():
            return
        try:
            while self._running:
                self._running.pop().stop()
            with contextlib.suppress(OSError):  # not there yet, or not empty: then the next start tidies it
                socket_folder(self.root).rmdir()
        finally:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Endpoints:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
