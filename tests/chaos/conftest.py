"""A database, a broker and a bank of this folder's own: workers and timers disturb no other test."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery
from django.conf import settings
from django.db import connections
from redis import Redis

from linggong.celery import app
from tests.chaos.bank import ADDRESS, Bank
from tests.chaos.site import Process, running
from tests.harness.servers import PREFIX, clone


@pytest.fixture(scope="package")
def own_database(database: str, worker_id: str) -> Iterator[str]:
    """A fresh clone that this process and the site's processes use until the folder is done."""
    name = f"{PREFIX}_chaos_{worker_id}"
    clone(name)
    _use(name)
    yield name
    _use(database)


def _use(name: str) -> None:
    connections.close_all()
    for alias in settings.DATABASES:
        for config in (settings.DATABASES[alias], connections[alias].settings_dict):
            config["NAME"] = name


@pytest.fixture(scope="package")
def broker_number(worker_id: str) -> int:
    """A database of Valkey's 16 for this pytest process: 0 and 1 are the site's own."""
    return 2 + int(re.sub(r"\D", "", worker_id) or 12) % 13


def _numbered(address: str, number: int) -> str:
    return re.sub(r"(db|virtual_host)=\d+", rf"\1={number}", address)


@pytest.fixture
def broker(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Redis]:
    """The broker, empty; wake-up calls of this process go to it, too."""
    monkeypatch.setattr(settings, "LINGGONG_CACHE_URL", environment["LINGGONG_CACHE_URL"])
    with Redis.from_url(environment["LINGGONG_CACHE_URL"]) as redis:
        redis.flushdb()
        yield redis
        redis.flushdb()


@pytest.fixture
def celery(broker: Redis, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Celery:
    """This process's celery, as a web process would have it: it only sends."""
    monkeypatch.setattr(app.conf, "broker_url", environment["LINGGONG_BROKER_URL"])
    monkeypatch.setattr(app, "_pool", None)  # made anew for the address above
    monkeypatch.setattr(app.amqp, "_producer_pool", None)
    return app


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Bank]:
    bank = Bank(tmp_path / "bank")
    yield bank
    bank.close()


@pytest.fixture(scope="package")
def environment(own_database: str, broker_number: int, database: str) -> dict[str, str]:
    """The site's, in the folder's own database and broker."""
    env = {**os.environ, "LINGGONG_DB_NAME": own_database}
    for name in ("LINGGONG_BROKER_URL", "LINGGONG_CACHE_URL"):
        env[name] = _numbered(os.environ[name], broker_number)
    env.pop("DJANGO_SETTINGS_MODULE", None)  # the commands choose the site's own
    return env


@pytest.fixture
def worker(environment: dict[str, str], bank: Bank, tmp_path: Path) -> Iterator[Process]:
    """Not started yet; it asks the bank above."""
    bank_of_ours = {"LINGGONG_PAYMENT_CHANNEL": "tests.chaos.bank.SocketChannel", ADDRESS: bank.address}
    process = Process("worker --concurrency 2", {**environment, **bank_of_ours}, tmp_path / "worker.log")
    yield process
    process.end()


@pytest.fixture(scope="package")
def beat(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """Ticks from the first test that asks for it to the folder's end; those above it run without."""
    with running(Process("beat", environment, tmp_path_factory.mktemp("beat") / "log")) as process:
        yield process
