"""kill -9 at each process: the next start recovers, every committed row is there, nothing is left over."""

import os
import signal
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import psycopg
import pytest
import redis

from linggong.embedded import EmbeddedError, Endpoints, Servers, endpoints_of
from linggong.embedded.process import living_in
from tests.embedded.helpers import Site, alive, eventually, execute, processes_of

BUSY = "SELECT count(*) FROM generate_series(1, 1000000000) AS a, generate_series(1, 1000) AS b"


def insert(endpoints: Endpoints, rows: int) -> None:
    """Commit each row on its own, so every one of them was promised to somebody."""
    with psycopg.connect(endpoints.dsn(), autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (n int PRIMARY KEY)")
        for n in range(rows):
            connection.execute("INSERT INTO kept VALUES (%s)", (n,))


def kept(endpoints: Endpoints) -> int:
    execute(endpoints, "SELECT bt_index_check('kept_pkey', true)")  # the index finds each row, too
    return int(str(execute(endpoints, "SELECT count(*) FROM kept")[0][0]))


def test_postmaster_killed_is_revived(servers: Servers) -> None:
    endpoints = servers.start()
    insert(endpoints, 300)
    pid = servers.pids()["postgres"]
    assert pid
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: servers.pids()["postgres"] is None)
    assert servers.revive() == ["postgres"]
    assert servers.revive() == []
    assert kept(endpoints) == 300


def test_a_busy_backend_that_outlives_its_postmaster_is_ended(servers: Servers) -> None:
    """It looks at nothing while it computes and holds the shared memory that the next start needs."""
    endpoints = servers.start()
    with closing(psycopg.connect(endpoints.dsn(), autocommit=True)) as connection:
        backend = connection.info.backend_pid
        connection.execute("SET max_parallel_workers_per_gather = 0")
        connection.pgconn.send_query(BUSY.encode())
        running = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid = "
        running += str(backend)
        eventually(lambda: execute(endpoints, running) == [(1,)])
        pid = servers.pids()["postgres"]
        assert pid
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: not alive(pid))
        servers.revive()
        assert not alive(backend)
    assert execute(endpoints, "SELECT 1") == [(1,)]


def test_backend_killed_only_costs_its_sessions(servers: Servers) -> None:
    endpoints = servers.start()
    insert(endpoints, 50)
    postmaster = servers.pids()["postgres"]
    with closing(psycopg.connect(endpoints.dsn())) as connection:
        connection.execute("INSERT INTO kept VALUES (1000)")
        os.kill(connection.info.backend_pid, signal.SIGKILL)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")

    def answers() -> bool:
        try:
            return kept(endpoints) == 50
        except psycopg.OperationalError:  # it recovers by itself meanwhile
            return False

    eventually(answers)
    assert servers.revive() == []
    assert servers.pids()["postgres"] == postmaster


def test_valkey_killed_is_revived(servers: Servers) -> None:
    endpoints = servers.start()
    with redis.Redis.from_url(endpoints.cache_url) as cache:
        for n in range(200):
            cache.set(f"kept:{n}", n)
        pid = servers.pids()["valkey"]
        assert pid
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: servers.pids()["valkey"] is None)
        assert servers.revive() == ["valkey"]
        assert cache.dbsize() == 200


def test_supervisor_killed_takes_its_servers_along(root: Path, site: Callable[..., Site]) -> None:
    first = site()
    first.line("ready")
    endpoints = endpoints_of(root)
    insert(endpoints, 300)
    first.end(signal.SIGKILL)
    eventually(lambda: not processes_of(root))
    with Servers(root, fsync=False) as endpoints:
        assert kept(endpoints) == 300


def test_supervisor_killed_and_started_at_once(root: Path, site: Callable[..., Site]) -> None:
    """The second start meets the first one's servers on their way out, and a session that keeps them busy."""
    first = site()
    first.line("ready")
    endpoints = endpoints_of(root)
    insert(endpoints, 300)
    with closing(psycopg.connect(endpoints.dsn(), autocommit=True)) as connection:
        connection.pgconn.send_query(BUSY.encode())
        first.end(signal.SIGKILL)
        with Servers(root, fsync=False) as endpoints:
            assert kept(endpoints) == 300
            assert len(set(postmasters(root))) == 1


def postmasters(root: Path) -> list[int]:
    """Parents of the processes that run in the cluster, other than the cluster's own."""
    parents = {}
    for pid in living_in([root / "postgres"], ("postgres",)):
        with suppress(FileNotFoundError, ProcessLookupError):  # a backend may end between the two looks
            parents[pid] = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    return [pid for pid, parent in parents.items() if parent not in parents]


def test_everything_killed_at_once(root: Path, site: Callable[..., Site]) -> None:
    """As when the machine stops: no process gets to say goodbye, sockets and postmaster.pid stay behind."""
    first = site()
    first.line("ready")
    endpoints = endpoints_of(root)
    insert(endpoints, 300)
    folders = [root / "postgres", root / "valkey"]
    first.process.send_signal(signal.SIGSTOP)  # or it would revive them meanwhile
    for pid in living_in(folders, ("postgres", "valkey-server")):
        os.kill(pid, signal.SIGKILL)
    first.end(signal.SIGKILL)
    eventually(lambda: not processes_of(root))
    assert (root / "postgres" / "postmaster.pid").exists()
    assert Path(endpoints.pg_host, "valkey.sock").exists()
    with Servers(root, fsync=False) as endpoints:
        assert kept(endpoints) == 300
        with redis.Redis.from_url(endpoints.cache_url) as cache:
            assert cache.ping()


def test_a_fork_of_the_supervisor_neither_stops_the_servers_nor_keeps_the_lock(servers: Servers) -> None:
    endpoints = servers.start()
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        servers.stop()
        os.close(writer)
        os.read(reader, 1)  # lives until the test lets go
        os._exit(0)
    os.close(reader)
    try:
        assert execute(endpoints, "SELECT 1") == [(1,)]
        with pytest.raises(EmbeddedError, match="already run"):
            Servers(servers.root).start()
        servers.stop()
        with Servers(servers.root, fsync=False):
            assert alive(pid)
    finally:
        os.close(writer)
        os.waitpid(pid, 0)
