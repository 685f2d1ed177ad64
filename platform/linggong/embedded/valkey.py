"""One Valkey as a foreground child: broker in database 0, cache in database 1."""

import signal
import socket
import subprocess
from pathlib import Path

from linggong.embedded.account import Account
from linggong.embedded.errors import EmbeddedError
from linggong.embedded.process import clear, collect, end_one, living_in, spawn, wait_until
from linggong.embedded.programs import Programs

SOCKET = "valkey.sock"
START_SECONDS = 30.0


class Valkey:
    """Runs on a unix socket with an append-only file in ``<root>/valkey``. Used under its lock."""

    name = "valkey"

    def __init__(
        self, root: Path, *, sockets: Path, programs: Programs, account: Account | None, fsync: bool
    ) -> None:
        self.data = root / "valkey"
        self.log = root / "log" / "valkey.log"
        self._socket = sockets / SOCKET
        self._programs = programs
        self._account = account
        self._fsync = fsync
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process id while it is a child of ours."""
        return self._process.pid if self._process and collect(self._process) is None else None

    def start(self) -> None:
        """Bring the server up and return once it has loaded its file and answers PING."""
        self._clear_leftovers()
        if not self.data.exists():
            self.data.mkdir(mode=0o700)
            if self._account:
                self._account.own(self.data)
        self._process = process = self._launch()
        wait_until(lambda: collect(process) is not None or self._answers(), START_SECONDS)
        if collect(process) is not None or not self._answers():
            self.stop()
            raise EmbeddedError(f"Valkey did not start; see {self.log}")

    def stop(self) -> None:
        """SIGTERM writes and syncs the append-only file; killed after 10 s."""
        if self._process:
            end_one(self._process, [(signal.SIGTERM, 10.0)])
            self._process = None
            self._clear_leftovers()

    def _clear_leftovers(self) -> None:
        steps = [(None, 5.0), (signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)]
        if not clear(lambda: living_in((self.data,), ("valkey-server",)), steps):
            raise EmbeddedError(f"an earlier Valkey in {self.data} does not end")

    def _launch(self) -> subprocess.Popen[bytes]:
        settings = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "appendonly": "yes",
            "appendfsync": "everysec" if self._fsync else "no",
            "save": "",
            "daemonize": "no",
        }
        argv = [str(self._programs.valkey)]
        for name, value in settings.items():
            argv += [f"--{name}", value]
        with self.log.open("ab") as log:
            return spawn(argv, death_signal=signal.SIGTERM, account=self._account, env={}, output=log)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(5)
            try:
                connection.connect(str(self._socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")
            except OSError:
                return False
