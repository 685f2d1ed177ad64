"""A database of their own for tests that open counties: elsewhere the list of counties is the ground."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from django.db import connections

from linggong.county_life import advance_operations
from tenants import directory
from tenants.clock import set_market_clock
from tests.conftest import _point_settings_to
from tests.harness.servers import CHECKOUT, PREFIX, clone


@pytest.fixture(scope="module")
def own_database(database: str, worker_id: str) -> Iterator[str]:
    """Settings point to a fresh copy of the template until the module's tests are over."""
    name = f"{PREFIX}_operations_{worker_id}"
    connections.close_all()
    clone(name)
    _point_settings_to(name)
    directory.forget()
    yield name
    connections.close_all()
    _point_settings_to(database)
    directory.forget()


@pytest.fixture
def market(own_database: str) -> Iterator[Callable[[datetime], None]]:
    """Moves the market's clock; afterwards it is real time again."""

    def move(moment: datetime) -> None:
        set_market_clock(moment=moment)
        directory.forget()

    yield move
    move(datetime.now(UTC))


def owner_process(*, once: bool = True) -> subprocess.Popen[str]:
    """The owner's process, told to do what waits and end, or to go on until it is told to stop."""
    return subprocess.Popen(
        [sys.executable, "-m", "linggong.cli", "operations", *(["--once"] if once else [])],
        cwd=CHECKOUT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def carry_out() -> None:
    """All that waits: the owner's steps in the owner's own process, the site's here."""
    process = owner_process()
    told, _ = process.communicate(timeout=120)
    assert process.returncode == 0, told
    advance_operations()
    directory.forget()
