"""Fixtures of the whole suite.

Tests that need data ask for `counties`. The first to ask starts PostgreSQL and Valkey and builds the
template database; under xdist the controlling process does so before its workers start. Every
process then works in a clone of its own, through real transactions: no test wraps a county in a
transaction of its own, since that would hide the guard it is meant to test.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings
from pytest_django.plugin import DjangoDbBlocker

from tenants.contracts import CountyRef
from tests.harness.insurer import ReferenceInsurer
from tests.harness.servers import PREFIX, TestServers, clone

# Hypothesis would fail an example that takes 200 ms: that tells how busy a machine is, nothing of us.
hypothesis_settings.register_profile("linggong", deadline=None)
hypothesis_settings.load_profile("linggong")

_servers: TestServers | None = None


def _start() -> TestServers:
    servers = TestServers()
    try:
        servers.start()
    except BaseException:
        servers.stop()
        raise
    return servers


def pytest_sessionstart(session: pytest.Session) -> None:
    global _servers  # one set of servers a run
    is_worker = hasattr(session.config, "workerinput")
    if not is_worker and getattr(session.config.option, "numprocesses", None):
        _servers = _start()


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _servers is not None:
        _servers.stop()


@pytest.fixture(scope="session")
def database(worker_id: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Name of this process's own database; settings point to it."""
    own = None
    if "LINGGONG_TEST_SUPERUSER" not in os.environ:
        own = _start()
    name = f"{PREFIX}_{worker_id}"
    clone(name)
    _point_settings_to(name)
    with django_db_blocker.unblock():
        yield name
        from django.db import connections

        connections.close_all()
    if own is not None:
        own.stop()
        del os.environ["LINGGONG_TEST_SUPERUSER"]


@pytest.fixture(scope="session")
def counties(database: str) -> dict[str, CountyRef]:
    """Every county by slug, the sandbox among them."""
    from tenants import directory

    return {ref.slug: ref for ref in directory.all_counties(sandbox=True)}


def _point_settings_to(name: str) -> None:
    """Settings were read before the servers had an address."""
    from django.conf import settings
    from django.db import connections

    from linggong.settings import base, env

    os.environ["LINGGONG_DB_NAME"] = name
    for alias in settings.DATABASES:
        for config in (settings.DATABASES[alias], connections[alias].settings_dict):
            config.update(NAME=name, HOST=env.text("LINGGONG_DB_HOST"), PORT=env.text("LINGGONG_DB_PORT"))
            config["OPTIONS"].pop("sslmode", None)
    settings.LINGGONG_KEYS = base.read_keys()
    settings.LINGGONG_FILES_ROOT = env.text("LINGGONG_FILES_ROOT")
    settings.LINGGONG_CACHE_URL = env.text("LINGGONG_CACHE_URL")


@pytest.fixture(scope="session")
def checkout() -> Path:
    return Path(__file__).resolve().parents[1]


@pytest.fixture
def reference_insurer(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., ReferenceInsurer]]:
    """Starts reference insurers, `reference_insurer("linggong")` or `("jinxi")`; all end with the test."""
    started: list[ReferenceInsurer] = []

    def start(dialect: str = "linggong", code: str = "") -> ReferenceInsurer:
        started.append(ReferenceInsurer(tmp_path_factory.mktemp("insurer"), dialect, code))
        return started[-1].start()

    yield start
    for insurer in started:
        insurer.close()
